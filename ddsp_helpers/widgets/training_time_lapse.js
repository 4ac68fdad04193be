// A slider over the steps of a training: all sounds run in step, one is heard.
import { bufferGraph } from "./engine.js";
import { inStep } from "./in_step.js";
import { Plot } from "./draw.js";
import { drawSpectrogram, spectrogram } from "./spectra.js";
import { button, make, slider } from "./ui.js";
import { controlsOf, shell } from "./shell.js";

const STAY_MS = 1600;                                     // at each snapshot, when it runs by itself

// 16-bit samples from the kernel, cut into sounds of one length.
function unpack(view, length) {
  const numbers = new Int16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  return Array.from({ length: numbers.length / length }, (_, i) => Float32Array.from(numbers.subarray(i * length, (i + 1) * length), (x) => x / 32767));
}

function render({ model, el }) {
  const { rows, curve, length, sample_rate: rate, has_recording: hasRecording } = model.get("facts");
  const sounds = unpack(model.get("packed"), length), duration = length / rate, last = rows.length - 1;
  const heard = ({ index, original }) => original ? sounds.length - 1 : Math.round(index);
  let clock = () => null;
  const graph = (context, value) => {
    const made = inStep(context, { buffers: sounds.map((samples) => bufferGraph(context, samples, rate).buffer), heard: heard(value), loop: true });
    clock = made.position;
    return { ...made, set: (changed) => made.set(heard(changed)) };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph, kernel: false });

  const pictures = new Map(), line = make("div", { class: "ddsp-cursor", "aria-hidden": "true" });
  const spectra = new Plot({ height: 190, left: 50, label: "", x: { min: 0, max: duration, label: "time (s)" }, y: { min: 0, max: rate / 2000, label: "frequency (kHz)" } });
  const losses = new Plot({ height: 150, left: 50, label: "", ...lossAxes(rows, curve) });
  losses.right = spectra.right = 16;
  spectra.element.append(line);
  ui.stage.append(spectra.element, losses.element);

  const words = (_, index) => describe(rows[Math.round(index)]);
  const at = slider(controlsOf(model).index, { label: "training", value: ui.value.index, words, change: (index, final) => {
    rest();
    ui.change({ index, original: false }, final);
  } });
  at.element.classList.add("ddsp-wide");
  ui.rows.append(at.element);

  let timer = null;
  const run = button("▶▶ Run through the training", () => timer === null ? go() : rest());
  const original = button("The recording", () => { rest(); ui.change({ original: !ui.value.original }, true); }, { "aria-pressed": "false" });
  ui.presets.append(run, hasRecording ? original : "");

  function rest() {
    clearInterval(timer);
    timer = null;
    run.textContent = "▶▶ Run through the training";
  }

  // From the first snapshot, or from where the slider stands, to the last; the sound goes on at the same place.
  async function go() {
    ui.change({ index: ui.value.index >= last ? 0 : ui.value.index, original: false }, true);
    if (!ui.player.isPlaying) await ui.play();
    run.textContent = "■ Stay here";
    timer = setInterval(() => {
      if (ui.value.index >= last || !ui.player.isPlaying) rest();
      else ui.change({ index: ui.value.index + 1 }, true);
    }, STAY_MS);
  }

  function pictureOf(i) {
    if (!pictures.has(i)) pictures.set(i, drawSpectrogram(spectrogram(sounds[i], rate), (share) => share * rate / 2));
    return pictures.get(i);
  }

  ui.onValue((value) => {
    const index = Math.round(value.index), row = rows[index];
    at.show(value.index);
    original.setAttribute("aria-pressed", value.original);
    original.classList.toggle("ddsp-on", value.original);
    spectra.paint((plot, colours) => {
      pictureOf(heard(value)).on(plot);
      plot.text(value.original ? "the recording" : `step ${row.step.toLocaleString("en")}`, duration, 0.94 * plot.y.max, "#fff", { align: "right", dx: -8 });
    });
    spectra.describe(value.original ? "Spectrogram of the recording." : `Spectrogram at ${describe(row)}.`);
    losses.paint((plot, colours) => {
      const xs = curve.map((one) => one.step + 1);
      plot.line(xs, curve.map((one) => one.loss ?? NaN), colours.b, { dash: [6, 3] });
      plot.line(xs, curve.map((one) => one.held_out_loss ?? NaN), colours.a);
      plot.dots(xs, curve.map((one) => one.held_out_loss ?? NaN), colours.a, 2.6);
      rows.forEach((one, i) => plot.stick(one.step + 1, plot.y.min + 0.05 * (plot.y.max - plot.y.min), colours.quiet, { width: i === index ? 0 : 1.5 }));
      plot.stick(row.step + 1, plot.y.max, colours.ink, { width: 1.6, dash: [4, 3] });
      plot.text("held out", plot.x.max, plot.y.max, colours.a, { align: "right", dx: -6, dy: 8 });
      plot.text("training", plot.x.max, plot.y.max, colours.b, { align: "right", dx: -6, dy: 22 });
    });
    losses.describe(`Losses over ${rows[last].step} steps: ${curve.map((one) => `${(one.held_out_loss ?? NaN).toFixed(2)} held out at step ${one.step}`).join(", ") || "none measured"}.`);
  });

  let alive = true;
  const tick = () => {
    if (!alive) return;
    const s = ui.player.isPlaying ? clock() ?? 0 : 0;
    Object.assign(line.style, { left: `${spectra.left + (spectra.element.clientWidth - spectra.left - spectra.right) * s / duration}px`, top: `${spectra.top}px`, bottom: `${spectra.bottom}px` });
    line.hidden = !ui.player.isPlaying;
    requestAnimationFrame(tick);
  };
  tick();
  return () => { alive = false; rest(); ui.dispose(); };
}

// "step 410, 61 s, held-out loss 6.32"
function describe({ step, elapsed_s: elapsed, held_out_loss: loss }) {
  const parts = [`step ${step.toLocaleString("en")}`];
  if (elapsed) parts.push(elapsed < 90 ? `${elapsed.toFixed(0)} s` : `${(elapsed / 60).toFixed(1)} min`);
  if (loss !== null && loss !== undefined) parts.push(`held-out loss ${loss.toFixed(2)}`);
  return parts.join(", ");
}

// Steps on a logarithmic axis (plus one, so that step 0 has a place).
function lossAxes(rows, curve) {
  const known = curve.flatMap((row) => [row.loss, row.held_out_loss]).filter(Number.isFinite), most = rows[rows.length - 1].step + 1;
  const ticks = [0, 1, 10, 100, 1000, 10000, 100000].filter((step) => step < most).map((step) => ({ at: step + 1, text: step.toLocaleString("en") }));
  const low = known.length ? Math.min(...known) : 0, high = known.length ? Math.max(...known) : 1, room = 0.1 * (high - low) || 0.5;
  return { x: { min: 1, max: Math.max(2, most), log: true, label: "step", ticks }, y: { min: low - room, max: high + room, label: "loss" } };
}

export default { render };
