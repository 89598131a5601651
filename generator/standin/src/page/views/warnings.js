// Warnings, and requests that were refused.

import { link } from "../address.js";
import { clock, code, element, empty, marked, plural } from "../element.js";
import { get } from "../server.js";

const refused = (request) => element("li", {},
  element("h2", {}, "Request refused", element("span", { class: "mark error" }, String(request.status)), element("span", { class: "quiet small" }, clock(request.received_at))),
  element("p", {}, code(request.path), ` ${request.reason}`),
  request.client && element("p", { class: "quiet small" }, `sent by ${request.client}`),
  request.body && element("details", {}, element("summary", {}, "Start of the body"), element("pre", { tabindex: 0 }, request.body)));

const warning = (found) => element("li", {},
  element("h2", {}, marked(found.title), element("span", { class: `mark ${found.severity}` }, found.severity), element("span", { class: "quiet small" }, plural(found.count, "time"))),
  element("p", {}, marked(found.detail)),
  element("p", { class: "quiet" }, marked(found.remedy)),
  element("p", { class: "small" }, element("a", { href: link("events", { open: found.last_sequence }) }, "The event")));

export const warningsView = {
  async show({ stage }) {
    const [found, malformed] = await Promise.all([get("warnings"), get("malformed")]);
    if (found.length + malformed.length === 0) {
      return stage("warnings empty", () => empty("No warnings", "Mistakes appear here: shared ids, refused merges, e-mails in event properties, broken sessions."));
    }
    return stage(`warnings ${JSON.stringify([found, malformed])}`, () => element("section", { "aria-label": "Warnings" },
      element("ul", { class: "warnings" }, malformed.map(refused), found.map(warning))));
  },
};
