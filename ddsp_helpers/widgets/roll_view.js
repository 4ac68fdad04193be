// How a piano roll looks: keys, notes, six lanes and the whole piece in a strip, all on canvases.
import { clamp, make } from "./ui.js";
import { Plot } from "./draw.js";
import { drawKeys, drawNote, isBlack } from "./roll_draw.js";
import { AT, endOf } from "./roll_notes.js";

const LEFT = 112, RIGHT = 10, EDGE_PX = 7, SHORTEST_VIEW_S = 0.5, AT_FIRST_S = 12;

// All the plots over one stretch of time: { from, span } in seconds.
export class View {
  constructor(ui, score) {
    Object.assign(this, { ui, score, from: 0, due: false });
    const [low, high] = score.limits, rows = high - low + 1;
    this.span = Math.max(2, Math.min(AT_FIRST_S, score.end * 1.04 + 0.2));
    this.x = { min: 0, max: this.span, label: "time (s)" };
    this.roll = this.#plot(clamp(rows * 14 + 42, 300, 540), { min: low - 0.5, max: high + 0.5, ticks: [] }, this.x);
    this.roll.bottom = 34;
    this.lanes = score.lanes.map((lane) => {
      const x = { ...this.x, label: "", ticks: [] }, plot = this.#plot(40, { min: lane.minimum, max: lane.maximum, ticks: [] }, x);
      Object.assign(plot, { top: 4, bottom: 3 });
      return plot;
    });
    this.strip = this.#plot(34, { min: low - 1, max: high + 1, ticks: [] }, { min: 0, max: this.length, ticks: [] });
    Object.assign(this.strip, { top: 5, bottom: 5 });
    this.playhead = make("div", { class: "ddsp-cursor ddsp-playhead", hidden: true });
    this.element = make("div", { class: "ddsp-roll" }, this.roll.element, ...this.lanes.map(({ element }) => element), this.playhead);
    this.roll.paint((plot, colours) => this.#roll(plot, colours));
    this.lanes.forEach((plot, i) => plot.paint((p, colours) => this.#lane(p, colours, i)));
    this.strip.paint((plot, colours) => this.#strip(plot, colours));
  }

  #plot(height, y, x) {
    const plot = new Plot({ height, left: LEFT, interactive: true, x, y });
    plot.right = RIGHT;
    return plot;
  }

  // How long the strip is: the piece and room to write on.
  get length() { return Math.max(this.score.end + 2, this.from + this.span); }

  // Draws all of it once before the next picture of the screen.
  show() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      for (const plot of [this.roll, ...this.lanes]) Object.assign(plot.x, { min: this.from, max: this.from + this.span });
      this.x.ticks = this.#times();
      this.strip.x.max = this.length;
      for (const plot of [this.roll, ...this.lanes, this.strip]) plot.refresh();
    });
  }

