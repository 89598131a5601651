// The filters of the list of events. They are part of the address: `event`, `time`, `properties`, `search`, and the filters
// in links from other views (`person`, `distinct_id`, `session`).

import { link, replace } from "./address.js";
import { element, short } from "./element.js";

const MINUTE = 60_000;

const TIMES = {
  "5m": ["Last 5 minutes", () => Date.now() - 5 * MINUTE],
  "1h": ["Last hour", () => Date.now() - 60 * MINUTE],
  today: ["Today", () => new Date().setHours(0, 0, 0, 0)],
};

const parse = (text) => {
  try {
    const found = JSON.parse(text || "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {};
  }
};

const instant = (text) => Date.parse(text) || undefined;

// The query for the server.
export const request = ({ event, search, session, distinct_id, person, properties, time, since, until }) => ({
  event, search, session, distinct_id, person,
  properties: properties && JSON.stringify(parse(properties)),
  since: TIMES[time]?.[1]() ?? instant(since),
  until: instant(until),
});

const FILTERS = ["event", "search", "session", "distinct_id", "person", "properties", "time", "since", "until"];

// The filters in an address, without the open event.
export const narrowing = (query) => Object.fromEntries(Object.entries(query).filter(([name]) => FILTERS.includes(name)));

const chip = (text, query) => element("a", { class: "chip", href: link("events", query), "aria-label": `Remove filter ${text}` }, element("span", {}, text));

const chips = (query, people) => [
  ...["person", "session", "distinct_id"].filter((name) => query[name]).map((name) => chip(
    `${name.replace("_", " ")}: ${name === "person" ? people[query.person]?.label ?? query.person : short(query[name])}`, { ...query, [name]: "" })),
  ...Object.entries(parse(query.properties)).map(([name, value]) => {
    const { [name]: _, ...rest } = parse(query.properties);
    return chip(value === null ? name : `${name} = ${value}`, { ...query, properties: Object.keys(rest).length > 0 ? JSON.stringify(rest) : "" });
  }),
];

// `plan = paid`, or `plan` for any value
const property = (text) => {
  const [, name, value] = /^\s*([^=]+?)\s*(?:=\s*(.*?)\s*)?$/s.exec(text) || [];
  return name && { [name]: value ?? null };
};

const local = (at) => (at ? new Date(at - new Date(at).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16) : "");

// `here` returns the current query.
export const filters = (query, names, people, here) => {
  const go = (change) => { location.hash = link("events", { ...narrowing(here()), ...change }); };
  let waiting;
  const search = element("input", { type: "search", name: "search", value: query.search || "", placeholder: "Search names, ids and properties", "aria-label": "Search names, ids and properties", oninput: () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => replace(link("events", { ...narrowing(here()), search: search.value })), 200);
  } });
  const known = Object.entries(names).sort(([, one], [, other]) => other - one).slice(0, 200);
  if (query.event && !(query.event in names)) known.unshift([query.event, 0]);
  const event = element("select", { name: "event", "aria-label": "Event", onchange: () => go({ event: event.value }) },
    element("option", { value: "" }, "Any event"),
    known.map(([name, count]) => element("option", { value: name, selected: name === query.event }, `${name} (${count})`)));
  const between = query.since || query.until;
  const time = element("select", { name: "time", "aria-label": "Time", onchange: () => {
    if (time.value === "between") go({ time: "", since: new Date().toISOString() });
    else go({ time: time.value, since: "", until: "" });
  } }, element("option", { value: "" }, "Any time"),
  Object.entries(TIMES).map(([key, [text]]) => element("option", { value: key, selected: key === query.time }, text)),
  element("option", { value: "between", selected: Boolean(between) }, between ? "From … to …" : "From now on"));
  const at = (name, text) => {
    const input = element("input", { type: "datetime-local", name, "aria-label": text, value: local(instant(query[name])), onchange: () => {
      go({ [name]: input.value && new Date(input.value).toISOString() });
    } });
    return element("label", {}, element("span", {}, text), input);
  };
  const wanted = element("input", { name: "property", placeholder: "property = value", "aria-label": "Property, such as plan = paid", autocapitalize: "off", spellcheck: "false" });
  const marks = chips(query, people);
  return [
    element("form", { class: "filters", role: "search", onsubmit: (submitted) => {
      submitted.preventDefault();
      const found = property(wanted.value);
      if (found) go({ properties: JSON.stringify({ ...parse(here().properties), ...found }) });
    } }, search, event, time, wanted, element("button", { class: "unseen" }, "Add the property")),
    between && element("div", { class: "filters between" }, at("since", "from"), at("until", "to")),
    (marks.length > 0 || Object.keys(narrowing(query)).length > 1) && element("div", { class: "filters" }, marks,
      element("a", { class: "small", href: link("events") }, "Remove all filters")),
  ];
};
