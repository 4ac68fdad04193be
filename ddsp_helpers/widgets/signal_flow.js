// The autoencoder as a flow of signals: every wire can be chosen, seen and heard; its parts can be muted or heard alone.
import { Player, bufferGraph, floats } from "./engine.js";
import { inStep } from "./in_step.js";
import { controlGraph } from "./control_synth.js";
import { Plot } from "./draw.js";
import { cividis, drawSpectrogram, spectrogram } from "./spectra.js";
import { button, clamp, dragging, keys, make, slider } from "./ui.js";
import { controlsOf, shell } from "./shell.js";
import { decibels, dbOf, amplitudeOf, number, pitch, seconds } from "./words.js";

const STEMS = ["harmonic", "noise", "reverb"];
const SVG = "http://www.w3.org/2000/svg";
const BOXES = [
  // name, x, y, width, height
  ["pitch", 18, 42, 116, 34], ["loudness", 196, 42, 116, 34], ["encode", 70, 140, 190, 34], ["decoder", 70, 212, 190, 44],
  ["controls", 70, 294, 190, 34], ["harmonics", 30, 388, 150, 42], ["filter", 206, 388, 108, 42], ["reverb", 70, 508, 190, 34],
];
// Where each wire runs, and where its words stand: name: [path, x, y, anchor, the shape in a line of its own].
const WIRES = {
  audio: ["M165 16 V26 M76 42 V26 H254 V42", 174, 14, "start"],
  f0_hz: ["M76 76 V120 H110 V140 M76 120 H8 V409 H30", 83, 94, "start", true],
  loudness_db: ["M254 76 V120 H220 V140", 247, 94, "end", true],
  encoded: ["M165 174 V212", 174, 197, "start"],
  outputs: ["M165 256 V294", 174, 279, "start"],
  amplitude: ["M84 328 V388", 78, 352, "end", true],
  harmonic_distribution: ["M160 328 V388", 166, 352, "start", true],
  noise_magnitudes: ["M246 328 V388", 252, 352, "start", true],
  harmonic: ["M105 430 V458 H151", 98, 448, "end", true],
  noise: ["M260 430 V458 H179", 267, 448, "start", true],
  sum: ["M165 472 V508", 174, 494, "start"],
  output: ["M165 542 V574", 174, 562, "start"],
};

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Of harmonic, noise, reverberated harmonic and reverberated noise: 0 or 1 each, as signal_flow.py's _gains.
function gains({ muted, solo }) {
  const heard = (part) => !muted.includes(part);
  const parts = ["harmonic", "noise"].map((part) => ["harmonic", "noise"].includes(solo) ? solo === part : heard(part));
  const dry = solo !== "reverb", wet = heard("reverb") || solo === "reverb";
  return [...parts.map((part) => Number(part && dry)), ...parts.map((part) => Number(part && wet))];
}

// Sounds added, each at its gain.
function mix(sounds, at) {
  const sum = new Float32Array(sounds[0].length);
  sounds.forEach((sound, s) => { if (at[s]) for (let i = 0; i < sum.length; i++) sum[i] += at[s] * sound[i]; });
  return sum;
}

// Everything that was sent, by name; sums are made here.
function unpack(numbers, told, { has_reverb }) {
  let at = 0;
  const next = (length) => numbers.subarray(at, at += length), found = {};
  for (const { name, shape } of told) if (!["sum", "output"].includes(name)) found[name] = next(shape.reduce((a, b) => a * b));
  const { harmonic, noise } = found, wet = has_reverb ? [next(harmonic.length), next(harmonic.length)] : [];
  return { ...found, sum: mix([harmonic, noise], [1, 1]), stems: [harmonic, noise, ...wet] };
}

