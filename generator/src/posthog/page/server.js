// The server: what it is asked, and that it says when something has changed.

export const get = async (path, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null));
  const response = await fetch(`/hoglet/${path}${query.size ? `?${query}` : ""}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

export const send = async (method, path, body) => {
  const response = await fetch(`/hoglet/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
};

// Calls `changed` with the status, at once and whenever it is another one, and `told` with how it stands.
export const listen = (changed, told) => {
  let source;
  const stop = () => {
    source?.close();
    source = undefined;
  };
  const start = () => {
    // A browser opens six connections to a server at most, so a page that nobody looks at must not hold one.
    if (document.visibilityState !== "visible") return stop();
    if (source) return undefined;
    told("", "connecting");
    source = new EventSource("/hoglet/live");
    source.addEventListener("change", ({ data }) => {
      told("on", "live");
      changed(JSON.parse(data));
    });
    source.addEventListener("error", () => told("off", "the stand-in is gone; start it again"));
    return undefined;
  };
  document.addEventListener("visibilitychange", start);
  addEventListener("pageshow", start);
  addEventListener("pagehide", stop);
  start();
};

// The app beside the stand-in; `undefined` until it is known.
let app;
let origins = [];

export const appIs = (address) => {
  app = address ?? undefined;
  if (!app) return;
  const { protocol, port } = new URL(app);
  // One server, by the names that this machine has for itself.
  origins = [new URL(app).origin, ...["localhost", "127.0.0.1", "[::1]"].map((host) => `${protocol}//${host}${port && `:${port}`}`)];
};

export const appAddress = () => app;

// Whether an address is a page of the app, to which a link may lead.
export const isOfApp = (url) => app !== undefined && URL.canParse(url) && origins.includes(new URL(url).origin);
