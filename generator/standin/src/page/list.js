// A list whose rows open in place. Arrow keys move through the list, Enter opens a row, and Esc closes it.

import { element } from "./element.js";

// Makes the children of a list from `items`. Unchanged children stay in the page, with their focus and selection. An item
// is `{ id, version, make }`.
const settle = (list, items) => {
  const kept = new Map([...list.children].map((child) => [child.dataset.id, child]));
  const first = kept.size === 0;
  const newest = list.querySelector(":scope > .item")?.dataset.id;
  let above = !first;
  let at = list.firstElementChild;
  for (const { id, version, make } of items) {
    let child = kept.get(id);
    kept.delete(id);
    if (id === newest) above = false;
    if (!child || child.dataset.version !== version) {
      const made = make();
      Object.assign(made.dataset, { id, version });
      if (child) {
        const focused = child.contains(document.activeElement);
        if (at === child) at = made;
        child.replaceWith(made);
        if (focused) made.querySelector(".row")?.focus();
      } else if (above) made.classList.add("new");
      child = made;
    }
    if (child === at) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
  for (const left of kept.values()) left.remove();
};

// Items are `{ id, version, open, row, detail }`. `row` makes the part that is always shown, and `detail` makes the part of
// an open item. An item without `row` is a heading, which `make` makes.
export const fill = (list, items) => {
  settle(list, items.map(({ id, version = "", row, make }) => ({
    id: String(id), version: String(version), make: make || (() => element("li", { class: "item" }, row())),
  })));
  items.forEach(({ open, detail, version }, index) => {
    const item = list.children[index];
    const row = item.querySelector(":scope > .row");
    const shown = item.querySelector(":scope > .detail");
    item.classList.toggle("open", Boolean(open));
    row?.setAttribute("aria-expanded", String(Boolean(open)));
    if (!open) shown?.remove();
    else if (!shown || shown.dataset.of !== String(version)) {
      const made = element("div", { class: "detail" }, detail());
      made.dataset.of = String(version);
      if (shown) shown.replaceWith(made);
      else item.append(made);
    }
  });
};

// Scrolls to the open item, once for each address.
let scrolled;

export const reveal = (list) => {
  const open = list.querySelector(".item.open");
  if (!open || scrolled === location.hash) return;
  scrolled = location.hash;
  const { top, bottom } = open.getBoundingClientRect();
  if (top < 0 || top > innerHeight - 80 || bottom < 0) open.scrollIntoView({ block: "start" });
};

const rows = () => [...document.querySelectorAll("main .row")];

const rowOf = (node) => node.closest?.("main .item")?.querySelector(".row");

const move = (event, step) => {
  const all = rows();
  if (all.length === 0) return;
  const here = all.indexOf(rowOf(document.activeElement));
  const next = here >= 0 ? here + step : step > 0 ? Math.max(0, all.findIndex((row) => row.getAttribute("aria-expanded") === "true")) : all.length - 1;
  event.preventDefault();
  all[Math.min(Math.max(next, 0), all.length - 1)].focus();
};

const close = (event) => {
  const open = rowOf(document.activeElement)?.matches("[aria-expanded=true]")
    ? rowOf(document.activeElement) : document.querySelector("main .row[aria-expanded=true]");
  const back = document.querySelector("main a.back");
  if (!open && !back) return;
  event.preventDefault();
  if (open) {
    open.click();
    open.focus();
  } else back.click();
};

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches("input, textarea, select, pre");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else close(event);
  }
  if (typing && !(event.target.type === "search" && event.key === "ArrowDown")) return;
  if (event.key === "ArrowDown") move(event, 1);
  if (event.key === "ArrowUp") move(event, -1);
  if (event.key === "Home" && rowOf(event.target)) move(event, -Infinity);
  if (event.key === "End" && rowOf(event.target)) move(event, Infinity);
});
