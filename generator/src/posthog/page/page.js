// The page of the local stand-in for PostHog. It asks the JSON interface for what it shows, again whenever the server
// says that something has changed. Top to bottom: elements, the server, where we are, the views, what keeps it alive.
//
// Events hold text from anybody: it goes into the page as text nodes only, never as HTML.

// Elements

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
};

const time = (at) => element("time", { datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString() },
  new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }));

// Text with `code` in backticks, as the server writes its sentences.
const sentence = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

const plural = (count, one, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

// An id that says nothing is cut; one that was chosen is shown.
const short = (id) => (id.length > 24 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

const empty = (title, advice, code) => element("section", { class: "empty" },
  element("img", { src: "/hoglet/hedgehog.svg", alt: "", width: 88, height: 54 }),
  element("h2", {}, title), element("p", {}, ...sentence(advice)), code && element("pre", {}, code));

// Replaces the children of a list, but keeps those that have not changed, and with them focus and selection.
const settle = (list, items) => {
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const first = kept.size === 0;
  let at = list.firstElementChild;
  for (const { key, make } of items) {
    let child = kept.get(key);
    kept.delete(key);
    if (child === undefined) {
      child = make();
      child.dataset.key = key;
      if (!first) child.classList.add("new");
    }
    if (child === at) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
  for (const left of kept.values()) left.remove();
};

// The server

const get = async (path, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null));
  const response = await fetch(`/hoglet/${path}${query.size ? `?${query}` : ""}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

const send = async (method, path, body) => {
  const response = await fetch(`/hoglet/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
};

// Where we are: `#/events?event=…&open=12`

const place = () => {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "events", id] = path.split("/").map(decodeURIComponent);
  return { view: view in views ? view : "events", id, query: Object.fromEntries(new URLSearchParams(query)) };
};

const link = (view, query = {}) => {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#/${view}${parameters.size ? `?${parameters}` : ""}`;
};

const main = document.querySelector("main");
const PAGE = 100;
let people = new Map();
let counts = {};
let shown = "";
let many = PAGE;

// Who: a person, or a visitor whom nobody has claimed

const label = (person) => {
  const { name, email } = person.properties;
  return String(name || email || short(person.distinct_ids[0]));
};

// Neighbours get colours far apart: each is the golden angle away from the last.
const hue = (person) => (Number(person.id.slice(1)) * 137.5) % 360;

const face = (person, size = "") => {
  if (!person) return element("span", { class: `face visitor ${size}`, "aria-hidden": "true" });
  const circle = element("span", { class: `face user ${size}`, "aria-hidden": "true" }, label(person).slice(0, 1).toUpperCase());
  circle.style.background = `hsl(${hue(person)} 40% 38%)`;
  return circle;
};

const who = (event) => {
  const person = people.get(event.person);
  const text = person ? label(person) : short(event.distinct_id);
  return element("span", { class: "who", title: event.distinct_id }, face(person), element("span", { class: person ? "" : "quiet" }, text));
};

// Properties

const value = (content) => {
  const kind = typeof content === "string" ? "text" : typeof content === "number" || typeof content === "boolean" ? "number" : "";
  return element("dd", { class: kind }, typeof content === "string" ? content : JSON.stringify(content, null, 2));
};

const table = (entries) => element("dl", { class: "facts properties" },
  entries.map(([key, content]) => [element("dt", {}, key), value(content)]));

const properties = (all, hidden = []) => {
  const entries = Object.entries(all).filter(([key]) => !hidden.includes(key));
  const [theirs, own] = [entries.filter(([key]) => key.startsWith("$")), entries.filter(([key]) => !key.startsWith("$"))];
  return [
    own.length > 0 && table(own),
    theirs.length > 0 && element("details", { open: own.length === 0 || theirs.length < 6 },
      element("summary", {}, `${theirs.length} with a $, set by PostHog's SDKs`), table(theirs)),
  ];
};

const note = (kind, ...paragraphs) => element("div", { class: `note ${kind}` }, paragraphs.map((text) => element("p", {}, ...sentence(text))));

// What became of an event, when something did

const outcome = ({ ignored, refused, properties_lost: lost, fused, repeated }) => [
  ignored && note("", `PostHog throws this event away: ${ignored}.`, "Send it in the user's own context, without `$process_person_profile: false`."),
  refused && note("", `Merge refused: ${refused.reason}.`, refused.remedy),
  fused && note("", `With this event, \`${fused[0]}\` and \`${fused[1]}\` became one person.`, "Make a new anonymous id after log-out, and never link an anonymous id twice."),
  lost && note("warning", `Its person properties are lost: ${lost}.`),
  repeated && note("hint", "The two ids were one person before; this event changed nothing."),
];

const marks = (event) => [
  event.outcome.ignored && element("span", { class: "mark error" }, "thrown away"),
  event.outcome.refused && element("span", { class: "mark error" }, "merge refused"),
  event.outcome.fused && element("span", { class: "mark error" }, "two users"),
  event.outcome.properties_lost && element("span", { class: "mark warning" }, "properties lost"),
];

// Stack traces: where it arose first, with the frames of libraries folded

const frame = (at) => {
  const place = [at.filename || at.abs_path, at.lineno].filter(Boolean).join(":");
  const lines = at.context_line && [...(at.pre_context || []), at.context_line, ...(at.post_context || [])];
  return element("li", { class: at.in_app ? "ours" : "" },
    element("b", {}, at.function || "?"), element("span", {}, place),
    lines && element("pre", {}, lines.map((line, index) => element(index === (at.pre_context || []).length ? "mark" : "span", {}, `${line}\n`))));
};

const trace = (frames) => {
  const rows = [];
  let folded = [];
  const fold = () => {
    if (folded.length > 2) {
      rows.push(element("li", {}, element("details", {}, element("summary", {}, `${folded.length} frames of libraries`), element("ol", {}, folded.map(frame)))));
    } else rows.push(...folded.map(frame));
    folded = [];
  };
  for (const at of [...frames].reverse()) {
    if (at.in_app) {
      fold();
      rows.push(frame(at));
    } else folded.push(at);
  }
  fold();
  return element("ol", { class: "trace" }, rows);
};

const exception = (all) => (Array.isArray(all.$exception_list) ? all.$exception_list : []).map((one, index) => [
  element("h3", {}, index === 0 ? "What happened" : "Caused by"),
  element("p", {}, element("code", {}, one.type || "Error"), ` ${one.value || ""} `,
    index === 0 && one.mechanism?.handled === false && element("span", { class: "mark error" }, "not handled")),
  Array.isArray(one.stacktrace?.frames) && one.stacktrace.frames.length > 0 ? trace(one.stacktrace.frames) : element("p", { class: "quiet small" }, "It came without a stack trace."),
]);

// Events

const detail = (event, query) => {
  const person = people.get(event.person);
  const text = JSON.stringify(event, null, 2);
  const facts = [
    ["Person", person ? element("a", { class: "who", href: `#/people/${person.id}` }, face(person), element("span", {}, label(person)))
      : event.personless ? "nobody yet: an anonymous event, without a person" : "none"],
    ["Distinct id", element("code", {}, event.distinct_id)],
    ["Session", event.session_id && element("a", { href: link("events", { session: event.session_id }) }, element("code", {}, event.session_id))],
    ["Received", new Date(event.received_at).toLocaleString()],
    ["Sent as", event.timestamp],
    ["Through", `${event.properties.$lib || "an unnamed client"} ${event.properties.$lib_version || ""} at ${event.path}`],
    ["Project", element("code", {}, event.token)],
    ["UUID", element("code", {}, event.uuid)],
  ];
  return element("aside", { class: "detail", "aria-label": "Event" },
    element("a", { class: "back", href: link("events", { ...query, open: "" }) }, "← All events"),
    element("h2", {}, event.event),
    outcome(event.outcome),
    element("dl", { class: "facts" }, facts.filter(([, fact]) => fact).map(([name, fact]) => [element("dt", {}, name), element("dd", {}, fact)])),
    event.event === "$exception" && exception(event.properties),
    element("h3", {}, "Properties"),
    Object.keys(event.properties).length === 0 ? element("p", { class: "quiet" }, "It has none.") : properties(event.properties, ["$exception_list"]),
    element("div", { class: "actions" },
      person && element("a", { href: link("events", { person: person.id }) }, "Events of this person"),
      element("a", { href: link("events", { event: event.event }) }, "Events of this name")),
    element("details", {}, element("summary", {}, "As JSON"), element("pre", {}, text)));
};

// What tells one event from its neighbours of the same name
const gist = ({ event, properties: all }) => {
  if (event === "$exception") return all.$exception_list?.[0]?.type;
  if (event === "$feature_flag_called") return `${all.$feature_flag}: ${all.$feature_flag_response}`;
  if (event === "$groupidentify") return `${all.$group_type}: ${all.$group_key}`;
  if (event === "$pageview" || event === "$pageleave") return all.$pathname;
  const [first] = Object.entries(all).filter(([key, content]) => !key.startsWith("$") && typeof content !== "object");
  return first && `${first[0]}: ${first[1]}`;
};

const row = (event, query) => {
  const open = String(event.sequence);
  return element("li", {}, element("a", { class: "row", href: link("events", { ...query, open }), "data-open": open },
    time(event.received_at),
    element("span", { class: event.event === "$exception" ? "name bad" : "name" }, event.event, " ", element("span", { class: "gist" }, gist(event)), marks(event)),
    who(event)));
};

const searching = (query, placeholder, go) => {
  let waiting;
  const input = element("input", { type: "search", name: "search", value: query.search || "", placeholder, "aria-label": placeholder, oninput: () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go(input.value), 200);
  } });
  return input;
};

