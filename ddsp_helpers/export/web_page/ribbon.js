// What is sung and what is played, as lines of pitch that run to the left; the thicker, the louder.
import { make } from "./ui.js";
import { hzToMidi, noteName, pitch } from "./words.js";

const SECONDS = 6;
const RATE = 50;
const SLOW_MS = 500; // between pictures where motion is not wanted

export class Ribbon {
  constructor() {
    this.canvas = make("canvas", {
      role: "img",
      "aria-label": "Pitch over the last seconds: nothing has sounded yet",
    });
    this.note = make("div", { class: "tt-note", "aria-hidden": "true" }, "–");
    this.cents = make("div", { class: "tt-cents", "aria-hidden": "true" });
    this.legend = make("div", { class: "tt-legend", "aria-hidden": "true" });
    this.meters = ["in", "out"].map((name) => meter(name));
    this.element = make(
      "div",
      { class: "tt-ribbon" },
      this.canvas,
      make("div", { class: "tt-now" }, this.note, this.cents),
      this.legend,
      make("div", { class: "tt-meters" }, ...this.meters.map(({ element }) => element)),
    );
    this.past = [];
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.shown = 0;
    this.range = { low: 48, high: 84 };
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  // The range of an instrument, MIDI, and its name.
  focus({ low, high }, name) {
    this.range = { low: Math.min(low, 45) - 1, high: high + 2 };
    this.legend.replaceChildren(
      make("span", { class: "tt-you" }, "what comes in"),
      make("span", { class: "tt-it" }, name),
    );
    this.draw();
  }

  // A frame, as the kernel tells it.
  hear({ heard, wanted, sounding, inDb, outDb }) {
    const you = heard && heard.confidence >= 0.5 ? hzToMidi(heard.f0Hz) : null;
    this.past.push({ you, it: sounding ? hzToMidi(wanted.f0Hz) : null, db: outDb });
    if (this.past.length > SECONDS * RATE) this.past.shift();
    this.levels = [inDb, outDb].map((db, n) => Math.max(db, (this.levels?.[n] ?? -60) - 0.6)); // falls slowly
    this.hz = sounding ? wanted.f0Hz : null;
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      const now = performance.now();
      if (this.still.matches && now - this.shown < SLOW_MS) return;
      this.shown = now;
      this.#tell();
      this.draw();
    });
  }

  #tell() {
    const midi = this.hz ? hzToMidi(this.hz) : null;
    this.note.textContent = midi === null ? "–" : noteName(midi);
    const cents = midi === null ? 0 : Math.round(100 * (midi - Math.round(midi)));
    this.cents.textContent = midi === null ? "" : `${cents > 0 ? "+" : cents < 0 ? "−" : "±"}${Math.abs(cents)} ¢`;
    this.meters.forEach((one, n) => one.show(this.levels[n]));
    this.canvas.setAttribute(
      "aria-label",
      `Pitch over the last seconds. The instrument plays ${this.hz ? pitch(this.hz) : "nothing"} now.`,
    );
  }

  draw() {
    const { canvas, element } = this;
    const [width, height, scale] = [element.clientWidth, element.clientHeight, devicePixelRatio || 1];
    if (!width) return;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const style = getComputedStyle(element);
    const colour = (name) => style.getPropertyValue(name).trim();
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const { low, high } = this.range;
    const y = (midi) => height - 14 - ((midi - low) / (high - low)) * (height - 28);
    const x = (i) => width - 44 - ((this.past.length - 1 - i) * (width - 44)) / (SECONDS * RATE);
    this.#lines(pen, y, width, colour);
    pen.strokeStyle = colour("--tt-quiet");
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    this.#path(pen, "you", (i, midi) => [[x(i), y(midi)]]);
    pen.setLineDash([]);
    pen.fillStyle = colour("--tt-accent");
    const thick = (i) => 1.2 + 7 * Math.max(0, 1 + Math.max(-50, this.past[i].db) / 50);
    this.#band(pen, x, y, thick);
  }

  #lines(pen, y, width, colour) {
    pen.font = "12px system-ui, sans-serif";
    pen.lineWidth = 1;
    for (let midi = 12 * Math.ceil(this.range.low / 12); midi <= this.range.high; midi += 12) {
      pen.strokeStyle = colour("--tt-line");
      pen.fillStyle = colour("--tt-quiet");
      pen.beginPath();
      pen.moveTo(34, y(midi));
      pen.lineTo(width - 44, y(midi));
      pen.stroke();
      pen.fillText(noteName(midi), 8, y(midi) + 4);
    }
  }

  // Runs of frames that have this pitch, as [from, to).
  #runs(name) {
    const runs = [];
    for (let i = 0; i < this.past.length; i++) {
      if (this.past[i][name] === null) continue;
      if (runs.length && runs[runs.length - 1][1] === i) runs[runs.length - 1][1] = i + 1;
      else runs.push([i, i + 1]);
    }
    return runs;
  }

  #path(pen, name, at) {
    for (const [from, to] of this.#runs(name)) {
      pen.beginPath();
      for (let i = from; i < to; i++) for (const [px, py] of at(i, this.past[i][name])) pen.lineTo(px, py);
      pen.stroke();
    }
  }

  #band(pen, x, y, thick) {
    for (const [from, to] of this.#runs("it")) {
      pen.beginPath();
      for (let i = from; i < to; i++) pen.lineTo(x(i), y(this.past[i].it) - thick(i));
      for (let i = to - 1; i >= from; i--) pen.lineTo(x(i), y(this.past[i].it) + thick(i));
      pen.fill();
    }
  }

  dispose() {
    this.observer.disconnect();
    if (this.asked) cancelAnimationFrame(this.asked);
  }
}

function meter(name) {
  const bar = make("div", { class: "tt-level" });
  const element = make(
    "div",
    {
      class: "tt-meter",
      role: "meter",
      "aria-label": `level ${name}`,
      "aria-valuemin": -60,
      "aria-valuemax": 0,
      "aria-valuenow": -60,
    },
    make("div", { class: "tt-well" }, bar),
    make("span", { "aria-hidden": "true" }, name),
  );
  return {
    element,
    show(db) {
      const shown = Math.max(-60, Math.min(0, db));
      bar.style.height = `${100 * (1 + shown / 60)}%`;
      bar.dataset.state = db > -1 ? "loud" : "";
      element.setAttribute("aria-valuenow", shown.toFixed(0));
    },
  };
}
