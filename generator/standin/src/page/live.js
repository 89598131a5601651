// Receives the status from the server whenever it changes.

// Uses the stream that all tabs share. Returns a function to call with `true` or `false`: whether this tab is visible.
const shared = (hear) => {
  const worker = new SharedWorker("/hoglet/page/stream.js");
  worker.addEventListener("error", () => hear(null));
  worker.port.addEventListener("message", ({ data }) => hear(data));
  worker.port.start();
  return (looks) => worker.port.postMessage(looks);
};

// A separate stream for this tab, for browsers without shared workers, such as on some phones.
const own = (hear) => {
  let source;
  return (looks) => {
    if (looks === Boolean(source)) return;
    if (!looks) {
      source.close();
      source = undefined;
      return;
    }
    source = new EventSource("/hoglet/live");
    source.addEventListener("change", ({ data }) => hear(data));
    source.addEventListener("error", () => hear(null));
  };
};

// Calls `changed` with the status, at once and after each change, and `told` with the state of the connection.
export const listen = (changed, told) => {
  told("", "connecting");
  const say = (globalThis.SharedWorker ? shared : own)((status) => {
    if (status === null) return told("off", "the stand-in is gone; start it again");
    told("on", "live");
    return changed(JSON.parse(status));
  });
  const look = () => say(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("pagehide", () => say(false));
  look();
};