const replace = (hash) => {
  history.replaceState(null, "", hash);
  refresh();
};

const chips = (query) => ["event", "person", "session", "distinct_id"].filter((name) => query[name]).map((name) => {
  const person = name === "person" && people.get(query.person);
  const text = `${name.replace("_", " ")}: ${person ? label(person) : short(query[name])}`;
  return element("button", { class: "chip", type: "button", "aria-label": `Remove filter ${text}`, onclick: () => { location.hash = link("events", { ...query, [name]: "" }); } },
    element("span", {}, text));
});

const events = {
  async show({ query }) {
    const { open, ...filter } = query;
    const { events: found } = await get("events", { ...filter, limit: many });
    found.reverse();
    const filtered = Object.keys(filter).length > 0;
    if (found.length === 0 && !filtered) {
      return fill("events empty", () => empty("Nothing has arrived yet", "Point an app here and use it; its events appear at once.",
        `POSTHOG_HOST=${location.origin}\nPOSTHOG_PROJECT_TOKEN=phc_local`));
    }
    const view = fill(`events ${JSON.stringify({ ...filter, search: "" })}`, () => element("div", { class: "columns" },
      element("section", { "aria-label": "Events" },
        element("div", { class: "filters" },
          searching(query, "Search names, ids and properties", (search) => replace(link("events", { ...place().query, search }))), ...chips(query)),
        element("ol", { class: "rows" }), element("p", { class: "quiet end" })),
      element("aside", { class: "detail nothing" })));
    settle(view.querySelector(".rows"), found.map((event) => ({
      key: `${event.sequence} ${event.person} ${event.person && people.has(event.person) ? label(people.get(event.person)) : ""} ${JSON.stringify(filter)}`,
      make: () => row(event, filter),
    })));
    const end = view.querySelector(".end");
    end.replaceChildren(...(found.length === 0 ? ["Nothing matches. Remove a filter above, or search for less."]
      : found.length === many ? [element("button", { type: "button", onclick: () => { many += PAGE; refresh(); } }, "Show older events")]
      : counts.forgotten > 0 && !filtered ? [`${plural(counts.forgotten, "older event")} made room for these.`] : []));
    end.hidden = end.childNodes.length === 0;
    for (const each of view.querySelectorAll(".row")) each.toggleAttribute("aria-current", each.dataset.open === open);
    let chosen = open && found.find((event) => String(event.sequence) === open);
    if (open && !chosen) [chosen] = (await get("events", { after: open - 1, before: Number(open) + 1 })).events;
    view.classList.toggle("open", Boolean(chosen));
    pane(view, chosen && `${open} ${JSON.stringify(people.get(chosen.person) || null)} ${chosen.person}`, () => detail(chosen, query),
      "Choose an event to see all of it.");
  },
};

