// The "just captured" panel, in development only; see captured.html. app.js posts forms in the background, and the answer's
// header `x-captured` lists what that request captured.
addEventListener("answered", ({ detail: { response } }) => {
  showCaptured(JSON.parse(response.headers.get("x-captured") ?? "[]"));
});

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
    line.append(` as ${entry.person_kind} `, id);
  } else {
    line.append(" without a person");
  }
  return line;
}
