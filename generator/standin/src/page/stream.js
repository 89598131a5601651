// The one stream of server-sent events that all tabs of this browser share. A browser opens six connections to a server
// at most, so with a stream for every tab the seventh would wait for ever.
//
// It runs as a shared worker. Each tab says through its port whether somebody looks at it (`true`, `false`); while nobody
// looks at any, there is no stream. A tab is told the status, as JSON, or null once the server does not answer.

const looking = new Set();
let source;
let latest;

const tell = (status) => {
  latest = status;
  for (const tab of looking) tab.postMessage(status);
};

const open = () => {
  source = new EventSource("/hoglet/live");
  source.addEventListener("change", ({ data }) => tell(data));
  source.addEventListener("error", () => tell(null));
};

const leave = (tab) => {
  looking.delete(tab);
  if (looking.size > 0) return;
  source?.close();
  source = latest = undefined;
};

const join = (tab) => {
  looking.add(tab);
  if (!source || source.readyState === EventSource.CLOSED) open();
  // It may have missed something, and the next change may be long in coming.
  else if (latest !== undefined) tab.postMessage(latest);
};

addEventListener("connect", ({ ports: [tab] }) => {
  tab.addEventListener("message", ({ data: looks }) => (looks ? join(tab) : leave(tab)));
  // Not known to every browser; a tab that closes says `false` first where it can.
  tab.addEventListener("close", () => leave(tab));
  tab.start();
});