// People

const telling = {
  created: (chapter) => ["Came to be as ", element("code", {}, chapter.distinct_id)],
  joined: (chapter) => [element("code", {}, chapter.distinct_id), " joined: it is the same person"],
  merged: (chapter) => ["Took over ", chapter.person, " with ", ...chapter.distinct_ids.flatMap((id, index) => [index ? ", " : "", element("code", {}, id)])],
  identified: () => ["Identified: protected from being merged into another"],
  refused: (chapter) => ["A merge was refused: ", ...sentence(chapter.reason)],
};

const chapter = (told) => element("li", { class: told.kind },
  element("p", {}, ...telling[told.kind](told)),
  told.remedy && element("p", { class: "quiet small" }, ...sentence(told.remedy)),
  element("p", { class: "small" }, time(told.at), " by ", element("a", { href: link("events", { open: told.sequence }) }, told.event)));

const personDetail = (person) => element("aside", { class: "detail", "aria-label": "Person" },
  element("a", { class: "back", href: "#/people" }, "← All people"),
  element("div", { class: "heading" }, face(person, "big"),
    element("div", {}, element("h2", {}, label(person)),
      element("p", { class: "quiet small" }, `${person.id} · ${person.identified ? "identified" : "not identified"} · seen ${new Date(person.last_seen).toLocaleString()}`))),
  element("h3", {}, plural(person.distinct_ids.length, "distinct id")),
  element("ul", { class: "ids" }, person.distinct_ids.slice(0, 100).map((id) => element("li", {}, element("a", { href: link("events", { distinct_id: id }) }, id)))),
  element("h3", {}, "Properties"),
  Object.keys(person.properties).length === 0
    ? element("p", { class: "quiet" }, ...sentence("None yet. Send them as `$set` in an event of this person."))
    : table(Object.entries(person.properties)),
  element("h3", {}, "How this person came to be"),
  element("ol", { class: "story" }, person.story.map(chapter)),
  element("div", { class: "actions" }, element("a", { href: link("events", { person: person.id }) }, "Events of this person")));

