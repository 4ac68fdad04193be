// Draw and repair a pitch curve over the spectrogram, and hear it as a plain harmonic tone.
import { Player, floats } from "./engine.js";
import { button, choice, clamp, dragging, make } from "./ui.js";
import { Plot } from "./draw.js";
import { drawSpectrogram, spectrogram, windowSize } from "./spectra.js";
import { shell } from "./shell.js";
import { glidingTone, harmonicTone, toneGraph } from "./pitch_tone.js";
import { hzToMidi, midiToHz, noteName, pitch, seconds } from "./words.js";

const KEYS = { h: "hold", i: "bridge", Delete: "silence", Backspace: "silence" };

// What can be done to frames first ... last of a track; all of it gives new f0 values, Hz.
const REPAIRS = {
  hold: (track, first, last) => fill(track, first, last, (before, after) => before ?? after),
  bridge: (track, first, last) => fill(track, first, last, (before, after, share) =>
    before === null ? after : after === null ? before : before + share * (after - before)),
  up: (track, first, last) => scaled(track, first, last, 2),
  down: (track, first, last) => scaled(track, first, last, 0.5),
  silence: (track, first, last) => scaled(track, first, last, 0),
};

// A stretch from the believed pitches beside it, in semitones.
function fill({ f0, believed }, first, last, midiAt) {
  let left = first - 1, right = last + 1;
  while (left >= 0 && !believed[left]) left--;
  while (right < f0.length && !believed[right]) right++;
  const before = left >= 0 ? hzToMidi(f0[left]) : null, after = right < f0.length ? hzToMidi(f0[right]) : null;
  if (before === null && after === null) return null;
  return range(first, last).map((n) => midiToHz(midiAt(before, after, (n - left) / (right - left))));
}

const scaled = ({ f0 }, first, last, by) => {
  const moved = range(first, last).map((n) => f0[n] * by);
  return moved.every((hz) => hz === 0 || (hz >= 20 && hz <= 4200)) ? moved : null;
};

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

function render({ model, el }) {
  const tracked = model.get("tracked"), [low, high] = model.get("range_hz"), frameRate = model.get("frame_rate");
  const rate = model.get("rate"), samples = floats(model.get("samples")), count = tracked.f0_hz.length, hop = rate / frameRate;
  const believed = (value) => value.f0_hz.map((hz, n) => hz > 0 && Boolean(value.edited[n] || tracked.sure[n]));
  const toneOf = (value) => harmonicTone(value.f0_hz, believed(value), value.edited, tracked.rms, { rate, hop });
  const graph = toneGraph({ rate, hop, samplesOf: (value) => heard === "curve" ? toneOf(value) : samples });
  let heard = "curve", tool = "draw";
  const ui = shell({ model, el }, { title: model.get("heading"), graph });
  const plot = new Plot({
    height: 300, left: 58, interactive: true, x: { min: 0, max: count / frameRate, label: "time (s)" },
    y: { min: hzToMidi(low), max: hzToMidi(high), label: "pitch", ticks: noteTicks(hzToMidi(low), hzToMidi(high)) },
  });
  const spectra = spectrogram(samples, rate, 2 * windowSize(rate));
  const image = drawSpectrogram(spectra, (share) => low * (high / low) ** share, 320);
  const history = historyOf(ui), preview = new Player();
  const tools = choice("What the pointer does", { draw: "Draw", select: "Select" }, (key) => { tool = key; });
  const heardChoice = choice("What is played", { curve: "The curve", sound: "The sound" }, (key) => {
    heard = key;
    if (ui.player.isPlaying) ui.play();
  });
  tools.show(tool);
  heardChoice.show(heard);
  ui.presets.append(tools.element, heardChoice.element);
  const note = make("div", { class: "ddsp-note" });
  ui.plot = plot;
  ui.stage.append(plot.element, note);
  const repair = (name) => repaired(ui, history, name, believed(ui.value));
  const buttons = toolbar(ui, history, repair, () => nextUnsure(ui, believed(ui.value)));
  ui.rows.append(buttons.bar);
  pointer(ui, plot, { history, preview, frameRate, count, tool: () => tool, level: () => Math.max(...tracked.rms) });
  keyboard(ui, plot.canvas, { history, repair, count });
  describing(plot.canvas, low, high);

  const show = (value) => {
    const sure = believed(value), hz = value.f0_hz[value.frame];
    buttons.show(value);
    plot.paint((p, colours) => paint(p, colours, { image, value, sure, frameRate }));
    plot.canvas.setAttribute("aria-valuenow", hz > 0 ? hzToMidi(hz).toFixed(2) : 0);
    const words = `${seconds(value.frame / frameRate)}: ${pitch(hz)}, ${
      value.edited[value.frame] ? "by hand" : sure[value.frame] ? "sure" : "unsure"}`;
    plot.canvas.setAttribute("aria-valuetext", words);
    note.textContent = `${words}. White: what the tracker is sure of; grey dots: unsure, silent; orange: yours.`;
  };
  ui.onValue(show);
  const clock = setInterval(() => {                               // the playhead
    const at = ui.player.sounding?.made.position?.();
    if (at === undefined) return;
    plot.refresh();
    plot.line([at, at], [plot.y.min, plot.y.max], "#fff", { width: 1.5 });
  }, 40);
  return () => { clearInterval(clock); preview.stop(); ui.dispose(); };
}

