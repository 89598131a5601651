// An event as a sentence: "viewed /burrito", "clicked Consider the burrito".

import { code, element, short } from "./element.js";
import { list } from "./exception.js";
import { isOfApp } from "./server.js";

const LONGEST_CHAIN = 4000;

const em = (text) => element("em", {}, text);
const text = (value) => (typeof value === "string" && value !== "" ? value : undefined);

// The page of the event, as a link if the app is known.
export const page = ({ $current_url: url, $pathname: path, $request_path: asked }) => {
  const shown = text(path) || text(asked) || (URL.canParse(url) ? new URL(url).pathname : text(url));
  if (!shown) return undefined;
  return isOfApp(url) ? element("a", { href: url, target: "_blank", rel: "noopener" }, shown) : shown;
};

// The element that was clicked. posthog-js sends the elements from the inside out, as a list or as one text:
// `button.primary:attr__type="submit"nth-child="1"text="Consider the burrito";form:…`
const target = (all) => {
  const first = Array.isArray(all.$elements) ? all.$elements[0] || {} : {};
  const chain = String(all.$elements_chain || "").slice(0, LONGEST_CHAIN);
  const [inner] = /^(?:[^";]|"(?:[^"\\]|\\.)*")*/.exec(chain);
  const read = (name) => new RegExp(`[":]${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(inner)?.[1].replaceAll('\\"', '"');
  const attribute = (name) => text(first[`attr__${name}`]) || read(`attr__${name}`);
  const tag = text(first.tag_name) || /^[a-z0-9-]+/i.exec(inner)?.[0] || "something";
  const words = text(all.$el_text) || text(first.$el_text) || text(first.text) || read("text");
  const name = words || attribute("aria-label") || attribute("title") || attribute("placeholder");
  if (name) return em(name.trim());
  const named = attribute("name") || attribute("id");
  return named ? [`the ${tag} `, em(named)] : tag === "something" ? tag : `a ${tag}`;
};

const VERBS = { click: "clicked ", submit: "submitted ", change: "changed ", touch: "touched ", copy: "copied from " };

const keys = (object) => (object && typeof object === "object" ? Object.keys(object).join(", ") : "");

const seconds = (value) => (typeof value === "number" ? ` after ${value < 60 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`}` : "");

const vitals = (all) => ["LCP", "FCP", "INP", "CLS"].filter((name) => typeof all[`$web_vitals_${name}_value`] === "number")
  .map((name) => `${name} ${name === "CLS" ? all[`$web_vitals_${name}_value`].toFixed(2) : `${Math.round(all[`$web_vitals_${name}_value`])} ms`}`).join(", ");

const KNOWN = {
  $pageview: (all) => ["viewed ", page(all) || "a page"],
  $pageleave: (all) => ["left ", page(all) || "a page", seconds(all.$prev_pageview_duration)],
  $autocapture: (all) => [VERBS[all.$event_type] || `${all.$event_type || "used"} `, target(all)],
  $rageclick: (all) => ["clicked again and again on ", target(all)],
  $dead_click: (all) => ["clicked without effect on ", target(all)],
  $copy_autocapture: () => ["copied text"],
  $identify: (all, { distinct_id: id, outcome }) => {
    if (outcome.refused) return ["was not joined with ", code(short(String(all.$anon_distinct_id)))];
    return [outcome.repeated ? "was identified again as " : "became user ", code(short(id))];
  },
  $create_alias: (all) => ["got another id, ", code(short(String(all.alias)))],
  $set: (all) => ["updated ", keys(all.$set) || keys(all.$set_once) || "nothing"],
  $groupidentify: (all) => [`updated the ${all.$group_type || "group"} `, em(String(all.$group_key))],
  $feature_flag_called: (all) => ["read the flag ", code(String(all.$feature_flag)), ": ", em(String(all.$feature_flag_response ?? "no answer"))],
  $exception: (all) => ["ran into ", em(list(all)[0]?.type || "an error"), `: ${list(all)[0]?.value || "without a message"}`],
  $web_vitals: (all) => ["measured the page: ", vitals(all) || "nothing"],
  "survey shown": (all) => ["saw the survey ", em(String(all.$survey_name || all.$survey_id || ""))],
  "survey sent": (all) => ["answered the survey ", em(String(all.$survey_name || all.$survey_id || ""))],
  "survey dismissed": (all) => ["put away the survey ", em(String(all.$survey_name || all.$survey_id || ""))],
};

// The event's first property that PostHog does not set, to distinguish events of the same name.
const own = (all) => {
  const [first] = Object.entries(all).filter(([name, content]) => !name.startsWith("$") && typeof content !== "object" && name !== "environment" && name !== "release");
  return first && `${first[0]}: ${first[1]}`;
};

export const sentence = (event) => {
  const all = event.properties;
  if (Object.hasOwn(KNOWN, event.event)) return KNOWN[event.event](all, event);
  const [gist, where] = [own(all), page(all)];
  return [element("b", {}, event.event), gist && [" ", element("span", { class: "gist" }, gist)], where && [" ", element("span", { class: "gist" }, "on ", where)]];
};

// The sentence after an event's name. It has no links, because the row is itself a link.
export const gist = (event) => {
  if (!Object.hasOwn(KNOWN, event.event)) return own(event.properties);
  const parts = KNOWN[event.event](event.properties, event).flat();
  return parts.map((part) => (typeof part === "string" ? part : part?.textContent)).filter(Boolean).join("");
};