const personRow = (person) => element("li", {}, element("a", { class: "row person", href: `#/people/${person.id}`, "data-open": person.id },
  face(person), element("span", { class: "name" }, label(person), !person.identified && element("span", { class: "mark" }, "not identified")),
  element("span", { class: "quiet small" }, plural(person.distinct_ids.length, "id"), ", seen ", time(person.last_seen))));

const peopleView = {
  async show({ id, query }) {
    if (people.size === 0) {
      return fill("people empty", () => empty("No people yet",
        "Anonymous events make nobody. A person appears with the first `$identify`, or with an event that does not carry `$process_person_profile: false`."));
    }
    const found = query.search ? await get("people", { search: query.search, limit: 500 }) : [...people.values()];
    const view = fill("people", () => element("div", { class: "columns" },
      element("section", { "aria-label": "People" },
        element("div", { class: "filters" }, searching(query, "Search ids and properties", (search) => replace(link("people", { search })))),
        element("ol", { class: "rows people" }), element("p", { class: "quiet end" })),
      element("aside", { class: "detail nothing" })));
    settle(view.querySelector(".rows"), found.map((person) => ({ key: JSON.stringify([person.id, label(person), person.identified, person.distinct_ids.length, person.last_seen]), make: () => personRow(person) })));
    const end = view.querySelector(".end");
    end.textContent = found.length === 0 ? "Nobody matches. Search for less." : "";
    end.hidden = found.length > 0;
    for (const each of view.querySelectorAll(".row")) each.toggleAttribute("aria-current", each.dataset.open === id);
    const chosen = id && (people.get(id) || (await get("people", { id }))[0]);
    view.classList.toggle("open", Boolean(id));
    pane(view, chosen && JSON.stringify(chosen), () => personDetail(chosen),
      id ? "This person was merged into another, or made room for newer ones." : "Choose a person to see how it came to be.");
  },
};

