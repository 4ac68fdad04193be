// Pointer and keys on a piano roll, its lanes and its strip.
import { clamp, dragging, keyed } from "./ui.js";
import { AT, endOf, inWords, moved, painted, snapped, stretched, told } from "./roll_notes.js";

const HELP = "Tab and Shift+Tab choose a note, Escape none. Up and down move it by a semitone, with Shift by an octave; left and right by " +
  "one step of the grid, with Shift by 10 milliseconds; plus and minus change its length. A adds a note, Delete removes, Control+A takes " +
  "all, Control+Z undoes, Space plays.";

function described(canvas, label, attributes = {}) {
  for (const [name, text] of Object.entries({ role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-label": label, ...attributes }))
    canvas.setAttribute(name, text);
  canvas.style.cssText += "touch-action:none;cursor:crosshair";
}

// What a gesture on the roll does, from where it began: { move(at), end() }.
function gripOf(at, event, { score, view, monitor }) {
  if (at.isKey) return pressing(at, view, monitor);
  if (at.note === null) return boxing(at, event.shiftKey, score, view);
  if (event.shiftKey || event.ctrlKey || event.metaKey) {
    score.select(score.selected.includes(at.note) ? score.selected.filter((i) => i !== at.note) : [...score.selected, at.note]);
    return { move() {}, end() {} };
  }
  if (!score.selected.includes(at.note)) score.select([at.note]);
  return dragged(at, score, monitor);
}

function pressing(at, view, monitor) {
  let key = null;
  return {
    move({ midi }) {
      if (midi === key) return;
      key = midi;
      view.pressed = new Set([key]);
      view.show();
      monitor.play(key);
    },
    end() { view.pressed = null; view.show(); monitor.stop(); },
  };
}

function boxing(from, keep, score, view) {
  const before = keep ? score.selected : [];
  score.cursor = Math.max(0, snapped(from.time, score.grid));
  score.select(before);
  return {
    move(to) {
      view.box = { from, to };
      const [first, last] = [from.time, to.time].sort((a, b) => a - b), [low, high] = [from.exact, to.exact].sort((a, b) => a - b);
      if ((last - first) / view.span * view.roll.innerWidth < 3) return;
      score.select([...before, ...score.notes.flatMap((row, i) =>
        endOf(row) > first && row[AT.onset] < last && row[AT.midi] + 0.5 > low && row[AT.midi] - 0.5 < high ? [i] : [])]);
    },
    end() { view.box = null; view.show(); },
  };
}

function dragged(from, score, monitor) {
  const { notes, selected, grid } = score, lead = notes[from.note];
  let begun = false, heard = lead[AT.midi];
  const snap = (place, by) => snapped(place + by, grid) - place;
  return {
    move(to) {
      const by = to.time - from.time, up = Math.round(to.exact - from.exact);
      const next = from.side === "end" ? stretched(notes, selected, snap(endOf(lead), by)) :
        from.side === "start" ? stretched(notes, selected, snap(lead[AT.onset], by), "start") :
          moved(notes, selected, { seconds: snap(lead[AT.onset], by), semitones: up }, score.limits);
      if (!begun && selected.every((i) => next[i].join() === notes[i].join())) return;
      if (!begun) score.begin();
      begun = true;
      score.put(next, false);
      const midi = next[from.note][AT.midi];
      if (midi !== heard) monitor.play(heard = midi, lead[AT.velocity]);
    },
    end() { monitor.stop(); if (begun) score.rested(); },
  };
}

export function rollPointer(parts) {
  const { score, view } = parts, { canvas } = view.roll;
  let grip = null, began = null;
  const undecided = (at) => Math.abs(at.time - began.time) / view.span * view.roll.innerWidth < 3 && at.midi === began.midi;
  dragging(canvas, (u, v, event) => {
    const at = view.under(u, v);
    if (!grip) [grip, began] = [gripOf(at, event, parts), at];
    if (began.note !== null && !grip.loose && undecided(at)) return;       // a click is no move
    grip.loose = true;
    grip.move(at);
  }, () => { grip?.end(); grip = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) return;
    const box = canvas.getBoundingClientRect(), at = view.under((event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
    canvas.style.cursor = at.isKey ? "pointer" : at.note === null ? "crosshair" : at.side ? "ew-resize" : "grab";
  });
  canvas.addEventListener("dblclick", (event) => {
    const box = canvas.getBoundingClientRect(), at = view.under((event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
    if (at.isKey || at.note !== null) return;
    score.add({ onset: Math.max(0, score.grid ? Math.floor(at.time / score.grid + 1e-6) * score.grid : at.time), length: score.step, midi: at.midi });
  });
  view.element.addEventListener("wheel", (event) => {                      // sideways moves the view, with Control it zooms
    if (event.ctrlKey) view.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15);
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.look(view.from + event.deltaX / view.roll.innerWidth * view.span);
    else return;
    event.preventDefault();
  }, { passive: false });
}

// Edits by keys are one gesture from the first key down to its release.
function held(element, score) {
  let holding = false;
  const release = () => { if (holding) { holding = false; score.rested(); } };
  element.addEventListener("keyup", release);
  element.addEventListener("blur", release);
  return (edit) => {
    if (!score.selected.length) return;
    if (!holding) score.begin();
    holding = true;
    edit();
  };
}

export function rollKeys({ score, view, ui, isTaken }) {
  const { canvas } = view.roll, [low, high] = score.limits, hold = held(canvas, score);
  described(canvas, `Notes. ${HELP}`, { "aria-roledescription": "piano roll", "aria-valuemin": low, "aria-valuemax": high });
  const commands = {
    z: (event) => event.shiftKey ? score.redo() : score.undo(), y: () => score.redo(), a: () => score.select(score.notes.keys()),
  };
  const plain = {
    a: () => score.addNext(), delete: () => score.remove(), backspace: () => score.remove(), escape: () => score.select([]),
    "+": () => hold(() => score.stretch(score.grid || 0.05)), "-": () => hold(() => score.stretch(-(score.grid || 0.05))),
    " ": () => ui.player.isPlaying ? ui.stop() : ui.play(), enter: () => score.selected.length || score.stepTo(1),
    home: () => { score.cursor = 0; score.select([]); view.follow(0); }, end: () => score.select(score.notes.length ? [score.notes.length - 1] : []),
  };
  const arrows = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
  canvas.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey, arrow = arrows[event.key];
    if (event.altKey || isTaken(event)) return;
    if (event.key === "Tab") {                                             // Escape, and Tab leaves; so does Tab at the last note
      if (!score.selected.length || !score.stepTo(event.shiftKey ? -1 : 1)) return;
    } else if (command && commands[key]) commands[key](event);
    else if (command) return;
    else if (arrow && !score.selected.length) score.stepTo(1);
    else if (arrow) {
      const [along, up] = arrow, step = event.shiftKey ? 0.01 : score.grid || 0.05;
      hold(() => score.move({ seconds: along * step, semitones: up * (event.shiftKey ? 12 : 1) }));
    } else if (plain[key]) plain[key]();
    else return;
    event.preventDefault();
  });
}

// One lane: a stroke paints the notes that it passes; keys change the selected ones, or choose.
export function laneHands(number, { score, view }) {
  const plot = view.lanes[number], lane = score.lanes[number], at = AT.lanes + number, hold = held(plot.canvas, score);
  described(plot.canvas, `${lane.label} of the selected note: ${lane.description}. Left and right choose the note.`,
    { "data-lane": lane.name, "aria-valuemin": lane.minimum, "aria-valuemax": lane.maximum });
  let last = null;
  dragging(plot.canvas, (u, v) => {
    const { x, y } = plot.valueAt(u * plot.width, (1 - v) * plot.height), to = { time: x, x: clamp(y, lane.minimum, lane.maximum) };
    if (!last) score.begin();
    score.setLane(painted(score.notes, at, last ?? to, to), lane.name, false);
    last = to;
  }, () => { last = null; score.rested(); });
  plot.canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key], command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") event.shiftKey ? score.redo() : score.undo();
    else if (by && !event.altKey) score.stepTo(by);
    else {
      const wanted = score.first && keyed(lane, score.first[at], event);
      if (wanted === null) return;
      hold(() => setAll(score, at, lane, wanted, false));
    }
    event.preventDefault();
  });
  return () => {
    const row = score.first, x = row ? row[at] : lane.default;
    plot.canvas.setAttribute("aria-valuenow", x);
    plot.canvas.setAttribute("aria-valuetext", row ? `${told(row)}: ${inWords(lane, x)}` : "no note is selected");
  };
}

