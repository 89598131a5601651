// Names and values of the properties of events, people and groups. Properties of PostHog's SDKs are folded.

import { link } from "./address.js";
import { element } from "./element.js";
import { isOfApp } from "./server.js";

const isPlain = (content) => ["string", "number", "boolean"].includes(typeof content);

const value = (content, pick) => {
  const kind = typeof content === "string" ? "text" : typeof content === "number" || typeof content === "boolean" ? "number" : "";
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  return element("dd", { class: kind }, isOfApp(content) ? element("a", { href: content, target: "_blank", rel: "noopener" }, text) : text, pick);
};

// With `filter`, each plain value links to the events with the same value.
const picking = (name, content, filter) => filter && isPlain(content) && String(content).length < 300
  && element("a", { class: "pick", href: link("events", { ...filter, properties: JSON.stringify({ ...JSON.parse(filter.properties || "{}"), [name]: content }) }),
    "aria-label": `Only events with ${name} = ${String(content).slice(0, 40)}` }, "only these");

export const table = (entries, filter) => element("dl", { class: "facts properties" },
  entries.map(([name, content]) => [element("dt", {}, name), value(content, picking(name, content, filter))]));

export const properties = (all, { hidden = [], filter } = {}) => {
  const entries = Object.entries(all).filter(([name]) => !hidden.includes(name));
  const theirs = entries.filter(([name]) => name.startsWith("$"));
  const named = entries.filter(([name]) => !name.startsWith("$"));
  // posthog-js sends a null for each campaign parameter that is not in the address.
  const [own, empty] = [named.filter(([, content]) => content !== null), named.filter(([, content]) => content === null)];
  return [
    own.length > 0 && table(own, filter),
    empty.length > 0 && element("details", {}, element("summary", {}, `${empty.length} without a value`), table(empty, filter)),
    theirs.length > 0 && element("details", { open: named.length === 0 || theirs.length < 6 },
      element("summary", {}, `${theirs.length} with a $, set by PostHog's SDKs`), table(theirs, filter)),
  ];
};