function noteTicks(low, high) {
  const step = [1, 2, 3, 4, 6, 12].find((size) => (high - low) / size <= 12) ?? 12;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => ({ at: first + i * step, text: noteName(first + i * step) }));
}

function describing(canvas, low, high) {
  for (const [name, text] of Object.entries({
    role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-valuemin": hzToMidi(low).toFixed(2),
    "aria-valuemax": hzToMidi(high).toFixed(2), "aria-label": "Pitch of one frame. Left and right choose the frame, with Shift a " +
      "stretch; up and down change the pitch by a semitone, with Shift by 5 cents; H holds, I interpolates, Delete silences.",
  })) canvas.setAttribute(name, text);
  canvas.style.cssText += "touch-action:none;cursor:crosshair";
}

// Undo and redo of whole gestures: begin() before a change, then undo() and redo().
function historyOf(ui) {
  const past = [], future = [];
  const now = () => ({ f0_hz: ui.value.f0_hz, edited: ui.value.edited });
  const move = (from, to) => {
    if (!from.length) return;
    to.push(now());
    ui.change(from.pop(), true);
  };
  return {
    begin() { past.push(now()); future.length = 0; },
    undo() { move(past, future); },
    redo() { move(future, past); },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
  };
}

// Writes [hz] from frame `first` on, as a person's word: edited.
function write(ui, first, hz, final) {
  const f0 = ui.value.f0_hz.slice(), edited = ui.value.edited.slice();
  hz.forEach((x, i) => { f0[first + i] = x; edited[first + i] = 1; });
  ui.change({ f0_hz: f0, edited }, final);
}

function repaired(ui, history, name, believed) {
  const [first, last] = ui.value.selection.length ? ui.value.selection : [ui.value.frame, ui.value.frame];
  const hz = REPAIRS[name]({ f0: ui.value.f0_hz, believed }, first, last);
  if (!hz) return ui.say("Nothing to repair it from: no believed pitch beside it, or it would leave 20 ... 4200 Hz.");
  history.begin();
  write(ui, first, hz, true);
}

// Selects the next stretch that nobody believes and that lies between believed frames.
function nextUnsure(ui, believed) {
  const count = believed.length, from = (ui.value.selection[1] ?? ui.value.frame) + 1;
  for (let step = 0; step < count; step++) {
    const first = (from + step) % count;
    if (believed[first] || (first > 0 && !believed[first - 1])) continue;
    let last = first;
    while (last + 1 < count && !believed[last + 1]) last++;
    if (first === 0 || last === count - 1) continue;
    return ui.change({ selection: [first, last], frame: first }, true);
  }
  ui.say("No stretch is left that nobody believes.");
}

function toolbar(ui, history, repair, next) {
  const bar = make("div", { class: "ddsp-toolbar" });
  const add = (text, action, title) => bar.appendChild(button(text, action, { title }));
  add("Next unsure", next, "select the next stretch that the tracker is not sure of");
  add("Hold", () => repair("hold"), "H: the pitch before the stretch goes on");
  add("Interpolate", () => repair("bridge"), "I: a straight line in semitones across the stretch");
  add("Octave up", () => repair("up"), "twice the frequency");
  add("Octave down", () => repair("down"), "half the frequency");
  add("Silence", () => repair("silence"), "Delete: no pitch here");
  const undo = add("Undo", () => history.undo(), "Ctrl+Z"), redo = add("Redo", () => history.redo(), "Ctrl+Shift+Z");
  return { bar, show: () => { undo.disabled = !history.canUndo; redo.disabled = !history.canRedo; } };
}

