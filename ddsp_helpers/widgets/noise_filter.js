// Draw a filter over frequency and hear noise through it.
import { kernelNode } from "./engine.js";
import { button, slider } from "./ui.js";
import { Plot } from "./draw.js";
import { bars, drawBars } from "./bars.js";
import { controlsOf, shell } from "./shell.js";
import { Reconstructor, WhiteNoise } from "./signals.js";
import { amplitudeOf, dbOf, decibels, number } from "./words.js";

const FLOOR_DB = -60;

// White noise through a symmetric filter, at the rate of the widget; the filter glides within 15 ms.
class FilteredNoise {
  static needs = [Reconstructor, WhiteNoise];

  constructor(sampleRate, { rate, taps }) {
    this.noise = new WhiteNoise(0);
    this.glide = 1 - Math.exp(-1 / (0.015 * rate));
    this.right = Float64Array.from(taps);
    const half = taps.length - 1;
    this.recent = new Float64Array(2 * half + 1);
    this.at = 0;
    for (let i = 0; i < half; i++) this.take(); // time 0 of the filter is its middle
    this.reader = new Reconstructor(rate, sampleRate, () => this.sample());
    this.set({ taps });
  }

  set({ taps }) {
    this.target = taps;
  }

  take() {
    this.recent[this.at] = this.noise.next();
    this.at = (this.at + 1) % this.recent.length;
  }

  sample() {
    const { right, target, recent } = this,
      size = recent.length,
      half = right.length - 1;
    this.take();
    for (let t = 0; t <= half; t++) right[t] += this.glide * (target[t] - right[t]);
    const middle = this.at + half;
    let sum = right[0] * recent[middle % size];
    for (let t = 1; t <= half; t++) sum += right[t] * (recent[(middle + t) % size] + recent[(middle - t) % size]);
    return sum;
  }

  process(output) {
    for (let i = 0; i < output.length; i++) output[i] = this.reader.read();
  }
}

// The right half of the impulse response of band magnitudes: dsp.magnitudes_to_impulse_response.
function tapsOf(magnitudes) {
  const top = magnitudes.length - 1;
  return Array.from({ length: top }, (_, t) => {
    const sum = magnitudes.reduce(
      (total, m, k) => total + (k === 0 || k === top ? 1 : 2) * m * Math.cos((Math.PI * k * t) / top),
      0,
    );
    return (sum / (2 * top)) * (0.5 + 0.5 * Math.cos((Math.PI * t) / top));
  });
}

// The magnitude that the taps have at a frequency between 0 and 1 (Nyquist): what the window makes of the bars.
function responseOf(taps, share) {
  return Math.abs(taps.reduce((sum, h, t) => sum + (t ? 2 : 1) * h * Math.cos(Math.PI * share * t), 0));
}

function render({ model, el }) {
  const rate = model.get("rate_hz"),
    controls = controlsOf(model),
    count = model.get("value").bands.length;
  const soundOf = (value) => ({ rate, taps: tapsOf(value.bands.map((m) => m * amplitudeOf(value.level_db))) });
  const graph = async (context, value) => {
    const noise = await kernelNode(context, FilteredNoise, soundOf(value));
    return { output: noise.node, set: (changed) => noise.set(soundOf(changed)), dispose: noise.dispose };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph });
  const hzOf = (i) => (i * rate) / 2 / (count - 1);
  const ticks = Array.from({ length: 9 }, (_, i) => ({ at: 1 + (i * (count - 1)) / 8, text: number((i * rate) / 16) }));
  const plot = new Plot({
    height: 230,
    left: 58,
    interactive: true,
    x: { min: 0.5, max: count + 0.5, label: "frequency (Hz)", ticks },
    y: { min: FLOOR_DB, max: 8, label: "gain (dB)", ticks: [-60, -40, -20, 0] },
  });
  const level = {
    name: "band_db",
    minimum: FLOOR_DB,
    maximum: 0,
    unit: "dB",
    curve: "linear",
    default: FLOOR_DB,
    step: 0.5,
  };
  const painted = bars(plot, {
    label: "band",
    control: level,
    count,
    words: (i, db) => `${number(hzOf(i))} Hz, ${db <= FLOOR_DB ? "closed" : decibels(db)}`,
    change: (values, final) => ui.change({ bands: values.map((db) => (db <= FLOOR_DB ? 0 : amplitudeOf(db))) }, final),
  });
  ui.stage.append(plot.element);
  for (const [name, bands] of Object.entries(model.get("presets")))
    ui.presets.append(button(name, () => ui.change({ bands }, true)));
  const row = slider(controls.level_db, {
    value: ui.value.level_db,
    change: (x, final) => ui.change({ level_db: x }, final),
  });
  ui.rows.append(row.element);
  ui.onValue((value) => {
    const dbs = value.bands.map((m) => Math.max(FLOOR_DB, dbOf(m))),
      taps = tapsOf(value.bands);
    painted.show(dbs);
    row.show(value.level_db);
    plot.paint((_, colours) => {
      drawBars(plot, dbs, colours.a, () => ({ alpha: 0.55 }));
      const xs = Array.from({ length: 400 }, (__, i) => 1 + (i * (count - 1)) / 399);
      plot.line(
        xs,
        xs.map((x) => Math.max(FLOOR_DB, dbOf(responseOf(taps, (x - 1) / (count - 1))))),
        colours.b,
        { width: 2.2 },
      );
      plot.legend([
        ["bands that you draw", colours.a],
        ["filter that comes of them", colours.b],
      ]);
    });
  });
  return () => ui.dispose();
}

export default { render };
