// The view of all events, live.

import { address, link } from "../address.js";
import { day, element, empty, plural } from "../element.js";
import { eventDetail, eventRow } from "../event.js";
import { Feed } from "../feed.js";
import { filters, narrowing, request } from "../filters.js";
import { fill, reveal } from "../list.js";
import { get } from "../server.js";

const feed = new Feed();

// Rows for events, with a heading for each new day.
export const eventItems = ({ events, people }, open, href, filter) => {
  let today = day(Date.now());
  return events.flatMap((event) => {
    const heading = day(event.received_at) !== today && { id: `day ${day(event.received_at)}`, make: () => element("li", { class: "day" }, element("h3", {}, day(event.received_at))) };
    today = day(event.received_at);
    const isOpen = String(event.sequence) === open;
    const person = people[event.person];
    return [heading, {
      id: event.sequence, version: JSON.stringify([event.person, person?.label, filter, isOpen]), open: isOpen,
      row: () => eventRow(event, people, href(isOpen ? "" : event.sequence)),
      detail: () => eventDetail(event, people, filter),
    }].filter(Boolean);
  });
};

export const older = (end, feed, status, refresh, filtered) => {
  const content = feed.events.length === 0 ? "No events match. Remove a filter above, or shorten the search."
    : feed.more ? element("button", { type: "button", onclick: () => { feed.older(); refresh(); } }, "Show older events")
      : status.counts.forgotten > 0 && !filtered ? `${plural(status.counts.forgotten, "older event")} made room for these.` : "";
  end.replaceChildren(content);
  end.hidden = content === "";
};

// `#event=UUID` may lead to an event that has not arrived yet. The page waits for it.
const find = async (uuid) => {
  const { events: [found] } = await get("events", { uuid });
  if (found) history.replaceState(null, "", link("events", { open: found.sequence }));
  return found && String(found.sequence);
};

export const eventsView = {
  async show({ query, status, stage, refresh }) {
    const open = query.uuid ? await find(query.uuid) : query.open;
    const filter = narrowing(query);
    await feed.load(request(filter), JSON.stringify(filter), status);
    const filtered = Object.keys(filter).length > 0;
    if (query.uuid && !open) {
      return stage("waiting", () => empty("This event has not arrived yet", "It appears here when it arrives. An app sends its events in batches, a few seconds after they were captured.", query.uuid));
    }
    if (feed.events.length === 0 && !filtered) {
      return stage("events empty", () => empty("No events yet", "Start an app with these settings and use it. Its events appear here at once.",
        `POSTHOG_HOST=${location.origin}\nPOSTHOG_PROJECT_TOKEN=phc_local`));
    }
    const names = await get("names");
    const view = stage("events", () => element("section", { "aria-label": "Events" }, element("h2", { class: "unseen" }, "Events"), element("div", { class: "bar" }),
      element("ol", { class: "rows pinned" }), element("ol", { class: "rows" }), element("p", { class: "quiet end" })));
    const [, bar, pinned, list, end] = view.children;
    draw(bar, query, names, feed.people);
    const href = (sequence) => link("events", { ...filter, open: sequence });
    const items = eventItems(feed, open, href, filter);
    fill(list, items);
    // If the open event is not in the list, because it is older or filtered out, it is shown above the list.
    const other = open && !items.some((item) => item.open) ? await get("events", { after: open - 1, before: Number(open) + 1 }) : { events: [], people: {} };
    fill(pinned, eventItems(other, open, href, filter));
    older(end, feed, status, refresh, filtered);
    reveal(view);
    return view;
  },
};

// The filters are redrawn when they change, but not while the user types in them.
const draw = (bar, query, names, people) => {
  const { search: _, open: __, ...chosen } = query;
  const version = JSON.stringify([chosen, Object.keys(names).length, people[query.person]?.label]);
  const busy = bar.contains(document.activeElement) && document.activeElement.matches("[name=search], [name=since], [name=until]")
    || (document.activeElement?.name === "property" && document.activeElement.value && bar.dataset.chosen === JSON.stringify(chosen));
  const search = bar.querySelector("[name=search]");
  if (search && search !== document.activeElement) search.value = query.search || "";
  if (bar.dataset.version === version || (busy && bar.dataset.version)) return;
  const focused = bar.contains(document.activeElement) && document.activeElement.name;
  Object.assign(bar.dataset, { version, chosen: JSON.stringify(chosen) });
  bar.replaceChildren(...filters(query, names, people, () => address().query).filter(Boolean));
  if (focused) bar.querySelector(`[name=${focused}]`)?.focus();
};
