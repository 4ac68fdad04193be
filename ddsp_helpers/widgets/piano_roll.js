// A piano roll with the six expressions of every note: drawn, played in, heard plain at once and rendered by the kernel.
import { floats } from "./engine.js";
import { button, choice, make, slider } from "./ui.js";
import { buffersOf, inStep } from "./in_step.js";
import { shell } from "./shell.js";
import { AT, endOf, inWords, told } from "./roll_notes.js";
import { Score } from "./roll_score.js";
import { toneGraph } from "./roll_tone.js";
import { View } from "./roll_view.js";
import { laneHands, rollKeys, rollPointer, setAll, stripHands } from "./roll_hands.js";
import { Pen, entryRow, monitorTone } from "./roll_entry.js";

const VELOCITY = { name: "velocity", label: "velocity", minimum: 0, maximum: 1, unit: "", curve: "linear", default: 0.7,
  description: "how hard the key was struck, as MIDI says it" };
const NAMES = { tone: "Plain tone", before: "A: before", after: "B: after", original: "Original" };
const AFTER_S = 0.4;

// What can be heard: the plain tone and, once they are there, renderings and the original, in step at their own levels.
class Heard {
  constructor(model) {
    const original = floats(model.get("original"));
    this.now = "tone";
    this.at = 0;                                     // seconds: where the tone is
    this.sounds = original.length ? { original: { samples: original, rate: model.get("original_rate") } } : {};
    this.notes = null;                               // those that the last rendering was made of
  }

  take(names, rates, buffers) {
    const { original } = this.sounds;
    this.sounds = Object.fromEntries(names.map((name, i) => [name, { samples: floats(buffers[i]), rate: rates[i] }]));
    if (original) this.sounds.original = original;
  }

  get names() { return ["tone", ...Object.keys(this.sounds)]; }
  get duration() { return Math.max(...Object.values(this.sounds).map(({ samples, rate }) => samples.length / rate)); }
}

function graphOf(score, heard, ended) {
  const from = () => heard.start ?? 0;
  const tone = toneGraph({ notesOf: (value) => value.notes, from, heard: (seconds) => { heard.at = seconds; }, full: () => ended(true) });
  return (context, value) => {
    if (heard.now === "tone") return tone(context, value);
    const names = Object.keys(heard.sounds), index = () => names.indexOf(heard.now);
    const buffers = buffersOf(context, Object.values(heard.sounds));
    const made = inStep(context, { buffers, heard: index(), offset: from(), ended: () => ended(false) });
    return { ...made, set() {}, turn: () => made.set(index()) };
  };
}

function render({ model, el }) {
  const heard = new Heard(model), monitor = monitorTone();
  const ended = (goOn) => { const { at } = heard; if (goOn) start(at); else ui.stop(); };
  const graph = (context, value) => graphOf(score, heard, ended)(context, value);
  const ui = shell({ model, el }, { title: model.get("heading"), kernel: false, graph });
  const score = new Score(ui, { limits: model.get("key_range"), lanes: model.get("lanes") }), view = new View(ui, score);
  const pen = new Pen(score, monitor, view), entry = entryRow({ ui, score, view, pen });
  const play = ui.play;
  const start = (seconds) => { heard.start = heard.at = seconds; return play(); };
  ui.play = () => start(score.cursor < (heard.now === "tone" ? score.end : heard.duration) - 0.05 ? score.cursor : 0);
  Object.assign(ui, { roll: view, score, heard });
  const place = () => !ui.player.isPlaying ? null : heard.now === "tone" ? heard.at : ui.player.sounding.made.position?.() ?? heard.at;
  const listening = listeningChoice(ui, heard, (name) => {
    const before = heard.now, seconds = place();
    heard.now = name;
    if (seconds === null) return;
    if (before !== "tone" && name !== "tone") ui.player.sounding.made.turn();
    else start(seconds);
  });
  ui.root.classList.add("ddsp-broad");
  ui.presets.append(toolbar(ui, score, view));
  ui.stage.before(ui.presets);
  ui.extras.append(listening.element, renderPart(model, ui, score, heard, listening));
  const note = make("div", { class: "ddsp-note" }), panel = expressionPanel(score, ui);
  ui.stage.append(view.element, view.strip.element, note);
  ui.rows.append(panel.element, make("div", { class: "ddsp-toolbar" }, gridRow(ui), entry.element));
  const parts = { ui, score, view, monitor, isTaken: entry.takes };
  rollPointer(parts);
  rollKeys(parts);
  const telling = [...score.lanes.map((_, i) => laneHands(i, parts)), stripHands(parts), panel.show, listening.show];
  let chosen = "";
  ui.onValue(({ selected }) => {
    telling.forEach((tell) => tell());
    note.textContent = words(score);
    const row = score.first, { canvas } = view.roll;
    canvas.setAttribute("aria-valuenow", row ? Math.round(row[AT.midi]) : 0);
    canvas.setAttribute("aria-valuetext", note.textContent);
    if (row && selected.join() !== chosen) view.follow(row[AT.onset], Math.min(endOf(row), row[AT.onset] + 0.8 * view.span));
    chosen = selected.join();
    view.show();
  });
  const clock = setInterval(() => {
    const seconds = place();
    if (seconds !== null && heard.now === "tone" && seconds > score.end + AFTER_S) ui.stop();
    if (pen.take) pen.grow();
    if (seconds !== null) view.follow(seconds);
    view.at(pen.time ?? seconds);
  }, 40);
  return () => { clearInterval(clock); monitor.stop(); entry.dispose(); ui.dispose(); };
}

