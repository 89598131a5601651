// Enhances pages. Every form works without this script.

// <form data-fetch>: posts in the background and shows the answer in the form's <output>.
for (const form of document.querySelectorAll("form[data-fetch]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  button?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
    });
    const answer = await response.json();
    if (response.status === 401) {
      const here = encodeURIComponent(location.pathname + location.search);
      return location.assign(`/login?next=${here}`);
    }
    showAnswer(form, answer.message ?? answer.error ?? "", response.ok);
    // The script of a page can listen for this event: `addEventListener("answered", …)`.
    form.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: { answer, response } }));
  } catch {
    showAnswer(form, "The server did not answer. Please try again in a moment.", false);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

function showAnswer(form, text, ok) {
  const output = form.querySelector("output");
  output.textContent = text;
  output.classList.toggle("failed", !ok);
}
