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
document.querySelectorAll(".search-button-field, details.hide > summary")
  .forEach((place) => place.removeAttribute("aria-label"));
// Widgets: the browser makes their sound, so they live on in a page; they say what the kernel would add.
document.querySelectorAll(".live-widget").forEach(async (place) => {
  try {
    const { state, buffers = [] } = JSON.parse(place.querySelector("script").textContent);
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((inside, key) => inside[key], state);
      owner[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);
    }
    const listeners = new Map();
    const emit = (name, ...told) => [...(listeners.get(name) ?? [])].forEach((listener) => listener(...told));
    const model = {
      get: (name) => state[name],
      set(name, value) { state[name] = value; emit(`change:${name}`); },
      save_changes() {},
      on: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
      off: (name, listener) => listeners.set(name, (listeners.get(name) ?? []).filter((other) => other !== listener)),
      send: ({ id, wanted }) => setTimeout(() => emit("msg:custom",
        wanted === false ? { id, declined: true } : { id, error: "A page has no kernel; the notebook does." }, [])),
    };
    if (state._css) document.head.append(Object.assign(document.createElement("style"), { textContent: state._css }));
    const made = (await import(URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" })))).default;
    const front = typeof made === "function" ? await made() : made, el = document.createElement("div");
    place.prepend(el);
    await front.initialize?.({ model });
    await front.render({ model, el });
    const fold = document.createElement("details"), summary = document.createElement("summary");
    summary.textContent = "The same as a picture and a recording";
    fold.append(summary, place.querySelector(".still"));
    place.append(fold);
    place.dataset.alive = "yes";
  } catch (error) {
    place.dataset.alive = `no: ${error.message}`;        // the picture and the player are still there
  }
});
// What scrolls sideways can be scrolled by keyboard.
document.querySelectorAll("pre, .table-scroll").forEach((box) => {
  if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; }
});
