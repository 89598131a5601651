// Shows a person, or a visitor without a person, with a coloured icon and a name.

import { element, short } from "./element.js";

export const label = (person) => {
  const { name, email } = person.properties;
  return [name, email].find((text) => typeof text === "string" && text.trim()) || person.distinct_ids[0];
};

// Clearly different colours: each is the golden angle away from the previous one.
const hue = (id) => (Number(id.slice(1)) * 137.5) % 360;

export const face = (id, name, size = "") => {
  if (!id) return element("span", { class: `face visitor ${size}`, "aria-hidden": "true" });
  const circle = element("span", { class: `face user ${size}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase());
  circle.style.background = `hsl(${hue(id)} 40% 38%)`;
  return circle;
};

// `people` comes with the events: `{ p1: { label, identified } }`.
export const who = (event, people) => {
  const person = people[event.person];
  const name = short(person ? person.label : event.distinct_id);
  return element("span", { class: "who", title: event.distinct_id }, face(person && event.person, name), element("span", { class: person ? "" : "quiet" }, name));
};
