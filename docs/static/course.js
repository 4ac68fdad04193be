// Equations: the source stays in the page for readers without scripts; KaTeX adds what screen readers need (MathML).
document.querySelectorAll(".math").forEach((place) => {
  katex.render(place.textContent, place, { displayMode: place.classList.contains("display"), throwOnError: false });
  if (place.classList.contains("display")) {
    Object.assign(place, { tabIndex: 0 });          // wide equations scroll: by keyboard too
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "equation");
  }
});
// Only one sound at a time, and none by itself.
document.addEventListener("play", (event) => {
  document.querySelectorAll("audio").forEach((other) => { if (other !== event.target) other.pause(); });
}, true);
// Names for what the theme leaves nameless: folds of the menu, and labels that hide the words one sees.
document.querySelectorAll(".toctree-toggle").forEach((mark) => {
  const link = mark.closest("li")?.querySelector("a");
  mark.closest("summary")?.setAttribute("aria-label", `Pages below ${link ? link.textContent.trim() : "this"}`);
});
document.querySelectorAll(".search-button-field, details.hide > summary").forEach((place) => place.removeAttribute("aria-label"));
// What scrolls sideways can be scrolled by keyboard.
document.querySelectorAll("pre, .table-scroll").forEach((box) => {
  if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; }
});
