// The burrito page: updates the count without a reload. The form works without this script too.

addEventListener("answered", ({ detail: { answer } }) => {
  const output = document.getElementById("count");
  if (!output || answer.count === undefined) return;
  output.textContent = answer.count;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    output.animate({ scale: [1.12, 1] }, { duration: 240, easing: "ease-out" });
  }
});