  // Round times, as many as there is room for.
  #times() {
    const step = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30].find((size) => this.span / size <= (this.roll.element.clientWidth || 640) / 60) ?? 60;
    const first = Math.ceil(this.from / step - 1e-6), last = Math.floor((this.from + this.span) / step + 1e-6);
    return Array.from({ length: last - first + 1 }, (_, i) => ({ at: (first + i) * step, text: String(Number(((first + i) * step).toFixed(2))) }));
  }

  look(from, span = this.span) {
    this.span = clamp(span, SHORTEST_VIEW_S, Math.max(2, this.score.end * 1.04 + 0.2, this.span));
    this.from = Math.max(0, Math.min(from, Math.max(0, this.score.end + 2 - 0.2 * this.span)));
    this.show();
  }

  zoom(by) {
    const first = this.score.first, middle = first && endOf(first) > this.from && first[AT.onset] < this.from + this.span ?
      first[AT.onset] : this.from + this.span / 2;
    this.look(middle - (middle - this.from) * by, this.span * by);
  }

  whole() { this.look(0, this.score.end * 1.04 + 0.2); }

  // Turns the page where a time is out of sight.
  follow(first, last = first) {
    if (first < this.from) this.look(first - 0.1 * this.span);
    else if (last > this.from + this.span) this.look(Math.min(first - 0.05 * this.span, last - 0.5 * this.span));
  }

  // The playhead at a time, or nowhere.
  at(seconds) {
    const inside = seconds !== null && seconds >= this.from && seconds <= this.from + this.span;
    this.playhead.hidden = !inside;
    if (inside && this.roll.width) this.playhead.style.left = `${this.roll.toX(seconds)}px`;
  }

  // What lies at (u, v) of the roll's canvas: { time, midi, isKey, note, side }; side is "start" or "end" of a note.
  under(u, v) {
    const { roll, score } = this, px = u * roll.width, { x: time, y } = roll.valueAt(px, (1 - v) * roll.height);
    const order = [...score.selected, ...score.notes.keys()];
    const note = order.find((i) => {
      const row = score.notes[i], right = Math.max(roll.toX(endOf(row)), roll.toX(row[AT.onset]) + 6);
      return Math.abs(row[AT.midi] - y) <= 0.5 && px >= roll.toX(row[AT.onset]) - 2 && px <= right + 2;
    });
    const found = { time, midi: clamp(Math.round(y), ...score.limits), exact: y, isKey: px < roll.left, note: note ?? null, side: null };
    if (note === undefined) return found;
    const left = roll.toX(score.notes[note][AT.onset]), right = roll.toX(endOf(score.notes[note]));
    const reach = Math.min(EDGE_PX, (right - left) / 3);
    return { ...found, side: px > right - reach ? "end" : px < left + reach && right - left > 30 ? "start" : null };
  }

  #seen() {
    const until = this.from + this.span;
    return [...this.score.notes.entries()].filter(([, row]) => endOf(row) >= this.from && row[AT.onset] <= until);
  }

  #roll(plot, colours) {
    this.#rows(plot, colours);
    this.#grid(plot, colours);
    const chosen = new Set(this.score.selected), overlaps = this.score.overlaps, seen = this.#seen();
    const drawn = seen.filter(([i]) => !chosen.has(i)).concat(seen.filter(([i]) => chosen.has(i)));
    for (const [i, row] of drawn) drawNote(plot, colours, row, { chosen: chosen.has(i), overlaps: overlaps.has(i) });
    plot.line([this.score.cursor, this.score.cursor], [plot.y.min, plot.y.max], colours.quiet, { width: 1.2, dash: [4, 3] });
    if (this.box) {
      const { from, to } = this.box;
      plot.box(from.time, from.exact, to.time, to.exact, colours.b, 0.18);
    }
    plot.pen.restore();                              // the keys lie left of the axes
    drawKeys(plot, colours, this.score.limits, this.pressed);
    plot.pen.save();
  }

  // Black keys' rows are darker, every C has a line.
  #rows(plot, colours) {
    const [low, high] = this.score.limits, until = this.from + this.span;
    for (let key = low; key <= high; key++) {
      if (isBlack(key)) plot.box(this.from, key - 0.5, until, key + 0.5, colours.quiet, 0.13);
      if (key % 12 === 0) plot.line([this.from, until], [key - 0.5, key - 0.5], colours.quiet, { width: 1 });
      else if (key % 12 === 5) plot.line([this.from, until], [key - 0.5, key - 0.5], colours.line, { width: 1 });
    }
  }

  #grid(plot, colours) {
    const grid = this.score.grid;
    if (!grid) for (const { at } of this.x.ticks ?? []) plot.line([at, at], [plot.y.min, plot.y.max], colours.line, { width: 0.8 });
    if (!grid || grid / this.span * plot.innerWidth < 5) return;
    const beat = 60 / this.ui.value.beats_per_minute;
    plot.pen.globalAlpha = 0.55;
    for (let i = Math.ceil(this.from / grid); i * grid <= this.from + this.span; i++) {
      const at = i * grid, isBeat = Math.abs(at / beat - Math.round(at / beat)) < 1e-6;
      plot.line([at, at], [plot.y.min, plot.y.max], isBeat ? colours.quiet : colours.line, { width: isBeat ? 0.9 : 0.7 });
    }
    plot.pen.globalAlpha = 1;
  }

  #lane(plot, colours, number) {
    const lane = this.score.lanes[number], { pen } = plot, unset = this.ui.value.unset.includes(lane.name);
    const chosen = new Set(this.score.selected), middle = (lane.minimum + lane.maximum) / 2;
    plot.box(this.from, plot.y.min, this.from + this.span, plot.y.max, colours.quiet, 0.07);
    plot.line([this.from, this.from + this.span], [middle, middle], colours.line, { width: 1 });
    const seen = this.#seen(), bottom = plot.toY(plot.y.min);
    for (const [colour, rows] of [[colours.a, seen.filter(([i]) => !chosen.has(i))], [colours.b, seen.filter(([i]) => chosen.has(i))]]) {
      const areas = new Path2D(), lids = new Path2D();            // one fill for all: five hundred notes stay fluid
      for (const [, row] of rows) {
        const left = plot.toX(row[AT.onset]), width = Math.max(3, plot.toX(endOf(row)) - left - 1.5);
        const top = plot.toY(clamp(row[AT.lanes + number], lane.minimum, lane.maximum));
        areas.rect(left, top, width, bottom - top);
        lids.rect(left, top - 1.5, width, 3);
      }
      pen.fillStyle = colour;
      pen.globalAlpha = unset ? 0.12 : 0.4;
      pen.fill(areas);
      pen.globalAlpha = unset ? 0.5 : 1;
      pen.fill(lids);
      pen.globalAlpha = 1;
    }
    pen.restore();
    Object.assign(pen, { textAlign: "right", textBaseline: "middle", fillStyle: colours.ink, font: "600 12px system-ui, sans-serif" });
    pen.fillText(lane.label, LEFT - 8, plot.height / 2 - (unset ? 7 : 0));
    Object.assign(pen, { fillStyle: colours.quiet, font: "11px system-ui, sans-serif" });
    if (unset) pen.fillText("not set", LEFT - 8, plot.height / 2 + 8);
    pen.save();
  }

  #strip(plot, colours) {
    const { pen } = plot, [low, high] = this.score.limits, chosen = new Set(this.score.selected);
    plot.box(0, plot.y.min, plot.x.max, plot.y.max, colours.quiet, 0.1);
    this.score.notes.forEach((row, i) => {
      const y = clamp(row[AT.midi], low, high), px = plot.toX(row[AT.onset]);
      pen.fillStyle = chosen.has(i) ? colours.b : colours.a;
      pen.fillRect(px, plot.toY(y) - 1.5, Math.max(2, plot.toX(endOf(row)) - px - 0.5), 3);
    });
    pen.lineWidth = 2;
    pen.strokeStyle = colours.ink;
    const left = plot.toX(this.from) + 1, right = Math.min(plot.toX(this.from + this.span), plot.width - RIGHT) - 1;
    pen.strokeRect(left, plot.top + 1, right - left, plot.innerHeight - 2);
    pen.restore();
    Object.assign(pen, { textAlign: "right", textBaseline: "middle", fillStyle: colours.quiet, font: "12px system-ui, sans-serif" });
    pen.fillText("all of it", LEFT - 8, plot.height / 2);
    pen.save();
  }
}
