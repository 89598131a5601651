// The address contains the view and its filters. They are after the `#`, so a reload keeps them.
//
//   #/events?event=$pageview&time=1h&open=12     #/people/user-1     #/groups/company/acme-corp     #/flags?open=beta
//   #/funnel?steps=user_signed_up,email_confirmed
//
// Other pages link here with `#event=UUID`, `#person=DISTINCT_ID` and `#flag=KEY`.

const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // it has a % that encodes nothing
  }
};

const SHORT = {
  event: (uuid) => ({ view: "events", path: [], query: { uuid } }),
  person: (id) => ({ view: "people", path: [id], query: {} }),
  flag: (key) => ({ view: "flags", path: [], query: { open: key } }),
};

export const address = () => {
  const hash = location.hash.slice(1);
  const [, name, value] = /^(event|person|flag)=(.+)$/.exec(hash) || [];
  if (name) return SHORT[name](decode(value));
  const [all, query = ""] = hash.replace(/^\//, "").split(/\?(.*)/s);
  const [view, ...path] = all.split("/").map(decode);
  return { view: view || "events", path, query: Object.fromEntries(new URLSearchParams(query)) };
};

export const link = (path, query = {}) => {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== ""));
  return `#/${path}${parameters.size ? `?${parameters}` : ""}`;
};

export const personLink = (id, query) => link(`people/${encodeURIComponent(id)}`, query);

export const groupLink = (type, key, query) => link(`groups/${encodeURIComponent(type)}/${encodeURIComponent(key)}`, query);

// Changes the address without a new entry in the history. Otherwise typing would add an entry for each letter.
export const replace = (hash) => {
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
};