// Exceptions, the same ones together

const exceptions = {
  async show({ id }) {
    const found = await get("exceptions", { limit: 1000 });
    if (found.length === 0) {
      return fill("exceptions empty", () => empty("No exceptions", "Good. When the app captures one, it shows here with its stack trace."));
    }
    const groups = new Map();
    for (const event of found.reverse()) {
      const first = event.properties.$exception_list?.[0] || {};
      const key = `${first.type || "Error"}: ${first.value || ""}`;
      if (!groups.has(key)) groups.set(key, { key, first, events: [] });
      groups.get(key).events.push(event);
    }
    const view = fill("exceptions", () => element("div", { class: "columns" },
      element("section", { "aria-label": "Exceptions" }, element("ol", { class: "rows" })), element("aside", { class: "detail nothing" })));
    const open = id && [...groups.values()].find((group) => group.events.some((event) => String(event.sequence) === id));
    settle(view.querySelector(".rows"), [...groups.values()].map(({ key, first, events: same }) => ({
      key: `${key} ${same.length} ${same[0].sequence}`,
      make: () => element("li", {}, element("a", { class: "row", href: `#/exceptions/${same[0].sequence}`, "data-key": key },
        time(same[0].received_at), element("span", { class: "name" }, first.type || "Error",
          first.mechanism?.handled === false && element("span", { class: "mark error" }, "not handled")),
        element("span", { class: "quiet small" }, plural(same.length, "time")),
        element("span", { class: "more quiet" }, first.value || ""))),
    })));
    for (const each of view.querySelectorAll(".row")) each.toggleAttribute("aria-current", each.dataset.key === open?.key);
    view.classList.toggle("open", Boolean(open));
    pane(view, open && `${id} ${open.events.length}`, () => {
      const event = open.events.find((each) => String(each.sequence) === id);
      const persons = new Set(open.events.map((each) => each.person || each.distinct_id));
      return element("aside", { class: "detail", "aria-label": "Exception" },
        element("a", { class: "back", href: "#/exceptions" }, "← All exceptions"),
        element("h2", {}, open.first.type || "Error"),
        element("p", { class: "quiet small" }, `${plural(open.events.length, "time")} for ${plural(persons.size, "person", "people")}, level ${event.properties.$exception_level || "error"}`),
        exception(event.properties),
        element("h3", {}, "The request"),
        properties(event.properties, ["$exception_list"]),
        element("div", { class: "actions" }, element("a", { href: link("events", { open: event.sequence }) }, "The event"),
          event.session_id && element("a", { href: link("events", { session: event.session_id }) }, "What went before it in the session")));
    }, "Choose an exception to see where it arose.");
  },
};

// Flags

const putFlag = (key, flag) => send("PUT", `flags/${encodeURIComponent(key)}`, flag);

const payloadEditor = (key, flag, name) => {
  const content = flag.payloads[name];
  const id = `payload ${key} ${name}`;
  const area = element("textarea", { id, rows: 1, spellcheck: "false", placeholder: "none; write JSON" }, content === undefined ? "" : JSON.stringify(content, null, 2));
  area.addEventListener("change", async () => {
    const payloads = { ...flag.payloads };
    try {
      if (area.value.trim() === "") delete payloads[name];
      else payloads[name] = JSON.parse(area.value);
      area.removeAttribute("aria-invalid");
      await putFlag(key, { ...flag, payloads });
    } catch {
      area.setAttribute("aria-invalid", "true");
    }
  });
  return [element("label", { for: id }, name === "true" ? "Payload" : `Payload of ${name}`), area];
};

