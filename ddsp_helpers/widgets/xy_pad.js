// A pad between four instruments: controls are mixed, and the sound of the mixture is made while the puck moves.
import { floats } from "./engine.js";
import { controlGraph } from "./control_synth.js";
import { Plot, theme } from "./draw.js";
import { button, clamp, dragging, keys, make } from "./ui.js";
import { shell } from "./shell.js";
import { dbOf, pitch } from "./words.js";

const CORNERS = [[0, 1], [1, 1], [0, 0], [1, 0]];      // in the order of the weights
const weightsOf = ({ x, y }) => [(1 - x) * y, x * y, (1 - x) * (1 - y), x * (1 - y)];

// The four sounds as they came: { f0Hz, amplitude, shares, noise } each.
function unpack(numbers, { frames, n_harmonics: harmonics, n_noise_bands: bands }) {
  let at = 0;
  const next = (length) => numbers.subarray(at, at += length);
  return CORNERS.map(() => ({ f0Hz: next(frames), amplitude: next(frames), shares: next(frames * harmonics), noise: next(frames * bands) }));
}

// Weighted means, of f0 the geometric one; a control synthesizer wants amplitude times distribution.
function mix(sounds, weights, { frames, n_harmonics: harmonics }) {
  const mean = (name) => {
    const sum = new Float32Array(sounds[0][name].length);
    sounds.forEach((sound, s) => {
      if (weights[s]) for (let i = 0; i < sum.length; i++) sum[i] += weights[s] * sound[name][i];
    });
    return sum;
  };
  const f0Hz = Float32Array.from({ length: frames }, (_, t) =>
    Math.exp(sounds.reduce((sum, sound, s) => sum + weights[s] * Math.log(sound.f0Hz[t]), 0)));
  const amplitude = mean("amplitude"), shares = mean("shares"), amplitudes = new Float32Array(shares.length);
  for (let i = 0; i < shares.length; i++) amplitudes[i] = amplitude[Math.floor(i / harmonics)] * shares[i];
  return { f0Hz, amplitudes, noise: mean("noise") };
}

