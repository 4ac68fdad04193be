// Notes as rows of numbers, in the order of expression.COLUMNS, and what can be done to them; no page and no sound.
import { clamp } from "./ui.js";
import { noteName } from "./words.js";

export const AT = { onset: 0, length: 1, midi: 2, velocity: 3, lanes: 4 };
export const SHORTEST_S = 0.03;

const BEATS = { free: 0, "1/16": 0.25, "1/8": 0.5, "1/4": 1, "1/2": 2, "1/1": 4 };

export const endOf = (row) => row[AT.onset] + row[AT.length];
export const lengthOf = (name, beatsPerMinute) => BEATS[name] * 60 / beatsPerMinute;
export const snapped = (seconds, grid) => grid ? Math.round(seconds / grid) * grid : seconds;
export const lastEnd = (notes) => notes.reduce((latest, row) => Math.max(latest, endOf(row)), 0);

const tidy = (x) => Math.round(1e6 * x) / 1e6;
const changed = (row, at) => {
  const next = row.slice();
  for (const [name, x] of Object.entries(at)) next[AT[name]] = tidy(x);
  return next;
};

// The same notes by onset, and what the numbers of the selected ones have become.
export function sorted(notes, selected) {
  const order = notes.map((_, i) => i).sort((i, j) => notes[i][AT.onset] - notes[j][AT.onset] || notes[i][AT.midi] - notes[j][AT.midi]);
  const chosen = new Set(selected);
  return { notes: order.map((i) => notes[i]), selected: order.flatMap((i, to) => chosen.has(i) ? [to] : []) };
}

// Numbers of the notes that sound while another one does.
export function overlapping(notes) {
  const order = notes.map((_, i) => i).sort((i, j) => notes[i][AT.onset] - notes[j][AT.onset]), found = new Set();
  let longest = order[0];
  for (const i of order.slice(1)) {
    if (endOf(notes[longest]) > notes[i][AT.onset] + 1e-6) found.add(longest).add(i);
    if (endOf(notes[i]) > endOf(notes[longest])) longest = i;
  }
  return found;
}

// Moves notes as one: none leaves the keys, none begins before 0.
export function moved(notes, selected, { seconds = 0, semitones = 0 }, [low, high]) {
  const rows = selected.map((i) => notes[i]), least = (f) => Math.min(...rows.map(f)), most = (f) => Math.max(...rows.map(f));
  const later = Math.max(seconds, -least((row) => row[AT.onset]));
  const up = clamp(Math.round(semitones), Math.ceil(low - 0.5 - least((row) => row[AT.midi])), Math.floor(high + 0.5 - most((row) => row[AT.midi])));
  const next = notes.slice();
  for (const i of selected) {
    next[i] = changed(notes[i], { onset: notes[i][AT.onset] + later, midi: notes[i][AT.midi] + up });
  }
  return next;
}

// Moves the ends of notes, or their beginnings while they end where they did.
export function stretched(notes, selected, seconds, side = "end") {
  const next = notes.slice();
  for (const i of selected) {
    const row = notes[i], by = clamp(side === "end" ? seconds : -seconds, SHORTEST_S - row[AT.length], side === "end" ? Infinity : row[AT.onset]);
    next[i] = changed(row, { length: row[AT.length] + by, onset: side === "end" ? row[AT.onset] : row[AT.onset] - by });
  }
  return next;
}

// Paints column `at` of the notes that a stroke passes, from and to { time, x }; a quick stroke leaves none out.
export function painted(notes, at, from, to) {
  const [first, last] = from.time <= to.time ? [from, to] : [to, from], next = notes.slice();
  notes.forEach((row, i) => {
    if (endOf(row) < first.time || row[AT.onset] > last.time) return;
    const middle = clamp(row[AT.onset] + row[AT.length] / 2, first.time, last.time);
    const share = last.time > first.time ? (middle - first.time) / (last.time - first.time) : 1;
    next[i] = row.slice();
    next[i][at] = tidy(from === to ? to.x : first.x + share * (last.x - first.x));
  });
  return next;
}

// A new note, played as the one before it is, or at rest where there is none.
export function fresh(notes, { onset, length, midi, velocity = 0.7, volume }, rest) {
  const before = notes.filter((row) => row[AT.onset] <= onset).reduce((best, row) => !best || row[AT.onset] > best[AT.onset] ? row : best, null);
  const [own, ...others] = before ? before.slice(AT.lanes) : rest;
  return [tidy(onset), tidy(Math.max(SHORTEST_S, length)), midi, tidy(clamp(velocity, 0, 1)), tidy(volume ?? own), ...others];
}

// "A4, from 1.20 s, 0.50 s long"
export const told = (row) =>
  `${noteName(row[AT.midi])}${cents(row[AT.midi])}, from ${row[AT.onset].toFixed(2)} s, ${row[AT.length].toFixed(2)} s long`;

function cents(midi) {
  const off = Math.round(100 * (midi - Math.round(midi)));
  return off ? ` ${off > 0 ? "+" : "-"} ${Math.abs(off)} cents` : "";
}

// What the numbers of a lane mean to a musician, from its least to its greatest.
const WORDS = {
  volume: ["silent", "very soft", "soft", "medium", "loud", "very loud"],
  fluctuation: ["steady", "nearly steady", "moving", "swelling", "swelling much"],
  peak_position: ["loudest at once", "loudest early", "loudest midway", "loudest late", "loudest at the end"],
  vibrato: ["no vibrato", "slight", "gentle", "wide", "very wide"],
  brightness: ["dark", "mellow", "medium", "bright", "glaring"],
  attack_noise: ["clean", "nearly clean", "some noise", "noisy", "very noisy"],
  velocity: ["very soft", "soft", "medium", "loud", "very loud"],
};

export function inWords(control, x) {
  const words = WORDS[control.name], share = (x - control.minimum) / (control.maximum - control.minimum);
  return `${x.toFixed(2)}, ${words[clamp(Math.floor(share * words.length), 0, words.length - 1)]}`;
}
