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
    if (response.status === 401) {
      const here = encodeURIComponent(location.pathname + location.search);
      return location.assign(`/login?next=${here}`);
    }
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
function showCaptured(entries) {
  const panel = document.getElementById("captured");
  if (!panel || entries.length === 0) return;
  const { standin } = panel.dataset;
  const request = Object.assign(document.createElement("li"), { className: "request", textContent: entries[0].request });
  panel.querySelector("ul").replaceChildren(request, ...entries.map((entry) => capturedLine(entry, standin)));
  panel.hidden = false;
}

function capturedLine(entry, standin) {
  const code = (text) => Object.assign(document.createElement("code"), { textContent: text });
  const link = (kind, id, text) => {
    if (!standin) return code(text);
    const anchor = document.createElement("a");
    anchor.href = `${standin}/#${kind}=${encodeURIComponent(id)}`;
    anchor.append(code(text));
    return anchor;
  };
  const line = document.createElement("li");
  if (entry.kind === "flag") {
    line.append("read flag ", link("flag", entry.key, entry.key), ": ", code(entry.value));
    return line;
  }
  line.append(entry.sent ? "sent " : "would send ", link("event", entry.uuid, entry.name));
  if (entry.distinct_id) {
    const id = Object.assign(code(`${entry.distinct_id.slice(0, 8)}…`), { title: entry.distinct_id });
    line.append(` as ${entry.who} `, id);
  } else {
    line.append(" for nobody");
  }
  return line;
}
