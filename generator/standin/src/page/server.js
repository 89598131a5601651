// Requests to the server, and the address of the app beside it.

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

// The address of the app beside the stand-in; `undefined` until it is known.
let app;
let origins = [];

export const appIs = (address) => {
  app = address ?? undefined;
  if (!app) return;
  const { protocol, port } = new URL(app);
  // All local names of this machine lead to the same server.
  origins = [new URL(app).origin, ...["localhost", "127.0.0.1", "[::1]"].map((host) => `${protocol}//${host}${port && `:${port}`}`)];
};

export const appAddress = () => app;

// Whether an address is a page of the app, so that a link to it is safe.
export const isOfApp = (url) => app !== undefined && URL.canParse(url) && origins.includes(new URL(url).origin);
