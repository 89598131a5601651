// The page of the local stand-in for PostHog. When the server reports a change, the page requests its data again and
// redraws only the differences.

import { address } from "./address.js";
import { confirm } from "./dialog.js";
import { element, plural } from "./element.js";
import { listen } from "./live.js";
import { appIs, send } from "./server.js";
import { eventsView } from "./views/events.js";
import { exceptionsView } from "./views/exceptions.js";
import { flagsView } from "./views/flags.js";
import { funnelView } from "./views/funnel.js";
import { groupsView } from "./views/groups.js";
import { peopleView } from "./views/people.js";
import { warningsView } from "./views/warnings.js";

const views = { events: eventsView, people: peopleView, groups: groupsView, funnel: funnelView, exceptions: exceptionsView, flags: flagsView, warnings: warningsView };
const main = document.querySelector("main");
const PAUSE = 250;

let status;
let current;
let staged;
let running = false;
let again = false;

// Makes the content of the page, unless it exists already.
const stage = (key, make) => {
  if (staged !== key) {
    staged = key;
    main.replaceChildren(make());
  }
  return main.firstElementChild;
};

const count = (name, number, error) => {
  const badge = document.querySelector(`[data-count=${name}]`);
  badge.textContent = number ? number.toLocaleString() : "";
  badge.className = error ? "error" : "";
};

const header = (name) => {
  const { counts } = status;
  count("events", counts.events);
  count("people", status.people);
  count("groups", status.groups);
  count("exceptions", counts.exceptions);
  count("flags", status.flags);
  count("warnings", status.warnings + Math.min(counts.malformed, 200), counts.malformed > 0 || status.errors > 0);
  appIs(status.app);
  const app = document.querySelector("#app");
  app.hidden = !status.app;
  if (status.app) app.href = status.app;
  for (const tab of document.querySelectorAll("nav a")) {
    if (tab.getAttribute("href") === `#/${name}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
};

const refresh = async () => {
  if (!status || running) {
    again = running;
    return;
  }
  running = true;
  try {
    const here = address();
    const name = Object.hasOwn(views, here.view) ? here.view : "events";
    if (current !== views[name]) current?.left?.();
    current = views[name];
    header(name);
    await current.show({ ...here, status, stage, refresh });
  } catch (error) {
    console.error(error);
    stage(`error ${error.message}`, () => element("section", { class: "empty" }, element("h2", {}, "This page cannot be shown"), element("p", {}, error.message)));
  } finally {
    running = false;
    if (again) {
      again = false;
      setTimeout(refresh, PAUSE);
    }
  }
};

const live = document.querySelector("#live");

listen((now) => {
  status = now;
  refresh();
}, (state, text) => {
  live.className = state;
  live.textContent = text;
});

addEventListener("hashchange", refresh);

document.querySelector("#reset").addEventListener("click", async () => {
  const what = status ? `${plural(status.counts.events, "event")}, ${plural(status.people, "person", "people")} and all warnings` : "All events, people and warnings";
  if (await confirm("Delete everything?", `${what} will be deleted, here and in the state file. Flags stay.`, "Delete everything")) await send("POST", "reset");
});
