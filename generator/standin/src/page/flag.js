// One flag: its switch, its share, its variants and payloads.

import { code, element, note, plural } from "./element.js";
import { send } from "./server.js";

export const putFlag = (key, flag) => send("PUT", `flags/${encodeURIComponent(key)}`, flag);

// A switch. `put` receives the new state.
export const toggle = (label, on, put) => element("button", { class: "switch", type: "button", role: "switch", "aria-checked": String(on), "aria-label": label, onclick: () => put(!on) });

// Divides 100 % evenly, in whole percents.
export const shares = (names) => names.map((key, index) => ({
  key, rollout_percentage: Math.floor(100 / names.length) + (index < 100 % names.length ? 1 : 0),
}));

const payloadText = (content) => (content === undefined ? "" : JSON.stringify(content, null, 2));

const payloadOf = (text) => (text.trim() === "" ? undefined : JSON.parse(text));

// The payload of a flag without variants. It is saved when the field loses focus.
const payloadEditor = (key, flag) => {
  const id = `payload ${key} true`;
  const area = element("textarea", { id, rows: 1, spellcheck: "false", placeholder: "none; write JSON" }, payloadText(flag.payloads.true));
  area.addEventListener("change", async () => {
    try {
      const content = payloadOf(area.value);
      area.removeAttribute("aria-invalid");
      await putFlag(key, { ...flag, payloads: content === undefined ? {} : { true: content } });
    } catch {
      area.setAttribute("aria-invalid", "true");
    }
  });
  return [element("label", { for: id }, "Payload"), area];
};

const variantRow = ({ key, rollout_percentage: share }, payload) => {
  const row = element("li", {},
    element("input", { name: "key", value: key, "data-was": key, "aria-label": "Variant", placeholder: "variant", required: true, autocapitalize: "off", spellcheck: "false" }),
    element("span", { class: "share" }, element("input", { name: "share", type: "number", min: 0, max: 100, step: "any", value: share, "aria-label": `Share of ${key || "the variant"} in percent`, required: true }), "%"),
    element("button", { class: "plain", type: "button", "aria-label": `Remove ${key || "the variant"}`, onclick: () => row.remove() }, "Remove"),
    element("textarea", { name: "payload", rows: 1, spellcheck: "false", placeholder: "payload: none; write JSON", "aria-label": `Payload of ${key || "the variant"}` }, payloadText(payload)));
  return row;
};

// All variants are saved together, because a partial change may not be a valid flag.
const variantEditor = (key, flag, done) => {
  const list = element("ol", { class: "variants" }, flag.variants.map((variant) => variantRow(variant, flag.payloads[variant.key])));
  const trouble = element("div", { role: "alert" });
  const read = () => [...list.children].map((row) => {
    const [name, share, payload] = ["key", "share", "payload"].map((field) => row.querySelector(`[name=${field}]`));
    return { was: name.dataset.was, key: name.value.trim(), share: Number(share.value), payload: payload.value };
  });
  const changed = () => {
    const rows = read();
    const sum = rows.reduce((all, { share }) => all + share, 0);
    if (new Set(rows.map((row) => row.key)).size < rows.length) throw new Error("Two variants have the same name. Give each its own.");
    if (rows.length > 0 && Math.abs(sum - 100) > 0.01) throw new Error(`The shares add up to ${sum} %. Make it 100, or share out evenly.`);
    const payloads = {};
    for (const row of rows) {
      try {
        const content = payloadOf(row.payload);
        if (content !== undefined) payloads[row.key] = content;
      } catch {
        throw new Error(`The payload of \`${row.key}\` is not JSON. Write text as "text".`);
      }
    }
    const forced = rows.find((row) => row.was === flag.variant);
    return { ...flag, payloads, variant: forced && flag.variant ? forced.key : null,
      variants: rows.map((row) => ({ key: row.key, rollout_percentage: row.share })) };
  };
  return element("form", { class: "editor", onsubmit: async (submitted) => {
    submitted.preventDefault();
    try {
      await putFlag(key, changed());
      done();
    } catch (error) {
      trouble.replaceChildren(note("", error.message));
    }
  } }, list, trouble, element("div", { class: "actions" },
    element("button", { class: "primary" }, "Save"),
    element("button", { type: "button", onclick: done }, "Cancel"),
    element("button", { type: "button", onclick: () => {
      const row = variantRow({ key: "", rollout_percentage: list.children.length > 0 ? 0 : 100 });
      list.append(row);
      row.querySelector("input").focus();
    } }, "Add a variant"),
    element("button", { type: "button", onclick: () => {
      const fields = [...list.querySelectorAll("[name=share]")];
      shares(fields).forEach(({ rollout_percentage: share }, index) => { fields[index].value = share; });
    } }, "Share out evenly")));
};

const variantList = (key, flag) => [
  element("h3", {}, "Variant"),
  element("div", { class: "choices", role: "group", "aria-label": `Variant of ${key}` },
    [[null, "by share"], ...flag.variants.map((variant) => [variant.key, variant.key, variant.rollout_percentage])].map(([variant, text, share]) =>
      element("button", { type: "button", "aria-pressed": String((flag.variant || null) === variant), onclick: () => putFlag(key, { ...flag, variant }) },
        text, share !== undefined && element("small", {}, ` ${share} %`)))),
  flag.variants.filter((variant) => variant.key in flag.payloads).map((variant) => [
    element("h3", {}, "Payload of ", code(variant.key)), element("pre", {}, payloadText(flag.payloads[variant.key]))]),
];

export const flagCard = (key, flag, called) => {
  const conditional = (flag.conditions || []).length > 0;
  const share = element("output", {}, `${flag.rollout_percentage} %`);
  const slider = element("input", { type: "range", min: 0, max: 100, step: 5, value: flag.rollout_percentage, id: `share ${key}`,
    oninput: () => { share.textContent = `${slider.value} %`; },
    onchange: () => putFlag(key, { ...flag, rollout_percentage: Number(slider.value) }) });
  const variants = element("div", {}, flag.variants.length > 0 ? !conditional && variantList(key, flag) : payloadEditor(key, flag));
  const edit = element("button", { class: "plain", type: "button", onclick: () => {
    // The card is not redrawn while it is edited.
    card.dataset.editing = "true";
    edit.hidden = true;
    variants.replaceChildren(variantEditor(key, flag, () => {
      delete card.dataset.editing;
      delete card.dataset.version;
      dispatchEvent(new HashChangeEvent("hashchange"));
    }));
    variants.querySelector("input, button").focus();
  } }, flag.variants.length > 0 ? "Edit variants" : "Add variants");
  const card = element("article", { class: flag.active ? "flag" : "flag off" },
    element("header", {}, element("h2", {}, code(key)),
      toggle(`${key} on`, flag.active, (active) => putFlag(key, { ...flag, active }))),
    element("div", { class: "body" },
      conditional
        ? element("p", { class: "quiet small" }, `Decided by ${plural(flag.conditions.length, "condition")}. Change them with the JSON interface.`)
        : [element("label", { for: `share ${key}` }, "Rolled out to ", share), slider],
      variants),
    element("footer", {},
      element("span", { class: "quiet small" }, called ? `read ${plural(called, "time")}` : "not read yet"), edit,
      element("button", { class: "plain", type: "button", onclick: () => send("DELETE", `flags/${encodeURIComponent(key)}`) }, "Remove")));
  return card;
};