function render({ model, el }) {
  const facts = model.get("facts"), told = Object.fromEntries(model.get("told").map((wire) => [wire.name, wire]));
  const data = unpack(floats(model.get("packed")), model.get("told"), facts), rate = facts.sample_rate;
  const names = Object.keys(told), parts = facts.has_reverb ? STEMS : STEMS.slice(0, 2), duration = facts.frames / facts.frame_rate;
  data.output = mix(data.stems, gains(model.get("value")));
  let clock = () => null;                                // where the sound is, seconds

  const stems = (context, value) => {
    const buffers = data.stems.map((samples) => bufferGraph(context, samples, rate).buffer);
    const made = inStep(context, { buffers, heard: gains(value), loop: true });
    clock = made.position;
    return { ...made, set: (changed) => made.set(gains(changed)) };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph: stems });
  const choose = (name, final = true) => ui.change({ wire: name }, final);
  const flow = drawFlow({ names, told, facts, choose });
  const panel = wirePanel({ ui, model, data, told, facts, duration, setClock: (f) => { clock = f; } });
  const mixer = make("div", { class: "ddsp-mixer", role: "group", "aria-label": "mixer" }, ...parts.flatMap((part) => {
    const mute = button("Mute", () => {
      const { muted } = ui.value;
      ui.change({ muted: muted.includes(part) ? muted.filter((one) => one !== part) : [...muted, part] }, true);
    }, { "aria-label": `Mute ${part}` });
    const solo = button("Solo", () => ui.change({ solo: ui.value.solo === part ? "" : part }, true), { "aria-label": `Solo ${part}` });
    ui.onValue(({ muted, solo: alone }) => {
      mute.setAttribute("aria-pressed", muted.includes(part));
      solo.setAttribute("aria-pressed", alone === part);
    });
    return [make("span", {}, part), mute, solo];
  }));
  ui.stage.append(make("div", { class: "ddsp-flow" }, flow.element, make("div", {}, panel.element, make("p", { class: "ddsp-note" }, "What ▶ Play lets you hear:"), mixer)));

  let shown = "";
  ui.onValue((value) => {
    const now = JSON.stringify([value.wire, ...(value.wire === "output" ? gains(value) : [])]);
    if (shown !== now) {
      data.output = mix(data.stems, gains(value));
      panel.show(value);
    }
    shown = now;
    flow.show(value);
    panel.cursor(value.time_s);
  });
  let alive = true;
  const tick = () => {
    if (!alive) return;
    const at = ui.player.isPlaying || panel.player.isPlaying ? clock() : null;
    panel.cursor(at ?? ui.value.time_s);
    requestAnimationFrame(tick);
  };
  tick();
  return () => { alive = false; panel.player.stop(); ui.dispose(); };
}

// The picture: boxes, and wires that are chosen like the buttons of a radio.
function drawFlow({ names, told, facts, choose }) {
  const root = svg("svg", { viewBox: told.audio ? "0 0 330 598" : "0 34 330 564", class: "ddsp-graph", role: "radiogroup", "aria-label": "wires of the autoencoder" });
  const wires = names.map((name) => {
    const [path, x, y, anchor, two] = WIRES[name], { shape, words } = told[name];
    const shorter = { harmonic_distribution: "distribution", noise_magnitudes: "noise bands" }[name] ?? name;
    const label = svg("text", { x, y, "text-anchor": anchor }, svg("tspan", { class: "ddsp-name" }, shorter),
      svg("tspan", two ? { x, dy: 13, class: "ddsp-shape" } : { dx: 6, class: "ddsp-shape" }, `[${shape.join(", ")}]`));
    const wire = svg("g", { class: "ddsp-wire", role: "radio", tabindex: -1, "data-wire": name, "aria-label": `${name}, [${shape.join(", ")}]: ${words}` },
      svg("path", { d: path, class: "ddsp-reach" }), svg("path", { d: path, class: "ddsp-line" }), label);
    wire.addEventListener("click", () => { choose(name); wire.focus(); });
    return wire;
  });
  const words = {
    encode: ["encode: scale"], controls: ["get_controls"],
    pitch: [told.audio ? "pitch tracker" : "a pitch curve"], loudness: [told.audio ? "loudness meter" : "a loudness curve"],
    decoder: [facts.decoder, `${facts.weights.toLocaleString("en")} weights: all that learns`],
    harmonics: ["harmonic synth", `${facts.n_harmonics} sines`], filter: ["noise synth", `${facts.n_noise_bands} bands`],
    reverb: [facts.has_reverb ? "reverb" : "no reverb"],
  };
  const box = ([name, x, y, width, height]) => {
    const [upper, lower] = words[name], off = name === "reverb" && !facts.has_reverb;
    const text = (dy, about, kind) => svg("text", { x: x + width / 2, y: y + height / 2 + dy, "text-anchor": "middle", class: kind }, about);
    return svg("g", { class: `ddsp-box ddsp-box-${off ? "off" : name}` }, svg("rect", { x, y, width, height, rx: 7 }),
      text(lower ? -3 : 4, upper, ""), ...(lower ? [text(12, lower, "ddsp-shape")] : []));
  };
  root.append(...wires, svg("circle", { cx: 165, cy: 458, r: 14, class: "ddsp-plus" }), svg("text", { x: 165, y: 464, "text-anchor": "middle", class: "ddsp-sign" }, "+"),
    ...BOXES.map(box), svg("text", { x: 165, y: 590, "text-anchor": "middle", class: "ddsp-shape" }, "to your ears"));
  root.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -names.length, End: names.length }[event.key];
    const now = names.indexOf(event.target.dataset?.wire);
    if (!by || now < 0) return;
    event.preventDefault();
    const next = Math.abs(by) > 1 ? clamp(now + by, 0, names.length - 1) : (now + by + names.length) % names.length;
    choose(names[next]);
    wires[next].focus();
  });
  const show = ({ wire, muted, solo }) => wires.forEach((one) => {
    const name = one.dataset.wire, chosen = name === wire;
    one.setAttribute("aria-checked", chosen);
    one.setAttribute("tabindex", chosen ? 0 : -1);
    const silent = ["harmonic", "noise"].includes(name) && (solo && solo !== "reverb" ? solo !== name : muted.includes(name));
    one.classList.toggle("ddsp-silent", silent);
  });
  return { element: root, show };
}

