// A sine, sampled and rounded: past the Nyquist frequency it comes back as another one.
import { kernelNode } from "./engine.js";
import { make, slider } from "./ui.js";
import { Plot } from "./draw.js";
import { controlsOf, shell } from "./shell.js";
import { Reconstructor } from "./signals.js";
import { amplitudeOf, number } from "./words.js";

// Samples A sin(2 pi phi), rounded to bits, at a rate of their own, and what a converter makes of them.
class SampledSine {
  static needs = [Reconstructor];

  constructor(sampleRate, value) {
    this.contextRate = sampleRate;
    this.cycles = 0;
    this.now = { ...value };
    this.reader = new Reconstructor(value.rate, sampleRate, () => this.sample());
    this.set(value);
  }

  set(value) {
    this.target = value;
    this.glide = 1 - Math.exp(-1 / (0.005 * value.rate));
    this.reader.setRates(value.rate, this.contextRate);
  }

  sample() {
    const { now, target, glide } = this,
      steps = 2 ** (target.bits - 1);
    const exact = now.amplitude * Math.sin(2 * Math.PI * this.cycles);
    now.amplitude += glide * (target.amplitude - now.amplitude);
    now.hz += glide * (target.hz - now.hz);
    this.cycles += now.hz / target.rate;
    this.cycles -= Math.floor(this.cycles);
    return Math.max(-1, Math.min(1 - 1 / steps, Math.round(exact * steps) / steps));
  }

  process(output) {
    for (let i = 0; i < output.length; i++) output[i] = this.reader.read();
  }
}

// Whole bits and whole hertz, whatever was set.
function soundOf(value) {
  return {
    hz: value.frequency_hz,
    rate: Math.round(value.sample_rate_hz),
    bits: Math.round(value.bits),
    amplitude: amplitudeOf(value.level_db),
  };
}

// What is heard of a frequency: |f - fs round(f / fs)|, with its sign.
function signedAlias(hz, rate) {
  return hz - rate * Math.round(hz / rate);
}
function heardHz(value) {
  return Math.abs(signedAlias(value.frequency_hz, Math.round(value.sample_rate_hz)));
}

function story(value) {
  const { hz, rate, bits } = soundOf(value),
    heard = heardHz(value);
  const noise =
    bits < 14 ? ` ${bits} bits round every sample to one of ${2 ** bits} steps: that is the noise you hear.` : "";
  if (hz < rate / 2) return `Below Nyquist (${number(rate / 2)} Hz): what goes in comes out.${noise}`;
  const past = `${number(hz)} Hz is past Nyquist (${number(rate / 2)} Hz)`;
  return `${past}: the samples are those of ${number(heard)} Hz, and that is what you hear.${noise}`;
}

function drawWave(plot, colours, value) {
  const { hz, rate, bits, amplitude } = soundOf(value),
    ms = plot.x.max,
    heard = signedAlias(hz, rate),
    past = hz >= rate / 2;
  const xs = Array.from({ length: 1200 }, (_, i) => (ms * i) / 1199),
    steps = 2 ** (bits - 1);
  const sine = (tone) => xs.map((x) => amplitude * Math.sin((2 * Math.PI * tone * x) / 1000));
  plot.line(xs, sine(hz), colours.a, { width: 1.4 });
  if (past) plot.line(xs, sine(heard), colours.b, { width: 2.2, dash: [6, 3] });
  const times = Array.from({ length: Math.floor((ms * rate) / 1000) + 1 }, (_, n) => (1000 * n) / rate);
  const samples = times.map((x) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * x) / 1000) * steps) / steps);
  plot.legend([
    [`${number(hz)} Hz goes in`, colours.a],
    ...(past ? [[`${number(Math.abs(heard))} Hz comes out`, colours.b]] : []),
    ["samples", colours.ink],
  ]);
  times.forEach((x, n) => plot.stick(x, samples[n], colours.ink, { width: 1, from: 0 }));
  plot.dots(times, samples, colours.ink);
}

function drawFold(plot, colours, value) {
  const rate = Math.round(value.sample_rate_hz),
    heard = heardHz(value),
    { frequency_hz: hz } = value;
  const corners = [0];
  while (corners.at(-1) < plot.x.max) corners.push(corners.at(-1) + rate / 2);
  plot.line(
    corners,
    corners.map((_, i) => (i % 2 ? rate / 2 : 0)),
    colours.quiet,
    { width: 1.6 },
  );
  plot.stick(rate / 2, rate / 2, colours.quiet, { width: 1, dash: [3, 3] });
  plot.text("Nyquist", rate / 2, 0, colours.quiet, { dy: -8, dx: -5, align: "right" });
  const colour = hz < rate / 2 ? colours.a : colours.b;
  plot.line([hz, hz, 0], [0, heard, heard], colour, { width: 1.6, dash: [4, 3] });
  plot.dots([hz], [heard], colour, 5.5);
}

function render({ model, el }) {
  const controls = controlsOf(model);
  const graph = async (context, value) => {
    const sine = await kernelNode(context, SampledSine, soundOf(value));
    return { output: sine.node, set: (changed) => sine.set(soundOf(changed)), dispose: sine.dispose };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph });
  const wave = new Plot({
    height: 190,
    left: 58,
    x: { min: 0, max: 2, label: "time (ms)" },
    y: { min: -1, max: 1, label: "amplitude" },
  });
  const fold = new Plot({
    height: 150,
    left: 58,
    x: { min: 0, max: 20000, label: "frequency that goes in (Hz)" },
    y: { min: 0, max: 8000, label: "heard (Hz)" },
  });
  const note = make("p", { class: "ddsp-note" });
  ui.stage.append(wave.element, fold.element, note);
  const rows = Object.values(controls).map((control) => {
    const row = slider(control, {
      value: ui.value[control.name],
      words: control.name === "bits" ? (_, x) => `${x} bits` : undefined,
      change: (x, final) => ui.change({ [control.name]: x }, final),
    });
    ui.rows.append(row.element);
    return [control.name, row];
  });
  ui.onValue((value) => {
    rows.forEach(([name, row]) => row.show(value[name]));
    const top = amplitudeOf(value.level_db);
    Object.assign(wave.y, { min: -1.15 * top, max: 1.6 * top, ticks: [-top, 0, top] });
    wave.x.max = Math.min(20, 16000 / value.sample_rate_hz);
    fold.y.max = (value.sample_rate_hz / 2) * 1.08;
    note.textContent = story(value);
    wave.describe(
      `The sine that goes in and ${Math.floor((wave.x.max * value.sample_rate_hz) / 1000) + 1} samples of it ` +
        `over ${number(wave.x.max)} milliseconds. ${story(value)}`,
    );
    fold.describe(
      `Frequency heard over frequency that goes in: up to Nyquist, then down again, and so on. ` +
        `${number(value.frequency_hz)} Hz lands at ${number(heardHz(value))} Hz.`,
    );
    wave.paint((plot, colours) => drawWave(plot, colours, value));
    fold.paint((plot, colours) => drawFold(plot, colours, value));
  });
  return () => ui.dispose();
}

export default { render };
