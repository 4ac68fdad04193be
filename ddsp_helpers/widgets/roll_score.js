// The notes of a widget with hands on them: edits, whole gestures undone and redone, the selection and a place in time.
import { AT, endOf, fresh, lastEnd, lengthOf, moved, overlapping, sorted, stretched } from "./roll_notes.js";

const REMEMBERED = 200;

export class Score {
  // limits: [lowest, highest] key; lanes: the declared expressions.
  constructor(ui, { limits, lanes }) {
    Object.assign(this, { ui, limits, lanes, past: [], future: [], cursor: 0, rest: lanes.map((lane) => lane.default) });
  }

  get notes() { return this.ui.value.notes; }
  get selected() { return this.ui.value.selected; }
  get first() { return this.selected.length ? this.notes[this.selected[0]] : null; }
  get end() { return lastEnd(this.notes); }
  get grid() { return lengthOf(this.ui.value.grid, this.ui.value.beats_per_minute); }
  get step() { return lengthOf(this.ui.value.step, this.ui.value.beats_per_minute); }
  get overlaps() {
    if (this.counted !== this.notes) Object.assign(this, { counted: this.notes, found: overlapping(this.notes) });
    return this.found;
  }

  // Before a gesture that changes notes.
  begin() {
    this.past.push(this.#now());
    if (this.past.length > REMEMBERED) this.past.shift();
    this.future.length = 0;
  }

  #now() {
    const { notes, selected, unset } = this.ui.value;
    return { notes, selected, unset };
  }

  #travel(from, to) {
    if (!from.length) return;
    to.push(this.#now());
    this.ui.change(from.pop(), true);
  }

  undo() { this.#travel(this.past, this.future); }
  redo() { this.#travel(this.future, this.past); }

  // While something moves notes keep their numbers; when it is let go they are in order again.
  put(notes, final, more = {}) {
    const { selected } = { ...this.ui.value, ...more };
    this.ui.change({ ...more, ...(final ? sorted(notes, selected) : { notes }) }, final);
  }

  rested() { this.put(this.notes, true); }

  // An expression has been set: its lane is no longer unset.
  setLane(notes, name, final) {
    const { unset } = this.ui.value;
    this.put(notes, final, unset.includes(name) ? { unset: unset.filter((one) => one !== name) } : {});
  }

  select(numbers) {
    const selected = [...new Set(numbers)].sort((a, b) => a - b);
    if (selected.join() !== this.selected.join()) this.ui.change({ selected }, true);
    else this.ui.change({});                         // the cursor may have moved
  }

  // The next (or previous) note in time, or the one nearest to the cursor; false where there is none.
  stepTo(by) {
    const { notes, selected } = this;
    let to = selected.length ? (by > 0 ? selected[selected.length - 1] : selected[0]) + by :
      notes.findIndex((row) => endOf(row) > this.cursor);
    if (!selected.length && to < 0) to = notes.length - 1;
    if (to < 0 || to >= notes.length) return false;
    this.select([to]);
    return true;
  }

  move(by) { this.put(moved(this.notes, this.selected, by, this.limits), false); }
  stretch(seconds) { this.put(stretched(this.notes, this.selected, seconds), false); }

  // Adds { onset, length, midi, velocity, volume } and selects it; gives its row.
  add(note, { remember = true, final = true } = {}) {
    if (remember) this.begin();
    const notes = [...this.notes, fresh(this.notes, note, this.rest)];
    this.put(notes, final, { selected: [notes.length - 1] });
    return this.first;
  }

  // After the selected note, as high and as long; without one where the cursor stands.
  addNext() {
    const after = this.selected.length ? this.notes[this.selected[this.selected.length - 1]] : null;
    const middle = Math.round((this.limits[0] + this.limits[1]) / 2);
    this.add(after ? { onset: endOf(after), length: after[AT.length], midi: after[AT.midi], velocity: after[AT.velocity] } :
      { onset: this.cursor, length: this.step, midi: middle });
  }

  remove() {
    if (!this.selected.length) return;
    this.begin();
    const gone = new Set(this.selected), next = Math.min(this.selected[0], this.notes.length - gone.size - 1);
    this.put(this.notes.filter((_, i) => !gone.has(i)), true, { selected: gone.size === 1 && next >= 0 ? [next] : [] });
  }
}
