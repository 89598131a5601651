// People, and the events of one person.

import { link, personLink, replace } from "../address.js";
import { clock, code, element, empty, plural, short } from "../element.js";
import { Feed } from "../feed.js";
import { fill, reveal } from "../list.js";
import { face, label } from "../person.js";
import { properties } from "../properties.js";
import { get } from "../server.js";
import { timeline } from "../timeline.js";
import { older } from "./events.js";

const feed = new Feed();
const MOST = 500;

const searching = (query) => {
  let waiting;
  const input = element("input", { type: "search", name: "search", value: query.search || "", placeholder: "Search ids and properties", "aria-label": "Search ids and properties", oninput: () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => replace(link("people", { search: input.value })), 200);
  } });
  return element("form", { class: "filters", role: "search", onsubmit: (submitted) => submitted.preventDefault() }, input);
};

const personRow = (person) => element("a", { class: "row person", href: personLink(person.distinct_ids[0]) },
  face(person.id, label(person)), element("span", { class: "name" }, short(label(person)), !person.identified && element("span", { class: "mark" }, "not identified")),
  element("span", { class: "quiet small" }, plural(person.distinct_ids.length, "id"), ", seen ", clock(person.last_seen)));

const list = async ({ query, status, stage }) => {
  if (status.people === 0) {
    return stage("people empty", () => empty("No people yet",
      "Anonymous events make no person. A person appears with the first `$identify`, or with an event without `$process_person_profile: false`."));
  }
  const found = await get("people", { search: query.search, limit: MOST });
  const view = stage("people", () => element("section", { "aria-label": "People" },
    searching(query), element("ol", { class: "rows" }), element("p", { class: "quiet end" })));
  fill(view.querySelector(".rows"), found.map((person) => ({
    id: person.id, version: JSON.stringify([label(person), person.identified, person.distinct_ids.length, person.last_seen]), row: () => personRow(person),
  })));
  const end = view.querySelector(".end");
  end.textContent = found.length === 0 ? "No people match. Shorten the search." : found.length === MOST ? `These are the ${MOST} people seen last. Search to find others.` : "";
  end.hidden = end.textContent === "";
  return view;
};

// Finds a person by a distinct id, which never changes, or by the stand-in's own number of the person.
const find = async (id) => {
  const [person] = await get("people", { distinct_id: id });
  return person || (/^p\d+$/.test(id) ? (await get("people", { id }))[0] : undefined);
};

const facts = (person, id) => (person ? [
  element("div", { class: "heading" }, face(person.id, label(person), "big"), element("div", {}, element("h2", {}, label(person)),
    element("p", { class: "quiet small" }, `${person.id} · ${person.identified ? "identified" : "not identified"}`))),
  element("p", { class: "quiet small" }, `first seen ${new Date(person.created_at).toLocaleString()}`),
  element("p", { class: "quiet small" }, `last seen ${new Date(person.last_seen).toLocaleString()}`),
  element("h3", {}, "Properties"),
  Object.keys(person.properties).length === 0
    ? element("p", { class: "quiet" }, "None yet. Send them as ", code("$set"), " in an event of this person.") : properties(person.properties),
  element("h3", {}, plural(person.distinct_ids.length, "distinct id")),
  element("ul", { class: "ids" }, person.distinct_ids.slice(0, 100).map((each) => element("li", {}, element("a", { href: link("events", { distinct_id: each }) }, each)))),
] : [
  element("div", { class: "heading" }, face(undefined, "", "big"), element("div", {}, element("h2", {}, short(id)), element("p", { class: "quiet small" }, "a visitor: nobody yet"))),
  element("p", { class: "quiet" }, "Anonymous events make no person. After sign-up or log-in they belong to the user's timeline."),
]);

const one = async ({ path: [id], query, status, stage, refresh }) => {
  const person = await find(id);
  await feed.load(person ? { person: person.id } : { distinct_id: id }, `${person?.id} ${id}`, status);
  if (!person && feed.events.length === 0) {
    return stage(`nobody ${id}`, () => empty("No person has this id", "Its events may not have arrived yet, or were dropped for newer ones.", id));
  }
  const newestFirst = query.order !== "oldest";
  const href = (change) => personLink(id, { order: query.order, ...change });
  const view = stage(`person ${id}`, () => element("section", { class: "who-page", "aria-label": "Person" },
    element("div", { class: "about" }), element("div", {}, element("div", { class: "bar order" }), element("ol", { class: "rows timeline" }), element("p", { class: "quiet end" }))));
  const [about, line] = view.children;
  const version = JSON.stringify([person, id]);
  if (about.dataset.version !== version) {
    about.dataset.version = version;
    about.replaceChildren(element("a", { class: "back", href: link("people") }, "← All people"), ...facts(person, id).flat().filter(Boolean));
  }
  const [bar, rows, end] = line.children;
  if (bar.dataset.version !== String(newestFirst)) {
    bar.dataset.version = String(newestFirst);
    bar.replaceChildren(element("h2", {}, "Timeline"),
      element("a", { href: href({ order: newestFirst ? "oldest" : "" }) }, newestFirst ? "Oldest first" : "Newest first"),
      element("a", { href: link("events", person ? { person: person.id } : { distinct_id: id }) }, "As a list of events"));
  }
  fill(rows, timeline({
    events: feed.events, people: feed.people, story: person?.story, whole: !feed.more, newestFirst, open: query.open, href: (open) => href({ open }),
  }));
  older(end, feed, status, refresh, true);
  reveal(view);
  return view;
};

export const peopleView = { show: (place) => (place.path[0] ? one(place) : list(place)) };
