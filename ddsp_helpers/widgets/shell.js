// What every widget has: a title, play and stop, the switch between browser and TensorFlow, and a line of status.
import { Player, bufferGraph, floats, renderOffline } from "./engine.js";
import { button, choice, freshId, make } from "./ui.js";
import { isDark } from "./draw.js";

const PATIENCE_MS = 4000;

// Questions to the kernel: ask({ kind: "render", … }, options) -> Promise of { content, buffers } from its on_render.
// Rejects with words when the kernel says no; `late` is called once when the answer takes longer than patience.
export function kernelLink(model) {
  const open = new Map();
  model.on("msg:custom", (content, buffers) => {
    const asked = open.get(content?.id);
    if (!asked) return;
    open.delete(content.id);
    if (content.error) asked.reject(new Error(content.error));
    else asked.resolve({ content, buffers: buffers ?? [] });
  });
  return (content, { buffers = [], late = () => {}, patience = PATIENCE_MS } = {}) =>
    new Promise((resolve, reject) => {
      const id = freshId(),
        clock = setTimeout(late, patience);
      const over = (then) => (answer) => {
        clearTimeout(clock);
        then(answer);
      };
      open.set(id, { resolve: over(resolve), reject: over(reject) });
      model.send({ ...content, id }, undefined, buffers);
    });
}

// Builds the shell.  graph(context, value) makes the sound of a value in the browser (null: nothing to play).
// kernel: false leaves out the switch to TensorFlow, for widgets whose kernel renders nothing.
// Gives ui: { root, stage, presets, rows, extras, value, change(patch, final), onValue(f), say(text), ask, player,
// play(), stop(), renderOffline(seconds, sampleRate), dispose() }.
export function shell({ model, el }, { title, graph = null, kernel = true }) {
  const ask = kernelLink(model),
    listeners = [];
  const status = make("div", { class: "ddsp-status", role: "status", "aria-live": "polite" });
  const stage = make("div", { class: "ddsp-stage" }),
    rows = make("div", { class: "ddsp-rows" });
  const extras = make("span", { class: "ddsp-extras" }),
    presets = make("div", { class: "ddsp-presets" });
  const play = button("▶ Play", () => (player.isPlaying ? ui.stop() : ui.play()), {
    class: "ddsp-button ddsp-play",
    "aria-pressed": "false",
  });
  const source = choice("Who makes the sound", { browser: "Browser", tensorflow: "TensorFlow" }, (key) =>
    listenTo(key),
  );
  const head = make(
    "div",
    { class: "ddsp-head" },
    make("strong", { class: "ddsp-title" }, title),
    graph ? play : "",
    extras,
    graph && kernel ? source.element : "",
  );
  const root = make(
    "div",
    { class: "ddsp", role: "group", "aria-label": title, "data-lm-suppress-shortcuts": "true" },
    head,
    stage,
    presets,
    rows,
    status,
  );
  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const player = new Player((playing) => {
    play.textContent = playing ? "■ Stop" : "▶ Play";
    play.setAttribute("aria-pressed", playing);
    if (!playing) say("");
  });
  let rendered = null,
    turn = 0;

  const ui = {
    root,
    stage,
    rows,
    extras,
    presets,
    say,
    ask,
    player,
    value: { ...model.get("value") },
    onValue(listener) {
      listeners.push(listener);
      listener(ui.value);
    },
    change(patch, final = false) {
      ui.value = { ...ui.value, ...patch };
      rendered = null;
      heard();
      listeners.forEach((listener) => listener(ui.value));
      if (!final) return;
      save("value", ui.value);
      if (graph && kernel) request();
    },
    async play() {
      try {
        await player.play(graph, ui.value);
        inBrowser = true;
        if (kernel) say("You hear the browser.");
        if (chosen() === "tensorflow") rendered ? hearKernel() : request();
      } catch (error) {
        say(`No sound: ${error.message}`);
      }
    },
    stop() {
      player.stop();
    },
    renderOffline: (seconds, sampleRate = 16000, value = ui.value) => renderOffline(graph, value, seconds, sampleRate),
    dispose() {
      player.stop();
      model.off("change:value", fromPython);
      model.off("change:source", sourceFromPython);
    },
  };
  let inBrowser = true;
  const chosen = () => (kernel ? model.get("source") : "browser");

  function save(name, x) {
    model.set(name, x);
    try {
      model.save_changes();
    } catch (error) {
      // a dead kernel takes nothing
      say(`The kernel does not answer (${error.message}); the browser plays on.`);
    }
  }

  // While something moves the browser sounds, also where TensorFlow was heard before.
  function heard() {
    if (!player.isPlaying) return;
    if (inBrowser) return player.set(ui.value);
    inBrowser = true;
    player.play(graph, ui.value);
  }

  async function request() {
    const mine = ++turn,
      wanted = chosen() === "tensorflow";
    const slow = "The kernel is slow or busy; the browser plays on until it answers.";
    if (wanted) say("TensorFlow renders this …");
    try {
      const { content, buffers } = await ask(
        { kind: "render", value: ui.value, wanted },
        { late: () => mine === turn && wanted && say(slow) },
      );
      if (mine !== turn || content.declined) return;
      rendered = { samples: floats(buffers[0]), sampleRate: content.sample_rate };
      if (chosen() === "tensorflow") player.isPlaying ? hearKernel() : say("TensorFlow's sound is ready: press Play.");
    } catch (error) {
      if (mine === turn) say(`The kernel could not render this: ${error.message} The browser plays on.`);
    }
  }

  function hearKernel() {
    inBrowser = false;
    const { samples, sampleRate } = rendered;
    player.play((context) => bufferGraph(context, samples, sampleRate), ui.value);
    say("You hear TensorFlow's rendering, made by the kernel.");
  }

  function listenTo(key) {
    if (model.get("source") !== key) save("source", key);
    if (key === "tensorflow") {
      if (rendered && player.isPlaying) hearKernel();
      else if (!rendered) request();
    } else if (!inBrowser) {
      heard();
      say("You hear the browser.");
    }
  }

  function fromPython() {
    const value = model.get("value");
    if (JSON.stringify(value) === JSON.stringify(ui.value)) return;
    ui.value = { ...value };
    rendered = null;
    heard();
    listeners.forEach((listener) => listener(ui.value));
    if (chosen() === "tensorflow" && player.isPlaying) request();
  }

  function sourceFromPython() {
    source.show(chosen());
    listenTo(chosen());
  }

  model.on("change:value", fromPython);
  model.on("change:source", sourceFromPython);
  source.show(chosen());
  el.append(root);
  el.ddsp = root.ddsp = ui; // what the browser tests hold on to
  const colour = () => {
    root.dataset.theme = isDark(root) ? "dark" : "light";
  };
  requestAnimationFrame(colour);
  new MutationObserver(() => {
    colour();
    listeners.forEach((listener) => listener(ui.value));
  }).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  return ui;
}

// The declared controls by name, as Python sent them.
export function controlsOf(model) {
  return Object.fromEntries(model.get("declared").map((control) => [control.name, control]));
}
