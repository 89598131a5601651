// One event: its row in a list, and its details.

import { link, personLink } from "./address.js";
import { clock, code, element, note } from "./element.js";
import { causes } from "./exception.js";
import { face, who } from "./person.js";
import { properties } from "./properties.js";
import { gist } from "./sentence.js";

// Notes on the event's ingestion.
const outcome = ({ ignored, refused, properties_lost: lost, fused, repeated }) => [
  ignored && note("", `PostHog drops this event: ${ignored}.`, "Send it in the user's own context, without `$process_person_profile: false`."),
  refused && note("", `Merge refused: ${refused.reason}.`, refused.remedy),
  fused && note("", `With this event, \`${fused[0]}\` and \`${fused[1]}\` became one person.`, "Make a new anonymous id after log-out, and never link an anonymous id twice."),
  lost && note("warning", `Its person properties are lost: ${lost}.`),
  repeated && note("hint", "The two ids were one person already, so this event changed nothing."),
];

export const marks = ({ outcome: all }) => [
  all.ignored && element("span", { class: "mark error" }, "dropped"),
  all.refused && element("span", { class: "mark error" }, "merge refused"),
  all.fused && element("span", { class: "mark error" }, "two users"),
  all.properties_lost && element("span", { class: "mark warning" }, "properties lost"),
];

export const eventRow = (event, people, href) => element("a", { class: "row", href },
  clock(event.received_at),
  element("span", { class: event.event === "$exception" ? "name bad" : "name" }, event.event, " ", element("span", { class: "gist" }, gist(event)), marks(event)),
  who(event, people));

// `filter` is the filter of the list; a click on a property adds it to the filter.
export const eventDetail = (event, people, filter = {}) => {
  const person = people[event.person];
  const facts = [
    ["Person", person ? element("a", { class: "who", href: personLink(event.distinct_id) }, face(event.person, person.label), element("span", {}, person.label))
      : event.personless ? ["no person: an anonymous event. ", element("a", { href: personLink(event.distinct_id) }, "All events of this visitor")] : "none"],
    ["Distinct id", code(event.distinct_id)],
    ["Session", event.session_id && element("a", { href: link("events", { session: event.session_id }) }, code(event.session_id))],
    ["Received", new Date(event.received_at).toLocaleString()],
    ["Sent as", event.timestamp],
    ["Through", `${event.properties.$lib || "an unnamed client"} ${event.properties.$lib_version || ""} at ${event.path}`],
    ["Project", code(event.token)],
    ["UUID", code(event.uuid)],
  ];
  return [
    outcome(event.outcome),
    event.event === "$exception" && causes(event.properties),
    element("div", { class: "sides" },
      element("section", {}, element("h3", {}, "Properties"),
        Object.keys(event.properties).length === 0 ? element("p", { class: "quiet" }, "It has none.") : properties(event.properties, { hidden: ["$exception_list"], filter })),
      element("section", {}, element("h3", {}, "Who and when"),
        element("dl", { class: "facts" }, facts.filter(([, fact]) => fact).map(([name, fact]) => [element("dt", {}, name), element("dd", {}, fact)])))),
    element("div", { class: "actions" },
      element("a", { href: link("events", { event: event.event }) }, "Events of this name"),
      element("a", { href: personLink(event.distinct_id) }, person ? "This person's timeline" : "This visitor's timeline")),
    element("details", {}, element("summary", {}, "As JSON"), element("pre", { tabindex: 0 }, JSON.stringify(event, null, 2))),
  ];
};
