// Helpers for elements, times and short texts in all views.
//
// Events contain text from strangers. It is inserted into the page as text nodes only, never as HTML.

export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
};

export const code = (text) => element("code", {}, text);

// Turns `code` in backticks into code elements. The server's sentences have this form.
export const marked = (text) => text.split("`").map((part, index) => (index % 2 ? code(part) : part));

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

// Shortens a random id, and shows a readable id in full.
export const short = (id) => (id.length > 24 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

export const clock = (at) => element("time", { datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString() },
  new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }));

const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

// "Today", "Yesterday", or the date.
export const day = (at) => {
  const today = midnight(Date.now());
  if (midnight(at) === today) return "Today";
  if (midnight(at) === midnight(today - 1)) return "Yesterday";
  return new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
};

export const empty = (title, advice, example) => element("section", { class: "empty" },
  element("img", { src: "/hoglet/page/hedgehog.svg", alt: "", width: 88, height: 54 }),
  element("h2", {}, title), element("p", {}, marked(advice)), example && element("pre", {}, example));

// A paragraph with a problem and its remedy.
export const note = (kind, ...paragraphs) => element("div", { class: `note ${kind}` }, paragraphs.map((text) => element("p", {}, marked(text))));
