// A spectrogram to listen into: the frame under the pointer sounds on; a rectangle of time and frequency sounds alone.
import { bufferGraph, floats, kernelNode } from "./engine.js";
import { choice, clamp, dragging, make, slider } from "./ui.js";
import { Plot } from "./draw.js";
import { drawSpectrogram, masked, partials, spectrogram, windowSize } from "./spectra.js";
import { controlsOf, shell } from "./shell.js";
import { dbOf, decibels, number, pitch, seconds } from "./words.js";

const EDGES = ["start_s", "end_s", "low_hz", "high_hz"];
const REDRAW_MS = 90;

// A sum of sines that changes into another within 30 ms; a sine that goes on keeps its phase.
class SineBank {
  constructor(sampleRate, sines) {
    this.sampleRate = sampleRate;
    this.length = Math.round(0.03 * sampleRate);
    this.left = 0;
    this.now = this.bank(sines, []);
    this.next = null;
    this.waiting = null;
  }

  bank(sines, before) {
    return sines.map(({ hz, amplitude }) => {
      const old = before.find((one) => Math.abs(one.hz / hz - 1) < 0.02);
      return { hz, amplitude, cycles: old ? old.cycles : 0 };
    });
  }

  set(sines) { this.waiting = sines; }

  sample(bank) {
    let sum = 0;
    for (const one of bank) {
      sum += one.amplitude * Math.sin(2 * Math.PI * one.cycles);
      one.cycles += one.hz / this.sampleRate;
      one.cycles -= Math.floor(one.cycles);
    }
    return sum;
  }

  process(output) {
    for (let i = 0; i < output.length; i++) {
      if (!this.next && this.waiting) {
        this.next = this.bank(this.waiting, this.now);
        this.waiting = null;
        this.left = this.length;
      }
      if (!this.next) { output[i] = this.sample(this.now); continue; }
      const u = 1 - --this.left / this.length;
      output[i] = (1 - u) * this.sample(this.now) + u * this.sample(this.next);
      if (this.left === 0) { this.now = this.next; this.next = null; }
    }
  }
}

// What is heard of a sound: value.listen "frame" or "region".
function scrubGraph(samples, rate) {
  return async (context, value) => {
    const output = new GainNode(context), isFrame = (v) => v.listen === "frame";
    const sinesOf = (v) => isFrame(v) ? partials(samples, rate, v.time_s) : [];
    const bank = await kernelNode(context, SineBank, sinesOf(value));
    let region = null, key = "", clock = null;
    const play = (v) => {
      region?.dispose();
      region = null;
      if (isFrame(v)) return;
      region = regionGraph(context, samples, rate, v);
      region.output.connect(output);
      region.start();
    };
    bank.node.connect(output);
    return {
      output,
      start: () => { key = keyOf(value); play(value); },
      set(v) {
        if (key === keyOf(v)) return;
        key = keyOf(v);
        bank.set(sinesOf(v));
        clearTimeout(clock);
        clock = setTimeout(() => play(v), isFrame(v) ? 0 : REDRAW_MS);
      },
      dispose() { clearTimeout(clock); region?.dispose(); bank.dispose(); output.disconnect(); },
    };
  };
}

const keyOf = (v) => v.listen === "frame" ? `${v.time_s}` : EDGES.map((name) => v[name]).join();

// The rectangle alone in a loop, from half a window before it to half a window after.
function regionGraph(context, samples, rate, v) {
  const alone = masked(samples, rate, { startS: v.start_s, endS: v.end_s, lowHz: v.low_hz, highHz: v.high_hz });
  const around = windowSize(rate) / 2, first = Math.max(0, Math.floor(v.start_s * rate - around));
  return bufferGraph(context, alone.slice(first, Math.max(first + 1, Math.floor(v.end_s * rate + around))), rate);
}

