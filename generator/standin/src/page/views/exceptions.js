// Exceptions, grouped by type and place.

import { link } from "../address.js";
import { clock, element, empty, plural } from "../element.js";
import { causes, list } from "../exception.js";
import { fill, reveal } from "../list.js";
import { properties } from "../properties.js";
import { get } from "../server.js";

const MOST = 1000;

const group = (events) => {
  const groups = new Map();
  for (const event of events) {
    const first = list(event.properties)[0] || {};
    const key = `${first.type || "Error"}: ${first.value || ""}`;
    if (!groups.has(key)) groups.set(key, { key, first, events: [] });
    groups.get(key).events.push(event);
  }
  return [...groups.values()];
};

const row = ({ first, events: same }, href) => element("a", { class: "row exception", href }, clock(same[0].received_at),
  element("span", { class: "name" }, first.type || "Error", first.mechanism?.handled === false && element("span", { class: "mark error" }, "not handled"),
    element("span", { class: "more" }, first.value || "")),
  element("span", { class: "quiet small" }, plural(same.length, "time")));

const detail = ({ events: same }, event) => {
  const persons = new Set(same.map((each) => each.person || each.distinct_id));
  return [
    element("p", { class: "quiet small" }, `${plural(same.length, "time")} for ${plural(persons.size, "person", "people")}, level ${event.properties.$exception_level || "error"}`),
    causes(event.properties),
    element("h3", {}, "The request"),
    properties(event.properties, { hidden: ["$exception_list"], filter: {} }),
    element("div", { class: "actions" }, element("a", { href: link("events", { open: event.sequence }) }, "The event"),
      event.session_id && element("a", { href: link("events", { session: event.session_id }) }, "Events of this session")),
  ];
};

export const exceptionsView = {
  async show({ path: [id], stage }) {
    const found = await get("exceptions", { limit: MOST });
    if (found.length === 0) {
      return stage("exceptions empty", () => empty("No exceptions", "When the app captures an exception, it appears here with its stack trace."));
    }
    const view = stage("exceptions", () => element("section", { "aria-label": "Exceptions" }, element("h2", { class: "unseen" }, "Exceptions"), element("ol", { class: "rows" })));
    fill(view.querySelector(".rows"), group(found.reverse()).map((same) => {
      const event = same.events.find((each) => String(each.sequence) === id);
      return {
        id: same.key, version: JSON.stringify([same.events.length, same.events[0].sequence, event?.sequence]), open: Boolean(event),
        row: () => row(same, event ? link("exceptions") : link(`exceptions/${same.events[0].sequence}`)),
        detail: () => detail(same, event),
      };
    }));
    reveal(view);
    return view;
  },
};