// Drawing goes from where the pointer was to where it is, straight in semitones; the pitch under it sounds meanwhile.
function pointer(ui, plot, { history, preview, frameRate, count, tool, level }) {
  let before = null;
  dragging(plot.canvas, (u, v) => {
    const at = plot.valueAt(u * plot.width, (1 - v) * plot.height);
    const frame = clamp(Math.round(at.x * frameRate), 0, count - 1), midi = clamp(at.y, plot.y.min, plot.y.max);
    if (tool() === "select") {
      before ??= { frame };
      ui.change({ frame, selection: [Math.min(frame, before.frame), Math.max(frame, before.frame)] });
      return;
    }
    if (!before) history.begin();
    before ??= { frame, midi };
    const first = Math.min(before.frame, frame), last = Math.max(before.frame, frame), from = before;
    ui.value = { ...ui.value, frame, selection: [] };
    write(ui, first, range(first, last).map((n) => midiToHz(
      frame === from.frame ? midi : from.midi + (midi - from.midi) * (n - from.frame) / (frame - from.frame))), false);
    before = { frame, midi };
    const tone = { hz: midiToHz(midi), rms: level() };
    if (preview.isPlaying) preview.set(tone);
    else if (!ui.player.isPlaying) preview.play(glidingTone, tone);
  }, () => {
    const [first, last] = ui.value.selection;
    before = null;
    preview.stop();
    ui.change(first === last ? { selection: [] } : {}, true);
  });
}

function keyboard(ui, canvas, { history, repair, count }) {
  let held = false;
  canvas.addEventListener("keydown", (event) => {
    const { key, shiftKey } = event, command = event.ctrlKey || event.metaKey;
    const along = { ArrowLeft: -1, ArrowRight: 1, PageUp: 25, PageDown: -25, Home: -count, End: count }[key];
    const by = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (command && key.toLowerCase() === "z") shiftKey ? history.redo() : history.undo();
    else if (command && key.toLowerCase() === "y") history.redo();
    else if (command || event.altKey) return;
    else if (along) stepAlong(ui, along, shiftKey, count);
    else if (by) {
      if (!held) history.begin();
      held = true;
      transpose(ui, by * (shiftKey ? 0.05 : 1));
    } else if (KEYS[key] || KEYS[key.toLowerCase()]) repair(KEYS[key] ?? KEYS[key.toLowerCase()]);
    else if (key === "Escape") ui.change({ selection: [] }, true);
    else return;
    event.preventDefault();
  });
  const release = () => { if (held) { held = false; ui.change({}, true); } };
  canvas.addEventListener("keyup", release);
  canvas.addEventListener("blur", release);
}

function stepAlong(ui, by, extend, count) {
  const { selection, frame } = ui.value, to = clamp(frame + by, 0, count - 1);
  const fixed = selection.length ? (selection[0] === frame ? selection[1] : selection[0]) : frame;
  ui.change({ frame: to, selection: extend ? [Math.min(fixed, to), Math.max(fixed, to)] : [] }, true);
}

function transpose(ui, semitones) {
  const { selection, frame } = ui.value, [first, last] = selection.length ? selection : [frame, frame];
  write(ui, first, range(first, last).map((n) => {
    const hz = ui.value.f0_hz[n] * 2 ** (semitones / 12);
    return hz === 0 ? 0 : clamp(hz, 20, 4200);
  }), false);
}

function paint(plot, colours, { image, value, sure, frameRate }) {
  image.on(plot);
  for (const { at } of plot.y.ticks) plot.line([0, plot.x.max], [at, at], "rgba(255, 255, 255, 0.22)", { width: 1 });
  const times = value.f0_hz.map((_, n) => n / frameRate);
  const midi = value.f0_hz.map((hz) => hz > 0 ? hzToMidi(hz) : NaN);
  if (value.selection.length) {
    const [first, last] = value.selection;
    plot.box((first - 0.5) / frameRate, plot.y.min, (last + 0.5) / frameRate, plot.y.max, "#ffffff", 0.28);
  }
  plot.dots(times, midi.map((x, n) => sure[n] ? NaN : x), "#d0d0d0", 1.3);
  const believed = midi.map((x, n) => sure[n] ? x : NaN), byHand = midi.map((x, n) => sure[n] && value.edited[n] ? x : NaN);
  plot.line(times, believed, "#000000", { width: 5 });
  plot.line(times, believed, "#ffffff", { width: 2.4 });
  plot.line(times, byHand, "#ff9d4d", { width: 3 });
  const at = value.frame / frameRate;
  plot.line([at, at], [plot.y.min, plot.y.max], "#ffffff", { width: 1, dash: [3, 4] });
  plot.dots([at], [midi[value.frame]], "#ff9d4d", 4.5);
}

export default { render };