const flagCard = (key, flag, called) => {
  const conditional = (flag.conditions || []).length > 0;
  const share = element("output", {}, `${flag.rollout_percentage} %`);
  const slider = element("input", { type: "range", min: 0, max: 100, step: 5, value: flag.rollout_percentage, id: `share ${key}`,
    oninput: () => { share.textContent = `${slider.value} %`; },
    onchange: () => putFlag(key, { ...flag, rollout_percentage: Number(slider.value) }) });
  const choice = (variant, text, percentage) => element("button", { type: "button", "aria-pressed": String((flag.variant || null) === variant),
    onclick: () => putFlag(key, { ...flag, variant }) }, text, percentage !== undefined && element("small", {}, ` ${percentage} %`));
  return element("article", { class: flag.active ? "flag" : "flag off" },
    element("header", {}, element("h2", {}, element("code", {}, key)),
      element("button", { class: "switch", type: "button", role: "switch", "aria-checked": String(flag.active), "aria-label": `${key} on`,
        onclick: () => putFlag(key, { ...flag, active: !flag.active }) })),
    element("div", { class: "body" },
      conditional
        ? element("p", { class: "quiet small" }, `Given out by ${plural(flag.conditions.length, "condition")}; change them with the JSON interface.`)
        : [element("label", { for: `share ${key}` }, "Rolled out to ", share), slider],
      flag.variants.length > 0 && !conditional && [element("h3", {}, "Variant"),
        element("div", { class: "choices", role: "group", "aria-label": `Variant of ${key}` },
          choice(null, "dealt out"), flag.variants.map((variant) => choice(variant.key, variant.key, variant.rollout_percentage)))],
      (flag.variants.length > 0 ? flag.variants.map((variant) => variant.key) : ["true"]).map((name) => payloadEditor(key, flag, name))),
    element("footer", {},
      element("span", { class: "quiet small" }, called ? `read ${plural(called, "time")}` : "not read yet"),
      element("button", { class: "plain", type: "button", onclick: () => send("DELETE", `flags/${encodeURIComponent(key)}`) }, "Remove")));
};

const addFlag = (unknown) => {
  const input = element("input", { name: "key", placeholder: "flag-key", "aria-label": "Key of a new flag", required: true, autocapitalize: "off", spellcheck: "false" });
  const variants = element("input", { name: "variants", placeholder: "variants: control, test", "aria-label": "Variants of a new flag, separated by commas" });
  const create = async (key, names = []) => {
    const dealt = names.map((name, index) => ({ key: name, rollout_percentage: Math.floor(100 / names.length) + (index < 100 % names.length ? 1 : 0) }));
    await putFlag(key, { active: true, variants: dealt });
  };
  return element("form", { class: "add", onsubmit: async (submitted) => {
    submitted.preventDefault();
    await create(input.value.trim(), variants.value.split(",").map((name) => name.trim()).filter(Boolean));
    input.value = variants.value = "";
  } }, input, variants, element("button", { class: "primary" }, "Add flag"),
  unknown.length > 0 && element("p", { class: "small" }, "The app asks for flags that are not here: ",
    ...unknown.flatMap((key, index) => [index ? " " : "", element("button", { type: "button", onclick: () => create(key) }, `Add ${key}`)])));
};

const flags = {
  async show() {
    const { flags: all, called } = await get("flags");
    const unknown = Object.keys(called).filter((key) => !(key in all));
    // While somebody types, nothing is redrawn under the fingers.
    if (shown.startsWith("flags") && main.contains(document.activeElement) && document.activeElement.matches("input:not([type=range]), textarea")) return;
    fill(`flags ${JSON.stringify([all, called])}`, () => element("section", { "aria-label": "Flags" }, addFlag(unknown),
      Object.keys(all).length === 0
        ? empty("No flags yet", "Add one above, or start with `--flags FILE`. A change takes effect with the app's next question.")
        : element("div", { class: "flags" }, Object.entries(all).map(([key, flag]) => flagCard(key, flag, called[key])))));
  },
};

// Warnings, and what could not be read

