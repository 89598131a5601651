// The single stream of server-sent events that all tabs of this browser share. A browser opens at most six connections to a
// server, so with a stream for every tab the seventh tab would wait forever.
//
// It runs as a shared worker. Each tab sends its visibility through its port (`true` or `false`). While no tab is visible,
// there is no stream. A tab receives the status as JSON, or null if the server does not answer.

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
  // The tab may have missed a change, and the next change may come much later.
  else if (latest !== undefined) tab.postMessage(latest);
};

addEventListener("connect", ({ ports: [tab] }) => {
  tab.addEventListener("message", ({ data: looks }) => (looks ? join(tab) : leave(tab)));
  // Not every browser has this event. A closing tab also sends `false` first, if it can.
  tab.addEventListener("close", () => leave(tab));
  tab.start();
});
