// A dialog that asks for confirmation before data is deleted.

import { element } from "./element.js";

export const confirm = (title, text, action) => new Promise((answer) => {
  const heading = element("h2", { id: "dialog-title" }, title);
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, heading, element("p", {}, text),
    element("form", { method: "dialog", class: "actions" },
      element("button", { value: "no", autofocus: true }, "Cancel"),
      element("button", { value: "yes", class: "danger" }, action)));
  dialog.addEventListener("close", () => {
    dialog.remove();
    answer(dialog.returnValue === "yes");
  });
  document.body.append(dialog);
  dialog.showModal();
});