// One wire as a curve, a colour map or a spectrogram, with a cursor that says its value, and a player.
function wirePanel({ ui, model, data, told, facts, duration, setClock }) {
  const heading = make("strong", {}), words = make("p", { class: "ddsp-note" }), rate = facts.sample_rate;
  const frameAt = (s) => clamp(Math.round(s * facts.frame_rate), 0, facts.frames - 1);
  const row = (name, s) => {
    const channels = told[name].shape[2];
    return data[name].subarray(frameAt(s) * channels, (frameAt(s) + 1) * channels);
  };
  const plot = new Plot({ height: 210, left: 46, label: "", interactive: false, x: { min: 0, max: duration, label: "time (s)" }, y: { min: 0, max: 1 } });
  const line = make("div", { class: "ddsp-cursor", "aria-hidden": "true" });
  const listen = button("▶ Listen to this wire", () => player.isPlaying ? player.stop() : start());
  const player = new Player((playing) => {
    listen.textContent = playing ? "■ Stop" : "▶ Listen to this wire";
    listen.setAttribute("aria-pressed", playing);
  });
  const control = controlsOf(model).time_s;
  const time = slider({ ...control, label: "cursor" }, { value: ui.value.time_s, label: "cursor", words: (_, s) => `${seconds(s)}: ${say(ui.value.wire, s)}`,
    change: (s, final) => ui.change({ time_s: s }, final) });
  time.element.classList.add("ddsp-tall");
  plot.element.append(line);
  const element = make("div", { class: "ddsp-panel" }, heading, words, plot.element, time.element, listen);

  // A value of a wire as a musician says it.
  function say(name, s) {
    if (told[name].kind === "sound") {
      const at = Math.round(s * rate), part = data[name].subarray(Math.max(0, at - 400), at + 400);
      return decibels(dbOf(Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / Math.max(1, part.length))));
    }
    const x = row(name, s), strongest = x.reduce((best, v, i) => v > x[best] ? i : best, 0);
    if (name === "f0_hz") return pitch(x[0]);
    if (name === "loudness_db") return decibels(x[0]);
    if (name === "amplitude") return `${number(x[0])}, ${decibels(dbOf(x[0]))}`;
    if (name === "encoded") return `pitch ${number(x[0])}, loudness ${number(x[1])}`;
    if (name === "harmonic_distribution") return `harmonic ${strongest + 1} is strongest, ${(100 * x[strongest]).toFixed(0)} %`;
    if (name === "noise_magnitudes") return `strongest at ${number(strongest * rate / 2 / (x.length - 1))} Hz, ${decibels(dbOf(x[strongest]))}`;
    return `channel ${strongest + 1} is largest, ${number(x[strongest])}`;
  }

  // What a control sounds like when the others are held: pitch as a sine, loudness as noise, shares at one amplitude.
  function controlsOfWire(name) {
    const { frames, n_harmonics: harmonics, n_noise_bands: bands } = facts;
    const f0Hz = Float32Array.from(data.f0_hz, (hz) => Math.max(hz, 1)), noise = new Float32Array(frames * bands), amplitudes = new Float32Array(frames * harmonics);
    const first = (level) => { for (let t = 0; t < frames; t++) amplitudes[t * harmonics] = level(t); };
    if (name === "f0_hz") first(() => 0.2);
    if (name === "amplitude") first((t) => data.amplitude[t]);
    if (name === "encoded") first((t) => amplitudeOf(clamp(80 * (data.encoded[t * told.encoded.shape[2] + 1] - 1), -80, -6)));
    if (name === "harmonic_distribution") data.harmonic_distribution.forEach((share, i) => { amplitudes[i] = 0.2 * share; });
    if (name === "noise_magnitudes") noise.set(data.noise_magnitudes);
    if (name === "loudness_db") for (let t = 0; t < frames; t++) noise.fill(amplitudeOf(clamp(data.loudness_db[t], -80, -6)), t * bands, (t + 1) * bands);
    return { f0Hz, amplitudes, noise };
  }

  function start() {
    const { wire, time_s } = ui.value;
    if (told[wire].kind === "sound") {
      player.play((context) => {
        const { buffer } = bufferGraph(context, data[wire], rate), made = inStep(context, { buffers: [buffer], loop: true });
        setClock(made.position);
        return { ...made, set() {} };
      });
      return;
    }
    let frame = frameAt(time_s);
    setClock(() => frame / facts.frame_rate);
    player.play(controlGraph(facts, controlsOfWire, (heard) => { frame = heard.frame ?? frame; }), wire);
  }

  function show({ wire }) {
    const { words: about, unit, shape, kind } = told[wire];
    const held = { f0_hz: "Heard as a sine.", amplitude: "Heard as a sine of this amplitude.", encoded: "Heard as a sine.", loudness_db: "Heard as noise.",
      harmonic_distribution: "Heard at one amplitude.", outputs: "Nothing to hear yet." }[wire] ?? "";
    heading.textContent = `${wire}  [${shape.join(", ")}]`;
    words.textContent = `${about[0].toUpperCase()}${about.slice(1)}. ${held}`;
    listen.disabled = wire === "outputs";
    player.stop();
    Object.assign(plot, axes(wire));
    plot.paint(kind === "curve" ? curve(wire, shape[2]) : image(wire, kind));
    plot.describe(`${wire}${unit ? `, ${unit}` : ""}, over ${seconds(duration)}. At the cursor: ${say(wire, ui.value.time_s)}.`);
  }

  const extent = (name) => data[name].reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);

  function axes(name) {
    const { kind, shape, unit } = told[name], x = { min: 0, max: duration, label: "time (s)" };
    if (kind === "sound") return { x, y: { min: 0, max: rate / 2000, label: "frequency (kHz)" } };
    if (name === "noise_magnitudes") return { x, y: { min: 0, max: rate / 2000, label: "frequency (kHz)" } };
    if (kind === "map") return { x, y: { min: 0.5, max: (name === "harmonic_distribution" ? Math.min(40, shape[2]) : shape[2]) + 0.5, label: name === "outputs" ? "channel" : "harmonic" } };
    const [low, high] = extent(name), room = 0.08 * (high - low) || 0.1;
    return { x, y: { min: name === "f0_hz" ? Math.max(1, low - room) : low - room, max: high + room, label: unit ? `${name === "f0_hz" ? "f0" : "loudness"} (${unit})` : name } };
  }

  const curve = (name, channels) => (plot, colours) => {
    const times = Array.from({ length: facts.frames }, (_, t) => t / facts.frame_rate);
    for (let c = 0; c < channels; c++) {
      plot.line(times, times.map((_, t) => data[name][t * channels + c]), [colours.a, colours.b, colours.c][c % 3], { dash: c ? [6, 3] : [], width: 2 });
      if (name === "encoded") plot.text(["pitch", "loudness"][c] ?? "z", duration, data[name][(facts.frames - 1) * channels + c], [colours.a, colours.b, colours.c][c % 3], { align: "right", dy: -8 });
    }
  };

  // Sounds as spectrograms; controls as maps, those that are gains 60 dB deep.
  function image(name, kind) {
    if (kind === "sound") {
      const drawn = drawSpectrogram(spectrogram(data[name], rate), (share) => share * rate / 2);
      return (plot) => drawn.on(plot);
    }
    const raw = name === "outputs", canvas = colourMap(data[name], told[name].shape[2], raw ? (x) => x : dbOf, raw ? null : 60);
    return (plot) => {
      const top = plot.toY(name === "noise_magnitudes" ? plot.y.max : told[name].shape[2] + 0.5);
      plot.pen.imageSmoothingEnabled = false;
      plot.pen.drawImage(canvas, plot.toX(0), top, plot.innerWidth, plot.toY(plot.y.min) - top);
    };
  }

  function cursor(s) {
    Object.assign(line.style, { left: `${plot.left + (plot.element.clientWidth - plot.left - plot.right) * s / duration}px`, top: `${plot.top}px`, bottom: `${plot.bottom}px` });
    if (Math.abs(s - (cursor.last ?? -1)) > 0.05 || s === ui.value.time_s) time.show(clamp(s, 0, duration));
    cursor.last = s;
  }
  return { element, player, show, cursor };
}

// Values [frames * channels] as a canvas, channel 0 at the bottom; deep: how many units below the largest are shown.
function colourMap(values, channels, scale, deep) {
  const frames = values.length / channels, canvas = make("canvas", { width: frames, height: channels }), image = new ImageData(frames, channels);
  const shown = Float32Array.from(values, scale), high = shown.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = deep === null ? shown.reduce((a, b) => Math.min(a, b), Infinity) : high - deep;
  shown.forEach((x, i) => {
    const t = Math.floor(i / channels), c = i % channels;
    image.data.set([...cividis((x - low) / (high - low || 1)), 255], 4 * ((channels - 1 - c) * frames + t));
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export default { render };
