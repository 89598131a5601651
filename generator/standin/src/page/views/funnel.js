// A funnel: the number of people that reached each step, and the step where the others stopped.

import { link, replace } from "../address.js";
import { code, element, note, plural } from "../element.js";
import { send } from "../server.js";

const editing = () => {
  let waiting;
  const input = element("input", { name: "steps", autocapitalize: "off", autocomplete: "off", spellcheck: "false", "aria-describedby": "steps-help", oninput: () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => replace(link("funnel", { steps: input.value })), 200);
  } });
  return element("form", { class: "filters steps", onsubmit: (submitted) => submitted.preventDefault() },
    element("label", {}, element("span", {}, "Steps"), input),
    element("p", { class: "quiet small", id: "steps-help" }, "Names of events, separated by commas; ", code("$pageview:/signup"), " is a page."));
};

// Without steps the server counts a sign-up. It refuses invalid steps, with a reason.
const ask = async (text = "") => {
  // A comma at the end means that the user is about to type one more step.
  const steps = text.split(",").map((step) => step.trim()).filter(Boolean);
  if (steps.length === 1) return { steps: [], hint: "A funnel needs at least two steps. Add another one after a comma." };
  try {
    return await send("GET", `funnel${steps.length > 0 ? `?${new URLSearchParams({ steps: steps.join(",") })}` : ""}`);
  } catch (error) {
    return { steps: [], error: error.message };
  }
};

const bar = (part) => {
  const made = element("div", { class: "share" }, element("div"));
  made.firstChild.style.inlineSize = `${part * 100}%`;
  return made;
};

const row = ({ event, people }, index, steps) => {
  const first = steps[0].people;
  const part = first && people / first;
  const lost = index > 0 ? steps[index - 1].people - people : 0;
  return element("li", {}, element("h3", {}, code(event)),
    element("p", { class: "reached" }, element("b", {}, plural(people, "person", "people")), first > 0 && ` ${part.toLocaleString([], { style: "percent" })}`),
    bar(part),
    element("p", { class: "lost small" }, lost > 0 && `${lost.toLocaleString()} lost since the step before`));
};

const explained = ({ steps }, { counts }) => [
  steps[0].people === 0 && ["Nobody has done ", code(steps[0].event), " yet. "],
  "A person reaches a step after all steps before it, in this order; other events may come between. PostHog shows the same as a funnel insight with these steps, within 14 days.",
  counts.forgotten > 0 && ` ${plural(counts.forgotten, "older event")} made room for newer ones, and ${counts.forgotten === 1 ? "does" : "do"} not count.`,
].flat().filter(Boolean);

export const funnelView = {
  async show({ query, status, stage }) {
    const found = await ask(query.steps);
    const view = stage("funnel", () => element("section", { "aria-label": "Funnel" }, element("h2", { class: "unseen" }, "Funnel"), editing(),
      element("div", { role: "status" }), element("ol", { class: "funnel" }), element("p", { class: "quiet small end" })));
    const [, form, told, list, end] = view.children;
    const input = form.querySelector("input");
    if (input !== document.activeElement) input.value = query.steps || found.steps.map(({ event }) => event).join(", ");
    const version = JSON.stringify([found, status.counts.forgotten]);
    if (view.dataset.version === version) return view;
    view.dataset.version = version;
    const trouble = found.hint || found.error;
    told.replaceChildren(...(trouble ? [note(found.hint ? "hint" : "", trouble)] : []));
    list.replaceChildren(...found.steps.map(row));
    end.replaceChildren(...(trouble ? [] : explained(found, status)));
    end.hidden = Boolean(trouble);
    return view;
  },
};
