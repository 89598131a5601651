// Flags: switches, shares and new flags.

import { code, element, empty, note } from "../element.js";
import { flagCard, putFlag, shares, toggle } from "../flag.js";
import { get, send } from "../server.js";

// Requests the app's own flags when the view opens, and again when the app reads an unknown flag.
let known = { flags: null, error: null };
let askedFor;

const appFlags = async (key) => {
  if (askedFor !== key) {
    askedFor = key;
    known = await get("app");
  }
  return known;
};

const split = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

const create = (key, names) => putFlag(key, { active: true, variants: names.length > 0 ? shares(names) : [] });

const adder = (missing, error) => {
  const input = element("input", { name: "key", placeholder: "flag-key", "aria-label": "Key of a new flag", required: true, autocapitalize: "off", spellcheck: "false" });
  const variants = element("input", { name: "variants", placeholder: "variants: control, test", "aria-label": "Variants of a new flag, separated by commas", autocapitalize: "off", spellcheck: "false" });
  return element("div", { class: "bar" },
    missing.length > 0 && element("section", { class: "missing" }, element("h2", {}, "Flags of the app that are missing here"),
      element("ul", {}, missing.map(([key, names]) => element("li", {}, code(key),
        element("span", { class: "quiet small" }, names.length > 0 ? names.join(" · ") : "on or off"),
        element("button", { type: "button", "aria-label": `Add this flag: ${key}`, onclick: () => create(key, names) }, "Add this flag"))))),
    error && note("hint", `The app did not report the variants of its flags (${error}). Enter them yourself.`),
    element("form", { class: "add", onsubmit: async (submitted) => {
      submitted.preventDefault();
      await create(input.value.trim(), split(variants.value));
      input.value = variants.value = "";
    } }, input, variants, element("button", { class: "primary" }, "Add this flag")));
};

// The settings of the whole project.
const settings = (project) => {
  const { minimal_flag_called_events: minimal } = project;
  return element("p", { class: "setting" },
    toggle("Minimal $feature_flag_called events", minimal, (on) => send("PUT", "project", { ...project, minimal_flag_called_events: on })),
    element("span", {}, "Minimal ", code("$feature_flag_called"), " events ",
      element("span", { class: "quiet small" }, "SDKs send fewer properties with them, for flags without variants.")));
};

// The flags that the app declares, and those that it read, with their variants.
const missing = (all, asked, own) => {
  const found = new Map(Object.entries(asked));
  for (const { key, variants } of own || []) found.set(key, variants);
  return [...found].filter(([key]) => !(key in all)).sort(([one], [other]) => one.localeCompare(other));
};

let opened;

// `#flag=KEY` leads to the flag's switch, or to the form that adds it.
const reveal = (view, key, names) => {
  if (!key || opened === location.hash) return;
  opened = location.hash;
  const card = [...view.querySelectorAll(".flag")].find((each) => each.dataset.id === key);
  if (card) {
    card.classList.add("chosen");
    card.scrollIntoView({ block: "center" });
    card.querySelector(".switch").focus({ preventScroll: true });
    return;
  }
  const form = view.querySelector("form.add");
  form.elements.key.value = key;
  form.elements.variants.value = names.join(", ");
  form.querySelector("button").focus();
};

const cards = (list, all, called) => {
  const shown = new Map([...list.children].map((card) => [card.dataset.id, card]));
  Object.entries(all).forEach(([key, flag], index) => {
    const old = shown.get(key);
    shown.delete(key);
    const version = JSON.stringify([flag, called[key]]);
    let card = old;
    // Nothing is redrawn while the user types.
    const busy = old && (old.dataset.editing || (old.contains(document.activeElement) && document.activeElement.matches("textarea")));
    if (!old || (old.dataset.version !== version && !busy)) {
      const name = (each) => each?.getAttribute("aria-label") || each?.id || each?.textContent;
      const focused = old?.contains(document.activeElement) && name(document.activeElement);
      card = flagCard(key, flag, called[key]);
      Object.assign(card.dataset, { id: key, version });
      old?.replaceWith(card);
      if (focused) [...card.querySelectorAll("button, input")].find((each) => name(each) === focused)?.focus();
    }
    if (list.children[index] !== card) list.insertBefore(card, list.children[index] || null);
  });
  for (const gone of shown.values()) gone.remove();
};

export const flagsView = {
  async show({ query, stage, status }) {
    const [{ flags: all, called, asked }, project] = await Promise.all([get("flags"), get("project")]);
    const own = await appFlags(JSON.stringify([status.app, Object.keys(asked)]));
    const unknown = missing(all, asked, own.flags);
    const view = stage("flags", () => element("section", { "aria-label": "Flags" }, element("div"), element("div", { class: "none" }), element("div", { class: "flags" }), element("div")));
    const [bar, none, list, bottom] = view.children;
    const version = JSON.stringify([unknown, own.error]);
    if (bar.dataset.version !== version) {
      const typed = [...bar.querySelectorAll("input")].map((input) => input.value);
      const focused = bar.contains(document.activeElement) && document.activeElement.name;
      bar.dataset.version = version;
      bar.replaceChildren(adder(unknown, own.error));
      [...bar.querySelectorAll("input")].forEach((input, index) => { input.value = typed[index] ?? ""; });
      if (focused) bar.querySelector(`[name=${focused}]`)?.focus();
    }
    none.replaceChildren(...(Object.keys(all).length === 0
      ? [empty("No flags yet", "Add one above, or start with `--flags FILE`. A change takes effect the next time the app reads the flag.")] : []));
    cards(list, all, called);
    const set = JSON.stringify(project);
    if (bottom.dataset.version !== set) {
      const focused = bottom.contains(document.activeElement);
      bottom.dataset.version = set;
      bottom.replaceChildren(settings(project));
      if (focused) bottom.querySelector("button").focus();
    }
    reveal(view, query.open, unknown.find(([key]) => key === query.open)?.[1] || []);
    return view;
  },
  left() {
    askedFor = opened = undefined;
  },
};
