// Groups, such as companies, and the events of one group.

import { groupLink, link } from "../address.js";
import { code, element, empty, short } from "../element.js";
import { Feed } from "../feed.js";
import { fill, reveal } from "../list.js";
import { table } from "../properties.js";
import { get } from "../server.js";
import { eventItems, older } from "./events.js";

const feed = new Feed();

const preview = (properties) => Object.entries(properties).filter(([, value]) => typeof value !== "object").slice(0, 3).map(([name, value]) => `${name}: ${value}`).join(" · ");

const groupRow = ({ type, key, properties }) => element("a", { class: "row group", href: groupLink(type, key) },
  element("span", { class: "mark" }, type), element("span", { class: "name" }, String(properties.name || key)),
  element("span", { class: "quiet small" }, properties.name ? code(short(key)) : "", " ", preview(properties)));

const list = ({ stage }, groups) => {
  if (groups.length === 0) {
    return stage("groups empty", () => empty("No groups yet", "A group, such as a company, appears with its first `$groupidentify`. Events then name it in `$groups`."));
  }
  const view = stage("groups", () => element("section", { "aria-label": "Groups" }, element("ol", { class: "rows" })));
  fill(view.querySelector(".rows"), groups.map((group) => ({
    id: JSON.stringify([group.type, group.key]), version: JSON.stringify(group.properties), row: () => groupRow(group),
  })));
  return view;
};

const one = async ({ path: [type, key], query, status, stage, refresh }, groups) => {
  const group = groups.find((each) => each.type === type && each.key === key);
  await feed.load({ group_type: type, group_key: key }, `${type} ${key}`, status);
  const view = stage(`group ${type} ${key}`, () => element("section", { class: "who-page", "aria-label": "Group" },
    element("div", { class: "about" }), element("div", {}, element("h2", {}, "Its events"), element("ol", { class: "rows" }), element("p", { class: "quiet end" }))));
  const [about, events] = view.children;
  const version = JSON.stringify(group);
  if (about.dataset.version !== String(version)) {
    about.dataset.version = String(version);
    about.replaceChildren(...[
      element("a", { class: "back", href: link("groups") }, "← All groups"),
      element("h2", {}, String(group?.properties.name || key)), element("p", { class: "quiet" }, `${type} `, code(key)),
      element("h3", {}, "Properties"),
      !group ? element("p", { class: "quiet" }, "Events name this group, but it has no properties yet. Send a ", code("$groupidentify"), ".")
        : Object.keys(group.properties).length === 0 ? element("p", { class: "quiet" }, "None yet. Send them as ", code("$group_set"), ".")
          : table(Object.entries(group.properties)),
    ]);
  }
  const [, rows, end] = events.children;
  fill(rows, eventItems(feed, query.open, (open) => groupLink(type, key, { open }), {}));
  older(end, feed, status, refresh, true);
  reveal(view);
  return view;
};

export const groupsView = {
  async show(place) {
    const groups = await get("groups");
    return place.path.length > 1 ? one(place, groups) : list(place, groups);
  },
};
