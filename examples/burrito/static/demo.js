// The burrito page: counts without a reload. Its form works without this too.

addEventListener("answered", ({ detail: { answer } }) => {
  const output = document.getElementById("count");
  if (!output || answer.count === undefined) return;
  output.textContent = answer.count;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    output.animate({ scale: [1.12, 1] }, { duration: 240, easing: "ease-out" });
  }
});