const warnings = {
  async show() {
    const [found, malformed] = await Promise.all([get("warnings"), get("malformed")]);
    if (found.length + malformed.length === 0) {
      return fill("warnings empty", () => empty("Nothing to warn of", "Shared ids, refused merges, e-mails where they do not belong, sessions that break: should the app do any of it, it is said here."));
    }
    fill(`warnings ${JSON.stringify([found, malformed])}`, () => element("section", { "aria-label": "Warnings" },
      element("ul", { class: "warnings" },
        malformed.map((request) => element("li", {},
          element("h2", {}, "Request refused", element("span", { class: "mark error" }, String(request.status)), element("span", { class: "quiet small" }, time(request.received_at))),
          element("p", {}, element("code", {}, request.path), ` ${request.reason}`),
          request.client && element("p", { class: "quiet small" }, `sent by ${request.client}`),
          request.body && element("details", {}, element("summary", {}, "How its body begins"), element("pre", {}, request.body)))),
        found.map((warning) => element("li", {},
          element("h2", {}, ...sentence(warning.title), element("span", { class: `mark ${warning.severity}` }, warning.severity),
            element("span", { class: "quiet small" }, plural(warning.count, "time"))),
          element("p", {}, ...sentence(warning.detail)),
          element("p", { class: "quiet" }, ...sentence(warning.remedy)),
          element("p", { class: "small" }, element("a", { href: link("events", { open: warning.last_sequence }) }, "The event")))))));
  },
};

const views = { events, people: peopleView, exceptions, flags, warnings };

// Fills the page, unless it shows the same already; whoever works with the keyboard stays where they were.
const fill = (key, make) => {
  if (shown !== key) {
    const called = (each) => each.id || each.getAttribute("aria-label") || each.textContent;
    const focused = main.contains(document.activeElement) && called(document.activeElement);
    shown = key;
    main.replaceChildren(make());
    if (focused) [...main.querySelectorAll("input, textarea, button, summary, a")].find((each) => called(each) === focused)?.focus();
  }
  return main.firstElementChild;
};

const pane = (view, key, make, otherwise) => {
  const old = view.lastElementChild;
  if (old.dataset.key === String(key) && old.dataset.key !== "undefined") return;
  const made = key ? make() : element("aside", { class: "detail nothing" }, element("p", {}, otherwise));
  made.dataset.key = String(key);
  old.replaceWith(made);
};

// What keeps it alive

const count = (name, number, error) => {
  const badge = document.querySelector(`[data-count=${name}]`);
  badge.textContent = number ? number.toLocaleString() : "";
  badge.className = error ? "error" : "";
};

let running = false;
let again = false;

const refresh = async () => {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    const [all, status, flagged, warned] = await Promise.all([get("people", { limit: 500 }), get("status"), get("flags"), get("warnings")]);
    people = new Map(all.map((person) => [person.id, person]));
    counts = status.counts;
    count("events", counts.events);
    count("people", status.people);
    count("exceptions", counts.exceptions);
    count("flags", Object.keys(flagged.flags).length);
    count("warnings", warned.length + Math.min(counts.malformed, 200), counts.malformed > 0 || warned.some((warning) => warning.severity === "error"));
    const here = place();
    for (const tab of document.querySelectorAll("nav a")) {
      const current = tab.getAttribute("href") === `#/${here.view}`;
      if (current) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    await views[here.view].show(here);
  } catch (error) {
    console.error(error);
  } finally {
    running = false;
    if (again) {
      again = false;
      setTimeout(refresh, 250);
    }
  }
};

const live = document.querySelector("#live");
const say = (state, text) => {
  live.className = state;
  live.textContent = text;
};

// A browser opens six connections to a server at most, so a page that nobody looks at must not hold one.
let source;

const listen = () => {
  const watched = document.visibilityState === "visible";
  if (watched === Boolean(source)) return;
  source?.close();
  source = undefined;
  if (!watched) return;
  say("", "connecting");
  source = new EventSource("/hoglet/live");
  source.addEventListener("change", () => {
    say("on", "live");
    refresh();
  });
  source.addEventListener("error", () => say("off", "the stand-in is gone; start it again"));
};

document.addEventListener("visibilitychange", listen);
window.addEventListener("pageshow", listen);
window.addEventListener("pagehide", () => {
  source?.close();
  source = undefined;
});

window.addEventListener("hashchange", () => {
  many = PAGE;
  refresh();
});
document.querySelector("#reset").addEventListener("click", () => send("POST", "reset"));

listen();
refresh();
