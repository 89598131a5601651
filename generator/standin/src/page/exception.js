// Exceptions with their causes and stack traces; frames of libraries are folded.

import { code, element } from "./element.js";

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

export const list = (properties) => (Array.isArray(properties.$exception_list) ? properties.$exception_list : []);

export const causes = (properties) => list(properties).map((one, index) => [
  element("h3", {}, index === 0 ? "What happened" : "Caused by"),
  element("p", {}, code(one.type || "Error"), ` ${one.value || ""} `,
    index === 0 && one.mechanism?.handled === false && element("span", { class: "mark error" }, "not handled")),
  Array.isArray(one.stacktrace?.frames) && one.stacktrace.frames.length > 0 ? trace(one.stacktrace.frames) : element("p", { class: "quiet small" }, "It has no stack trace."),
]);
