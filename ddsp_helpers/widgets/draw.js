// Plots on a canvas: sharp on every screen, in the colours of the page's theme, described in words too.
import { make } from "./ui.js";
import { number } from "./words.js";

// The colour-blind-safe palette of classroom/plots.py, and lighter relatives of it for dark pages.
const LIGHT = {
  a: "#0072b2",
  b: "#d55e00",
  c: "#009e73",
  d: "#cc79a7",
  e: "#56b4e9",
  ink: "#202020",
  quiet: "#6b6b6b",
  line: "#d9d9d9",
};
const DARK = {
  a: "#56b4e9",
  b: "#f08a3c",
  c: "#2fc79b",
  d: "#dfa0c5",
  e: "#7cc8f2",
  ink: "#e8e8e8",
  quiet: "#a6a6a6",
  line: "#4a4a4a",
};

// Whether the text around an element is light, which makes the page a dark one.
export function isDark(element) {
  const [r, g, b] = (getComputedStyle(element.parentElement ?? element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(
    Number,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 140;
}

export function theme(element) {
  return isDark(element) ? DARK : LIGHT;
}

// A plot: new Plot({ height, x: { min, max, label, log, ticks }, y: {…}, label: "what it shows" }); axes may change.
export class Plot {
  constructor({ height = 160, x, y, label, left = 52, interactive = false }) {
    Object.assign(this, { height, x, y, left, top: 8, right: 18, bottom: x.label ? 34 : 20 });
    this.canvas = make("canvas", interactive ? {} : { role: "img", "aria-label": label });
    this.element = make("div", { class: "ddsp-plot" }, this.canvas);
    this.element.style.height = `${height}px`;
    this.draw = () => {};
    new ResizeObserver(() => this.refresh()).observe(this.element);
  }

  // Says what the plot shows now; made from the data, like every alt text here.
  describe(text) {
    this.canvas.setAttribute("aria-label", text);
  }

  // Sets what is drawn, and draws it: paint((plot, colours) => …).
  paint(draw) {
    this.draw = draw;
    this.refresh();
  }

  refresh() {
    const width = this.element.clientWidth,
      ratio = globalThis.devicePixelRatio || 1;
    if (!width || !this.element.isConnected) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.width = width;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, this.height);
    this.colours = theme(this.element);
    this.#axes();
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(this.left, this.top - 4, this.innerWidth, this.innerHeight + 4);
    this.pen.clip();
    this.draw(this, this.colours);
    this.pen.restore();
  }

  get innerWidth() {
    return this.width - this.left - this.right;
  }
  get innerHeight() {
    return this.height - this.top - this.bottom;
  }

  static #share(axis, value) {
    return axis.log
      ? Math.log(value / axis.min) / Math.log(axis.max / axis.min)
      : (value - axis.min) / (axis.max - axis.min);
  }

  toX(value) {
    return this.left + Plot.#share(this.x, value) * this.innerWidth;
  }
  toY(value) {
    return this.top + (1 - Plot.#share(this.y, value)) * this.innerHeight;
  }

  // The value at a pixel of the canvas, for pointers: { x, y }, not clamped.
  valueAt(px, py) {
    const u = (px - this.left) / this.innerWidth,
      v = 1 - (py - this.top) / this.innerHeight;
    const at = (axis, share) =>
      axis.log ? axis.min * (axis.max / axis.min) ** share : axis.min + share * (axis.max - axis.min);
    return { x: at(this.x, u), y: at(this.y, v) };
  }

  #axes() {
    const { pen, colours } = this;
    pen.font = "11px system-ui, sans-serif";
    pen.lineWidth = 1;
    for (const tick of this.y.ticks ?? ticksOf(this.y)) {
      const at = Math.round(this.toY(tick.at ?? tick)) + 0.5;
      this.#segment(colours.line, this.left, at, this.width - this.right, at);
      this.#label(tick.text ?? number(tick), this.left - 6, at, "right", "middle");
    }
    for (const tick of this.x.ticks ?? ticksOf(this.x)) {
      const at = Math.round(this.toX(tick.at ?? tick)) + 0.5;
      this.#segment(colours.line, at, this.height - this.bottom, at, this.height - this.bottom + 4);
      this.#label(tick.text ?? number(tick), at, this.height - this.bottom + 6, "center", "top");
    }
    if (this.x.label) this.#label(this.x.label, this.left + this.innerWidth / 2, this.height - 1, "center", "bottom");
    if (this.y.label) {
      pen.save();
      pen.translate(10, this.top + this.innerHeight / 2);
      pen.rotate(-Math.PI / 2);
      this.#label(this.y.label, 0, 0, "center", "middle");
      pen.restore();
    }
  }

  #segment(colour, x1, y1, x2, y2) {
    this.pen.strokeStyle = colour;
    this.pen.beginPath();
    this.pen.moveTo(x1, y1);
    this.pen.lineTo(x2, y2);
    this.pen.stroke();
  }

  #label(text, x, y, align, baseline) {
    Object.assign(this.pen, { fillStyle: this.colours.quiet, textAlign: align, textBaseline: baseline });
    this.pen.fillText(text, x, y);
  }

  // A curve through [x], [y]; gaps where y is not finite.
  line(xs, ys, colour, { width = 1.8, dash = [] } = {}) {
    const { pen } = this;
    Object.assign(pen, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
    pen.setLineDash(dash);
    pen.beginPath();
    let down = false;
    for (let i = 0; i < ys.length; i++) {
      if (!Number.isFinite(ys[i])) {
        down = false;
        continue;
      }
      pen[down ? "lineTo" : "moveTo"](this.toX(xs[i]), this.toY(ys[i]));
      down = true;
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  dots(xs, ys, colour, radius = 3.2) {
    this.pen.fillStyle = colour;
    for (let i = 0; i < xs.length; i++) {
      this.pen.beginPath();
      this.pen.arc(this.toX(xs[i]), this.toY(ys[i]), radius, 0, 2 * Math.PI);
      this.pen.fill();
    }
  }

  // A stick from the bottom of the axis (or `from`) to y.
  stick(x, y, colour, { width = 2.5, from = this.y.min, dash = [] } = {}) {
    this.pen.setLineDash(dash);
    this.pen.lineWidth = width;
    this.#segment(colour, this.toX(x), this.toY(from), this.toX(x), this.toY(y));
    this.pen.setLineDash([]);
  }

  // Names of what is drawn, in a line along the upper edge: legend([["in", colour], …]).
  legend(entries) {
    let at = this.left + 8;
    Object.assign(this.pen, { textAlign: "left", textBaseline: "middle" });
    for (const [words, colour] of entries) {
      this.pen.fillStyle = colour;
      this.pen.fillRect(at, this.top + 7, 14, 4);
      this.pen.fillStyle = this.colours.ink;
      this.pen.fillText(words, at + 20, this.top + 9.5);
      at += 38 + this.pen.measureText(words).width;
    }
  }

  box(x1, y1, x2, y2, colour, alpha = 1) {
    const { pen } = this,
      left = this.toX(Math.min(x1, x2)),
      top = this.toY(Math.max(y1, y2));
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.fillRect(left, top, Math.abs(this.toX(x2) - this.toX(x1)), Math.abs(this.toY(y2) - this.toY(y1)));
    pen.globalAlpha = 1;
  }

  text(words, x, y, colour, { align = "left", dx = 4, dy = 0, baseline = "middle" } = {}) {
    Object.assign(this.pen, { fillStyle: colour, textAlign: align, textBaseline: baseline });
    this.pen.fillText(words, this.toX(x) + dx, this.toY(y) + dy);
  }
}

// About five round numbers of an axis; 1-2-5 steps, or decades and their thirds on a log axis.
export function ticksOf(axis) {
  const found = [];
  if (axis.log) {
    for (let decade = 10 ** Math.floor(Math.log10(axis.min)); decade <= axis.max; decade *= 10)
      for (const digit of [1, 2, 5])
        if (digit * decade >= axis.min * 0.999 && digit * decade <= axis.max * 1.001) found.push(digit * decade);
    return found;
  }
  const rough = (axis.max - axis.min) / 5,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough);
  for (let i = Math.ceil(axis.min / step); i * step <= axis.max * (1 + 1e-9); i++) found.push(i * step);
  return found;
}