function render({ model, el }) {
  const samples = floats(model.get("samples")), rate = model.get("rate"), controls = controlsOf(model);
  const ui = shell({ model, el }, { title: model.get("heading"), graph: scrubGraph(samples, rate) });
  const mode = choice("What is heard", { frame: "Hold a frame", region: "Hear a rectangle" }, (listen) => ui.change({ listen }, true));
  ui.presets.append(mode.element);
  const map = new Plot({
    height: 250, left: 58, label: "spectrogram", x: { min: 0, max: controls.time_s.maximum, label: "time (s)" },
    y: { min: 0, max: controls.high_hz.maximum, label: "frequency (Hz)" },
  });
  const frame = new Plot({
    height: 120, left: 58, label: "spectrum of the frame", x: { min: 0, max: controls.high_hz.maximum, label: "frequency (Hz)" },
    y: { min: -80, max: 0, label: "level (dB)", ticks: [-80, -40, 0] },
  });
  const note = make("div", { class: "ddsp-note" });
  ui.stage.append(map.element, note, frame.element);
  const spectra = spectrogram(samples, rate);
  const image = drawSpectrogram(spectra, (share) => share * controls.high_hz.maximum);
  const rows = sliders(ui, controls);
  scrubbing(ui, map, controls);

  const show = (value) => {
    mode.show(value.listen);
    for (const [name, row] of rows) {
      row.element.hidden = (name === "time_s") !== (value.listen === "frame");
      row.show(value[name]);
    }
    frame.element.hidden = value.listen !== "frame";
    map.paint((plot) => {
      image.on(plot);
      if (value.listen === "frame") {
        plot.line([value.time_s, value.time_s], [0, controls.high_hz.maximum], "#000", { width: 4 });
        plot.line([value.time_s, value.time_s], [0, controls.high_hz.maximum], "#fff", { width: 2 });
      } else rectangle(plot, value);
    });
    const sines = value.listen === "frame" ? partials(samples, rate, value.time_s) : [];
    frame.paint((plot, colours) => {
      for (const { hz, amplitude } of sines) plot.stick(hz, Math.max(-80, dbOf(amplitude)), colours.a);
    });
    const words = value.listen === "frame" ? `Held: ${told(sines, value.time_s)}.` : `Heard: ${seconds(value.start_s)} to ${
      seconds(value.end_s)}, ${number(value.low_hz)} to ${number(value.high_hz)} Hz.`;
    note.textContent = words;
    rows[0][1].track.setAttribute("aria-valuetext", told(sines, value.time_s));
    frame.describe(`Spectrum of the frame. ${words}`);
    map.describe(`Spectrogram, ${number(controls.time_s.maximum)} seconds up to ${number(controls.high_hz.maximum)} hertz. ${words}`);
  };
  ui.onValue(show);
  return () => ui.dispose();
}

// "1.24 seconds: A4 + 3 cents, 441 Hz at -12.0 dB, 14 sines"
function told(sines, timeS) {
  if (!sines.length) return `${seconds(timeS)}: silence`;
  return `${seconds(timeS)}: strongest ${pitch(sines[0].hz)} at ${decibels(dbOf(sines[0].amplitude))}, ${sines.length} sines`;
}

// The keyboard's way: a slider for the frame, four for the rectangle, whose edges push each other.
function sliders(ui, controls) {
  return ["time_s", ...EDGES].map((name) => {
    const words = name.endsWith("_hz") ? (_, x) => pitch(x) : (_, x) => seconds(x);
    const change = (x, final) => {
      const other = { start_s: "end_s", end_s: "start_s", low_hz: "high_hz", high_hz: "low_hz" }[name];
      const pushed = other && (name === "start_s" || name === "low_hz" ? x > ui.value[other] : x < ui.value[other]);
      ui.change(pushed ? { [name]: x, [other]: x } : { [name]: x }, final);
    };
    const row = slider(controls[name], { value: ui.value[name], change, words });
    ui.rows.append(row.element);
    return [name, row];
  });
}

// The pointer's way: drag along the frames, or drag a rectangle open.  It sounds from the first touch on.
function scrubbing(ui, map, controls) {
  let from = null;
  map.canvas.style.cssText += "touch-action:none;cursor:crosshair";
  dragging(map.canvas, (u, v) => {
    const at = map.valueAt(u * map.width, (1 - v) * map.height);
    const s = clamp(at.x, 0, controls.time_s.maximum), hz = clamp(at.y, 0, controls.high_hz.maximum);
    if (ui.value.listen === "frame") ui.change({ time_s: s });
    else {
      from ??= { s, hz };
      ui.change({ start_s: Math.min(s, from.s), end_s: Math.max(s, from.s), low_hz: Math.min(hz, from.hz), high_hz: Math.max(hz, from.hz) });
    }
    if (!ui.player.isPlaying && ui.value.listen === "frame") ui.play();
  }, () => {
    from = null;
    ui.change({}, true);
    if (!ui.player.isPlaying) ui.play();
  });
}

function rectangle(plot, value) {
  const { pen } = plot, x = plot.toX(value.start_s), y = plot.toY(value.high_hz);
  const width = plot.toX(value.end_s) - x, height = plot.toY(value.low_hz) - y;
  pen.fillStyle = "rgba(0, 0, 0, 0.55)";                              // everything else is dimmed
  pen.beginPath();
  pen.rect(plot.left, plot.top, plot.innerWidth, plot.innerHeight);
  pen.rect(x, y, width, height);
  pen.fill("evenodd");
  Object.assign(pen, { strokeStyle: "#fff", lineWidth: 2 });
  pen.strokeRect(x, y, width, height);
}

export default { render };