function render({ model, el }) {
  const facts = model.get("facts"), names = model.get("names"), sounds = unpack(floats(model.get("packed")), facts);
  let mixed = null, frame = 0;
  const controls = (value) => (mixed = mix(sounds, weightsOf(value), facts));
  const graph = controlGraph(facts, controls, (heard) => { frame = heard.frame ?? frame; soon(); });
  const ui = shell({ model, el }, { title: model.get("heading"), graph });

  const puck = make("div", { class: "ddsp-puck", role: "slider", tabindex: "0", "aria-label": "place between the four instruments",
    "aria-roledescription": "two-dimensional pad", "data-control": "xy", "aria-valuemin": 0, "aria-valuemax": 1,
    title: "Arrows move it, with Shift finely; 1 to 4 jump to the corners, 0 to the middle" });
  const canvas = make("canvas", { "aria-hidden": "true" });
  const pad = make("div", { class: "ddsp-pad" }, canvas, puck);
  const shares = make("div", { class: "ddsp-shares", "aria-hidden": "true" });
  const harmonics = new Plot({ height: 150, left: 50, label: "", x: { min: 0.5, max: 30.5, label: "harmonic", ticks: [1, 5, 10, 15, 20, 25, 30] }, y: { min: -80, max: 0, label: "level (dB)", ticks: [-80, -60, -40, -20, 0] } });
  const jumps = make("div", { class: "ddsp-presets" }, ...names.map((name, i) => button(name, () => move(...CORNERS[i], true))), button("middle", () => move(0.5, 0.5, true)));
  ui.stage.append(make("div", { class: "ddsp-padded" }, pad, make("div", {}, shares, harmonics.element)), jumps);

  const move = (x, y, final) => ui.change({ x: clamp(x, 0, 1), y: clamp(y, 0, 1) }, final);
  dragging(pad, (x, y) => move(x, y, false), () => move(ui.value.x, ui.value.y, true));
  pad.addEventListener("pointerdown", () => puck.focus({ preventScroll: true }));
  keys(puck, (event) => {
    const { x, y } = ui.value, by = event.shiftKey ? 0.005 : 0.02;
    const wanted = { ArrowRight: [x + by, y], ArrowLeft: [x - by, y], ArrowUp: [x, y + by], ArrowDown: [x, y - by],
      PageUp: [x, y + 0.2], PageDown: [x, y - 0.2], Home: [0, y], End: [1, y],
      0: [0.5, 0.5], 1: CORNERS[0], 2: CORNERS[1], 3: CORNERS[2], 4: CORNERS[3] }[event.key];
    return event.ctrlKey || event.metaKey || event.altKey ? null : wanted;
  }, ([x, y], final) => move(x, y, final));

  let waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  function show() {
    const weights = weightsOf(ui.value), told = names.map((name, i) => `${name} ${Math.round(100 * weights[i])} %`);
    Object.assign(puck.style, { left: `${100 * ui.value.x}%`, top: `${100 * (1 - ui.value.y)}%` });
    puck.setAttribute("aria-valuenow", ui.value.x.toFixed(3));
    puck.setAttribute("aria-valuetext", told.join(", "));
    shares.replaceChildren(...names.flatMap((name, i) => {
      const bar = make("span", { class: "ddsp-share" }, make("span", {}));
      Object.assign(bar.firstChild.style, { width: `${100 * weights[i]}%`, background: tints()[i] });
      return [make("span", {}, name), bar, make("span", { class: "ddsp-readout" }, `${Math.round(100 * weights[i])} %`)];
    }));
    controls(ui.value);
    tint();
    soon();
  }

  const tints = () => { const { a, b, c, d } = theme(ui.root); return [a, b, c, d]; };

  // The four colours flow into each other by the same weights as the sounds.
  function tint() {
    const side = 60, pen = canvas.getContext("2d"), image = new ImageData(side, side), colours = tints().map(rgb);
    canvas.width = canvas.height = side;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const weights = weightsOf({ x: column / (side - 1), y: 1 - row / (side - 1) });
        const colour = [0, 1, 2].map((c) => weights.reduce((sum, w, i) => sum + w * colours[i][c], 0));
        image.data.set([...colour, 150], 4 * (row * side + column));
      }
    }
    pen.putImageData(image, 0, 0);
  }

  function paint() {
    const count = 30, first = frame * facts.n_harmonics, levels = Array.from(mixed.amplitudes.subarray(first, first + count), dbOf);
    harmonics.paint((plot, colours) => {
      levels.forEach((db, i) => { if (db > -80) plot.stick(i + 1, db, colours.a, { width: 6 }); });
      plot.text(`${(frame * facts.hop / facts.sample_rate).toFixed(1)} s, ${pitch(mixed.f0Hz[frame])}`, 30.5, -8, colours.quiet, { align: "right", dx: -4 });
    });
    harmonics.describe(`Harmonics at ${(frame * facts.hop / facts.sample_rate).toFixed(1)} seconds, ${pitch(mixed.f0Hz[frame])}; the first three at ${levels.slice(0, 3).map((db) => `${db.toFixed(0)} dB`).join(", ")}.`);
  }

  frame = loudest(sounds, facts.frames);
  CORNERS.forEach(([x, y], i) => {
    const name = make("span", { class: "ddsp-corner", "aria-hidden": "true" }, names[i]);
    Object.assign(name.style, { [x ? "right" : "left"]: "8px", [y ? "top" : "bottom"]: "6px" });
    pad.append(name);
  });
  ui.onValue(show);
  return () => ui.dispose();
}

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// The frame whose amplitudes sum to the most: what is drawn before anything plays.
function loudest(sounds, frames) {
  const sum = (t) => sounds.reduce((total, sound) => total + sound.amplitude[t], 0);
  return Array.from({ length: frames }, (_, t) => t).reduce((best, t) => sum(t) > sum(best) ? t : best, 0);
}

export default { render };
