// Paint a harmonic spectrum and hear it.
import { kernelNode } from "./engine.js";
import { button, choice, slider } from "./ui.js";
import { Plot } from "./draw.js";
import { bars, drawBars } from "./bars.js";
import { controlsOf, shell } from "./shell.js";
import { amplitudeOf, dbOf, decibels, noteName, hzToMidi, number } from "./words.js";

// The sum of A_k sin(2 pi k phi), each A_k and f0 gliding within 10 ms to what it is told.
class HarmonicBank {
  constructor(sampleRate, { f0, amplitudes }) {
    this.sampleRate = sampleRate;
    this.glide = 1 - Math.exp(-1 / (0.01 * sampleRate));
    this.cycles = 0;
    this.f0 = f0;
    this.amplitudes = Float64Array.from(amplitudes);
    this.set({ f0, amplitudes });
  }

  set({ f0, amplitudes }) {
    this.target = { f0, amplitudes };
  }

  process(output) {
    const { amplitudes, target, glide } = this;
    for (let i = 0; i < output.length; i++) {
      const turn = 2 * Math.PI * this.cycles,
        twice = 2 * Math.cos(turn);
      let before = 0,
        now = Math.sin(turn),
        sum = 0;
      for (let k = 0; k < amplitudes.length; k++) {
        amplitudes[k] += glide * (target.amplitudes[k] - amplitudes[k]);
        sum += amplitudes[k] * now;
        [before, now] = [now, twice * now - before]; // sin((k + 1) x) = 2 cos(x) sin(k x) - sin((k - 1) x)
      }
      output[i] = sum;
      this.f0 += glide * (target.f0 - this.f0);
      this.cycles += this.f0 / this.sampleRate;
      this.cycles -= Math.floor(this.cycles);
    }
  }
}

// Shares of the harmonics: the mixture of A and B, silent from Nyquist on, summing to 1.
function shares(value, sampleRate) {
  const mixed = value.harmonics_a.map((a, i) => (1 - value.morph) * a + value.morph * value.harmonics_b[i]);
  const audible = mixed.map((x, i) => ((i + 1) * value.f0_hz < sampleRate / 2 ? x : 0));
  const sum = audible.reduce((total, x) => total + x, 0);
  return { mixed, audible: audible.map((x) => (sum ? x / sum : 0)) };
}

function soundOf(value, sampleRate) {
  return { f0: value.f0_hz, amplitudes: shares(value, sampleRate).audible.map((x) => value.amplitude * x) };
}

function render({ model, el }) {
  const sampleRate = model.get("rate_hz"),
    count = model.get("value").harmonics_a.length,
    controls = controlsOf(model);
  const graph = async (context, value) => {
    const rate = Math.min(sampleRate, context.sampleRate);
    const bank = await kernelNode(context, HarmonicBank, soundOf(value, rate));
    return { output: bank.node, set: (changed) => bank.set(soundOf(changed, rate)), dispose: bank.dispose };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph });
  const level = { name: "level_db", minimum: -60, maximum: 0, unit: "dB", curve: "linear", default: -60, step: 0.5 };
  const spectrum = new Plot({
    height: 210,
    left: 58,
    interactive: true,
    x: { min: 0.5, max: count + 0.5, label: "harmonic", ticks: ticks(count) },
    y: { min: -60, max: 10, label: "level (dB)", ticks: [-60, -40, -20, 0] },
  });
  const wave = new Plot({
    height: 90,
    left: 58,
    label: "",
    x: { min: 0, max: 2, ticks: [] },
    y: { min: -1, max: 1, ticks: [0] },
  });
  let side = "a";
  const painted = bars(spectrum, {
    label: "harmonic",
    control: level,
    count,
    change: (values, final) =>
      ui.change({ [`harmonics_${side}`]: values.map((db) => (db <= -60 ? 0 : amplitudeOf(db))) }, final),
    words: (i, db) => {
      const hz = (i + 1) * ui.value.f0_hz;
      const silent = hz >= sampleRate / 2 ? ", above Nyquist: silent" : "";
      return `${db <= -60 ? "silent" : decibels(db)}, ${number(hz)} Hz, ${noteName(hzToMidi(hz))}${silent}`;
    },
  });
  const which = choice("Spectrum to paint", { a: "A", b: "B" }, (key) => {
    side = key;
    ui.repaint();
  });
  ui.presets.append("Paint", which.element);
  which.show(side);
  ui.stage.append(spectrum.element, wave.element);
  const sliders = ["f0_hz", "morph", "amplitude"].map((name) => {
    const row = slider(controls[name], {
      value: ui.value[name],
      change: (x, final) => ui.change({ [name]: x }, final),
    });
    ui.rows.append(row.element);
    return [name, row];
  });
  for (const [name, harmonics] of Object.entries(model.get("presets"))) {
    ui.presets.append(button(name, () => ui.change({ [`harmonics_${side}`]: harmonics }, true)));
  }

  ui.repaint = () => {
    const { value } = ui,
      { mixed, audible } = shares(value, sampleRate),
      other = side === "a" ? "b" : "a";
    const dbs = (harmonics) => harmonics.map((x) => Math.max(-60, dbOf(x)));
    sliders.forEach(([name, row]) => row.show(value[name]));
    painted.show(dbs(value[`harmonics_${side}`]));
    const silent = (i) => (i + 1) * value.f0_hz >= sampleRate / 2;
    spectrum.paint((plot, colours) => {
      drawBars(plot, dbs(value[`harmonics_${side}`]), side === "a" ? colours.a : colours.b, (i) =>
        silent(i) ? { alpha: 0.25 } : {},
      );
      dbs(value[`harmonics_${other}`]).forEach(
        (db, i) =>
          db > -60 && plot.line([i + 0.62, i + 1.38], [db, db], side === "a" ? colours.b : colours.a, { width: 2 }),
      );
      if (value.morph > 0 && value.morph < 1)
        plot.dots(
          mixed.map((_, i) => i + 1),
          dbs(mixed),
          colours.ink,
          3,
        );
      plot.legend([
        ["A", colours.a],
        ["B", colours.b],
        ...(value.morph > 0 && value.morph < 1 ? [["what is heard", colours.ink]] : []),
      ]);
      const first = Math.ceil(sampleRate / 2 / value.f0_hz);
      if (first <= count) {
        plot.stick(first - 0.5, 0, colours.quiet, { width: 1.5, dash: [4, 3] });
        plot.text(
          "Nyquist: silent from here on",
          first - 0.5,
          -6,
          colours.quiet,
          first > count * 0.65 ? { align: "right", dx: -5 } : {},
        );
      }
    });
    wave.paint((plot, colours) => {
      const xs = Array.from({ length: 600 }, (_, i) => i / 299.5);
      const ys = xs.map((x) => audible.reduce((sum, a, k) => sum + a * Math.sin(2 * Math.PI * (k + 1) * x), 0));
      const top = Math.max(...ys.map(Math.abs), 1e-6);
      plot.line(
        xs,
        ys.map((y) => (0.95 * y) / top),
        colours.c,
      );
    });
    wave.describe(`Two periods of the wave, ${number(1000 / value.f0_hz)} milliseconds each.`);
  };
  ui.onValue(() => ui.repaint());
  return () => ui.dispose();
}

function ticks(count) {
  return Array.from({ length: count }, (_, i) => i + 1).filter((k) => k === 1 || k % 4 === 0 || count <= 12);
}

export default { render };