// What is selected and where notes overlap, in a sentence.
function words(score) {
  const { notes, selected, overlaps, first } = score, n = selected.length;
  const help = "Drag a note to move it, its end to stretch it; double-click adds one; drag in a lane to paint.";
  const which = !notes.length ? "No notes yet: double-click, press A, or play." : !n ? `${notes.length} notes, none selected. ${help}` : n > 1 ? `${n} of ${notes.length} notes selected.` :
      `Note ${selected[0] + 1} of ${notes.length}: ${told(first)}${overlaps.has(selected[0]) ? ", overlaps another note" : ""}.`;
  return which + (overlaps.size ? ` ${overlaps.size} notes overlap (hatched), and the instrument plays one at a time: the later one is heard.` : "");
}

function toolbar(ui, score, view) {
  const bar = make("span", { class: "ddsp-toolbar" });
  const add = (text, action, title) => bar.appendChild(button(text, action, { title }));
  const undo = add("Undo", () => score.undo(), "Ctrl+Z"), redo = add("Redo", () => score.redo(), "Ctrl+Shift+Z");
  add("Add note", () => score.addNext(), "A, or a double click where it shall be");
  const remove = add("Delete", () => score.remove(), "Delete: removes the selected notes");
  add("Zoom in", () => view.zoom(1 / 1.5), "a shorter stretch of time");
  add("Zoom out", () => view.zoom(1.5), "a longer stretch of time");
  add("Whole", () => view.whole(), "all of it");
  ui.onValue(({ selected }) => {
    undo.disabled = !score.past.length;
    redo.disabled = !score.future.length;
    remove.disabled = !selected.length;
  });
  return bar;
}

// The choice of what Play plays, as far as there is a choice.
function listeningChoice(ui, heard, change) {
  const element = make("span", { class: "ddsp-toolbar" });
  let shown = "", now = null;
  const show = () => {
    const names = heard.names;
    if (!names.includes(heard.now)) heard.now = "tone";
    element.hidden = names.length < 2;
    if (names.join() !== shown) {
      shown = names.join();
      now = choice("What Play plays", Object.fromEntries(names.map((name) => [name, NAMES[name]])), change);
      element.replaceChildren(now.element);
    }
    now.show(heard.now);
  };
  return { element, show };
}

function renderPart(model, ui, score, heard, listening) {
  if (!model.get("can_render")) {
    return make("span", { class: "ddsp-note" }, "Plain tone only: no instrument came to render with (render=).");
  }
  const ask = async () => {
    const { notes } = score;
    ask.turn = (ask.turn ?? 0) + 1;
    const mine = ask.turn;
    ui.say("The kernel renders this …");
    try {
      const late = () => mine === ask.turn && ui.say("The kernel still renders …");
      const { content, buffers } = await ui.ask({ kind: "perform", notes }, { late });
      if (mine !== ask.turn) return;
      if (ui.player.isPlaying) ui.stop();
      heard.take(content.names, content.rates, buffers);
      Object.assign(heard, { notes, now: "after" });
      listening.show();
      stale();
      ui.say(content.names.includes("before") ? "Rendered: Play, and switch between A, before the edits, and B, after them." :
        "Rendered: press Play.");
    } catch (error) {
      if (mine === ask.turn) ui.say(`The kernel could not render this: ${error.message}`);
    }
  };
  const again = button("Render", ask, { title: "the exact sound, made by the kernel" });
  const stale = () => {
    const due = JSON.stringify(heard.notes) !== JSON.stringify(score.notes);
    again.classList.toggle("ddsp-on", due && heard.notes !== null);
    again.textContent = due && heard.notes !== null ? "Render (edited)" : "Render";
  };
  ui.onValue(() => { if (heard.notes) stale(); });
  return again;
}

// The numbers of the selected notes as sliders with words.
function expressionPanel(score, ui) {
  const columns = [...score.lanes.map((lane, i) => [lane, AT.lanes + i]), [VELOCITY, AT.velocity]];
  let moving = false;
  const rows = columns.map(([control, at]) => slider(control, {
    words: inWords,
    change: (x, final) => {
      if (!score.selected.length) return;
      if (!moving) score.begin();
      moving = !final;
      setAll(score, at, control, x, final);
    },
  }));
  const element = make("div", { class: "ddsp-pairs", role: "group", "aria-label": "The selected note" }, ...rows.map((row) => row.element));
  return {
    element,
    show() {
      element.inert = !ui.value.selected.length;
      columns.forEach(([control, at], i) => rows[i].show(score.first?.[at] ?? control.default));
    },
  };
}

// Grid, step and tempo.
function gridRow(ui) {
  const grids = { free: "No grid", "1/16": "1/16", "1/8": "1/8", "1/4": "1/4" };
  const grid = choice("Grid that times snap to", grids, (key) => ui.change({ grid: key }, true));
  const step = make("select", { class: "ddsp-button", "aria-label": "Length of a new note", onchange: () => ui.change({ step: step.value }, true) },
    ...["1/16", "1/8", "1/4", "1/2", "1/1"].map((name) => make("option", { value: name }, name)));
  const tempo = make("input", { class: "ddsp-button ddsp-number", type: "number", min: 20, max: 300, step: 1, "aria-label": "Quarter notes a minute",
    onchange: () => { if (tempo.checkValidity()) ui.change({ beats_per_minute: tempo.valueAsNumber }, true); } });
  ui.onValue((value) => {
    grid.show(value.grid);
    step.value = value.step;
    tempo.value = value.beats_per_minute;
  });
  return make("span", { class: "ddsp-toolbar" }, "Grid", grid.element, "New notes", step, "at ♩ =", tempo);
}

export default { render };