// One column of all selected notes.
export function setAll(score, at, control, x, final) {
  const notes = score.notes.slice();
  for (const i of score.selected) {
    notes[i] = notes[i].slice();
    notes[i][at] = x;
  }
  score.setLane(notes, control.name, final);
}

// The strip: where in the piece the roll looks.
export function stripHands({ view, score }) {
  const { canvas } = view.strip;
  described(canvas, "Where in the piece one looks, in seconds", { "aria-orientation": "horizontal", "data-control": "from_s" });
  dragging(canvas, (u) => view.look(view.strip.valueAt(u * view.strip.width, 0).x - view.span / 2));
  canvas.addEventListener("keydown", (event) => {
    const to = { ArrowRight: view.from + view.span / 4, ArrowLeft: view.from - view.span / 4, PageUp: view.from + view.span,
      PageDown: view.from - view.span, Home: 0, End: score.end }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    view.look(to);
    event.preventDefault();
  });
  return () => {
    canvas.setAttribute("aria-valuemin", 0);
    canvas.setAttribute("aria-valuemax", view.length.toFixed(1));
    canvas.setAttribute("aria-valuenow", view.from.toFixed(1));
    canvas.setAttribute("aria-valuetext", `${view.from.toFixed(1)} to ${(view.from + view.span).toFixed(1)} of ${score.end.toFixed(1)} seconds`);
  };
}
