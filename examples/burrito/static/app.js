// What pages do beyond links and forms. Every form works without it.

// <form data-fetch>: post in the background and show the answer in the form's <output>.
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
    if (response.status === 401) return location.reload();
    if (answer.count !== undefined) showCount(answer.count);
    showAnswer(form, answer.message ?? answer.error ?? "", response.ok);
    showCaptured(JSON.parse(response.headers.get("x-captured") ?? "[]"));
  } catch {
    showAnswer(form, "No answer from the server. Try again in a moment.", false);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

function showAnswer(form, text, ok) {
  const output = form.querySelector("output");
  output.textContent = text;
  output.classList.toggle("failed", !ok);
}

function showCount(count) {
  const output = document.getElementById("count");
  output.textContent = count;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    output.animate({ scale: [1.12, 1] }, { duration: 240, easing: "ease-out" });
  }
}

// The "just captured" panel of the development mode, see captured.html.
function showCaptured(captures) {
  const panel = document.getElementById("captured");
  if (!panel || captures.length === 0) return;
  panel.hidden = false;
  panel.querySelector("ul").replaceChildren(...captures.map(captureLine));
}

function captureLine(capture) {
  const code = (text) => Object.assign(document.createElement("code"), { textContent: text });
  const line = document.createElement("li");
  line.append(capture.posthog_on ? "sent " : "would send ", code(capture.event));
  line.append(` as ${capture.who} `, code(`${capture.distinct_id.slice(0, 8)}…`));
  return line;
}
