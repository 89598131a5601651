// The events of one person in chronological order: first as a visitor, then as a user.

import { clock, code, day, element, marked, short } from "./element.js";
import { eventDetail, marks } from "./event.js";
import { sentence } from "./sentence.js";

const YEAR = 365 * 24 * 3600 * 1000;

// Servers send in batches, and browsers send at once. So the sender's clock gives the order, unless it is far off.
const when = (event) => {
  const sent = Date.parse(event.timestamp);
  return sent > event.received_at - YEAR && sent < event.received_at + 60_000 ? sent : event.received_at;
};

const TELLING = {
  created: (chapter) => ["Person created as ", code(chapter.distinct_id)],
  joined: (chapter) => [code(chapter.distinct_id), " joined: it is the same person"],
  merged: (chapter) => ["Took over ", chapter.person, " with ", ...chapter.distinct_ids.flatMap((id, index) => [index ? ", " : "", code(id)])],
  identified: () => ["Identified as a user: from now on not merged into another person"],
  refused: (chapter) => ["A merge was refused: ", marked(chapter.reason)],
};

const told = (chapter) => element("span", { class: `chapter ${chapter.kind}` }, TELLING[chapter.kind](chapter), chapter.remedy && element("small", {}, marked(chapter.remedy)));

const milestone = (event, chapters) => event?.event === "$identify" && chapters.some(({ kind }) => kind === "identified" || kind === "joined" || kind === "merged");

const phase = ({ event }) => (!event ? undefined : event.personless ? `As a visitor, ${short(event.distinct_id)}` : `As user ${short(event.distinct_id)}`);

// The rows in order. Each entry of the person's story is shown with its event.
const entries = (events, story, whole, newestFirst) => {
  const chapters = Map.groupBy(story, ({ sequence }) => sequence);
  const oldest = events.at(-1)?.sequence ?? 0;
  const known = new Set(events.map(({ sequence }) => sequence));
  const all = [
    ...events.map((event) => ({ at: when(event), sequence: event.sequence, event, chapters: chapters.get(event.sequence) || [] })),
    // The event that created the person may have been dropped, or may not be shown yet.
    ...[...chapters].filter(([sequence]) => !known.has(sequence) && (whole || sequence > oldest))
      .map(([sequence, of]) => ({ at: of[0].at, sequence, chapters: of })),
  ];
  all.sort((one, other) => one.at - other.at || one.sequence - other.sequence);
  return newestFirst ? all.reverse() : all;
};

const row = ({ at, event, chapters }, href) => {
  const kind = milestone(event, chapters) ? "milestone" : event?.event === "$exception" ? "failed" : !event || event.personless ? "visitor" : "user";
  const content = [
    element("span", { class: "dot", "aria-hidden": "true" }),
    element("span", { class: "told" },
      element("span", { class: "name" }, event ? sentence(event) : element("b", {}, chapters[0].event), event && marks(event)),
      chapters.map(told)),
    clock(at),
  ];
  return event ? element("a", { class: `row entry ${kind}`, href }, unlink(content)) : element("div", { class: `entry ${kind}` }, content);
};

// Removes links, because a row is a link, and HTML does not allow a link inside a link.
const unlink = (nodes) => {
  const inside = element("span", {}, nodes);
  for (const each of inside.querySelectorAll("a")) each.replaceWith(element("span", { class: "page" }, each.textContent));
  return [...inside.childNodes];
};

// The items of the list. `href` returns the address with that event open.
export const timeline = ({ events, people, story = [], whole, newestFirst, open, href }) => {
  const items = [];
  let [today, now] = [];
  for (const entry of entries(events, story, whole, newestFirst)) {
    if (day(entry.at) !== today) {
      today = day(entry.at);
      items.push({ id: `day ${today}`, make: () => element("li", { class: "day" }, element("h3", {}, entry.at ? day(entry.at) : "")) });
      now = undefined;
    }
    const as = phase(entry);
    if (as && as !== now) {
      now = as;
      items.push({ id: `phase ${entry.sequence}`, version: as, make: () => element("li", { class: "phase" }, as) });
    }
    const isOpen = String(entry.sequence) === open;
    items.push({
      id: entry.sequence, version: JSON.stringify([entry.chapters, entry.event?.person, isOpen]), open: isOpen && entry.event,
      row: () => row(entry, entry.event && href(isOpen ? "" : entry.sequence)),
      detail: () => eventDetail(entry.event, people),
    });
  }
  return items;
};
