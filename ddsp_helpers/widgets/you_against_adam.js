// Match a sound by hand, then let gradient descent try; and a ball on the landscape of the loss.
import { Player, bufferGraph, floats } from "./engine.js";
import { controlGraph, renderControls } from "./control_synth.js";
import { SpectralLoss } from "./spectral_loss.js";
import { Plot } from "./draw.js";
import { button, clamp, dragging, make, slider, toUnit } from "./ui.js";
import { controlsOf, shell } from "./shell.js";
import { amplitudeOf, dbOf, number, pitch } from "./words.js";

const SLOW = "The kernel is slow or busy; your knobs go on sounding in the browser.";
const CHUNK = 24;                                   // points of the landscape in one question

// The controls of tone.py's Tone: what the five knobs mean.
function toneControls(value, facts) {
  const { envelope, contour, n_harmonics: harmonics, n_noise_bands: bands, sample_rate: rate } = facts;
  const frames = envelope.length, f0Hz = Float32Array.from(contour, (x) => x * value.f0_hz);
  const amplitudes = new Float32Array(frames * harmonics), noise = new Float32Array(frames * bands);
  const shares = Array.from({ length: harmonics }, (_, i) =>
    amplitudeOf(value.slope_db * Math.log2(i + 1) + (i % 2 ? value.even_db : 0)));
  for (let t = 0; t < frames; t++) {
    const audible = Math.min(harmonics, Math.ceil(rate / 2 / f0Hz[t]) - 1);
    const sum = shares.slice(0, audible).reduce((total, x) => total + x, 0);
    for (let k = 0; k < audible; k++) amplitudes[t * harmonics + k] = amplitudeOf(value.amplitude_db) * envelope[t] * shares[k] / sum;
    noise.fill(amplitudeOf(value.noise_db) * envelope[t], t * bands, (t + 1) * bands);
  }
  return { f0Hz, amplitudes, noise };
}

function render({ model, el }) {
  const facts = model.get("facts"), controls = controlsOf(model), names = Object.keys(controls);
  const target = floats(model.get("target_pcm")), rate = facts.sample_rate, tone = (value) => toneControls(value, facts);
  const estimate = new SpectralLoss(target, rate);
  const graph = controlGraph(facts, tone);
  const ui = shell({ model, el }, { title: model.get("heading"), graph });
  const adam = { rows: [], running: false, get last() { return this.rows[this.rows.length - 1]; } };
  let tries = [...model.get("tries")], judged = tries[tries.length - 1] ?? null;

  const others = [
    toggle("Target", () => [(context) => bufferGraph(context, target, rate)]),
    toggle("Adam", () => [graph, adam.last ?? ui.value]),
  ];
  ui.extras.append(...others.map((one) => one.button));
  const spectrum = spectrumPlot(facts, estimate.targets[0]);
  ui.stage.append(spectrum.element, legend());

  const turned = new Set(model.get("turns")), rows = names.map((name) => {
    const row = slider(controls[name], { value: ui.value[name], change: (x, final) => ui.change({ [name]: x }, final) });
    const ghost = make("div", { class: "ddsp-ghost", "aria-hidden": "true", hidden: true });
    const box = make("input", { type: "checkbox", "aria-label": `Adam may turn ${controls[name].label}`, checked: turned.has(name),
      onchange: () => { box.checked ? turned.add(name) : turned.delete(name); } });
    row.track.append(ghost);
    ui.rows.append(make("div", { class: "ddsp-turned" }, box, row.element));
    return { name, row, ghost, box };
  });

  const tell = make("output", { class: "ddsp-losses", "aria-live": "off" });
  const go = button("▶ Let Adam try", () => adam.running ? (adam.running = false) : race());
  const take = button("Take Adam's knobs", () => ui.change(knobsOf(adam.last), true), { disabled: true });
  const curves = new Plot({ height: 130, label: "", x: { min: 0, max: facts.steps, label: "Adam's step, your try" }, y: { min: 0, max: 12, label: "loss" } });
  const hint = make("p", { class: "ddsp-note" }, "☑ left of a knob: Adam may turn it. Its needle is the ring.");
  ui.root.insertBefore(make("div", {}, hint, make("div", { class: "ddsp-head" }, go, take, tell), curves.element), ui.root.lastChild);
  const hills = landscape({ model, ui, facts, pitchControl: controls.f0_hz });
  ui.root.insertBefore(hills.element, ui.root.lastChild);

  function toggle(text, what) {
    const one = button(`▶ ${text}`, () => one.player.isPlaying ? one.player.stop() : one.player.play(...what()), { "aria-pressed": "false" });
    one.player = new Player((playing) => {
      one.textContent = `${playing ? "■" : "▶"} ${text}`;
      one.setAttribute("aria-pressed", playing);
    });
    return { button: one, player: one.player };
  }

  const knobsOf = (row) => Object.fromEntries(names.map((name) => [name, row[name]]));

  function paint() {
    const { value } = ui;
    rows.forEach(({ name, row, ghost }) => {
      row.show(value[name]);
      ghost.hidden = !adam.last;
      if (adam.last) ghost.style.left = `${100 * clamp(toUnit(controls[name], adam.last[name]), 0, 1)}%`;
    });
    spectrum.show(value, adam.last);
    take.disabled = !adam.last;
    curves.y.max = Math.max(4, 1.08 * Math.max(...tries.map((row) => row.loss), ...adam.rows.map((row) => row.loss), 0));
    curves.x.max = Math.max(facts.steps, tries.length - 1);
    curves.paint((plot, colours) => {
      plot.line(adam.rows.map((row) => row.step), adam.rows.map((row) => row.loss), colours.b, { dash: [6, 3] });
      plot.line(tries.map((_, i) => i), tries.map((row) => row.loss), colours.a);
      plot.dots(tries.map((_, i) => i), tries.map((row) => row.loss), colours.a);
    });
    curves.describe(`Loss. ${tries.length} tries of yours${tries.length ? `, the best ${best(tries)}` : ""}. ` +
      `${adam.rows.length} steps of Adam${adam.rows.length ? `, the best ${best(adam.rows)}` : ""}.`);
    say();
  }

  const best = (some) => Math.min(...some.map((row) => row.loss)).toFixed(2);
  const same = (a, b) => names.every((name) => Math.abs(toUnit(controls[name], a[name]) - toUnit(controls[name], b[name])) < 1e-6);

  // The kernel's loss where it is known; while a knob moves, the browser's estimate.
  function say() {
    const known = judged && same(judged, ui.value);
    const mine = known ? `${judged.loss.toFixed(2)}` : `≈ ${estimate.of(renderControls(facts, tone(ui.value))).toFixed(2)} (browser's estimate)`;
    tell.textContent = `Loss: yours ${mine}${adam.last ? ` · Adam ${adam.last.loss.toFixed(2)}` : ""}`;
  }

  let waiting = false;
  function soon() {                                  // at most one picture and one estimate a frame
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  async function judge() {
    const value = { ...ui.value };
    try {
      const { content } = await ui.ask({ kind: "judge", value }, { late: () => ui.say(SLOW) });
      judged = { loss: content.loss, ...value };
      tries = [...tries, judged];
      soon();
    } catch (error) {
      ui.say(`The kernel could not judge this: ${error.message}`);
    }
  }

  function step(some) {
    if (some[0]?.step === 0) adam.rows = [];
    adam.rows = [...adam.rows, ...some];
    if (adam.last) others[1].player.set(adam.last);
    soon();
  }

  async function race() {
    adam.running = true;
    go.textContent = "■ Stop Adam";
    ui.say("Adam goes down from your knobs. ▶ Adam lets you hear it.");
    let question = { kind: "adam", begin: true, value: ui.value, turns: [...turned] };
    try {
      for (let done = false; !done; question = { kind: "adam", stop: !adam.running }) {
        const { content } = await ui.ask(question, { late: () => ui.say(SLOW) });
        step(content.rows);
        done = content.done;
      }
      const fixed = names.filter((name) => !turned.has(name)).map((name) => controls[name].label);
      ui.say(`Adam ends at ${adam.last.loss.toFixed(2)}${fixed.length ? `; it had to leave ${fixed.join(", ")} to you` : ""}.`);
    } catch (error) {
      ui.say(`Adam stopped: ${error.message}`);
    }
    adam.running = false;
    go.textContent = "▶ Let Adam try";
  }

  const heard = (content) => { if (content?.kind === "adam" && !content.id) step(content.rows); };
  const turns = () => {
    turned.clear();
    model.get("turns").forEach((name) => turned.add(name));
    rows.forEach(({ name, box }) => { box.checked = turned.has(name); });
  };
  model.on("msg:custom", heard);
  model.on("change:value", judge);
  model.on("change:turns", turns);
  adam.rows = [...model.get("history")];
  ui.onValue(soon);
  if (!tries.length) judge();
  return () => {
    model.off("msg:custom", heard);
    model.off("change:value", judge);
    model.off("change:turns", turns);
    others.forEach((one) => one.player.stop());
    ui.dispose();
  };
}

function legend() {
  return make("p", { class: "ddsp-note" }, "Grey: the target. Blue sticks: your harmonics, blue line: your noise. Orange rings: Adam's harmonics.");
}

// Target, knobs and Adam as spectra; a sine of amplitude 1 is at 0 dB.
function spectrumPlot(facts, magnitudes) {
  const bins = 1025, size = 2048, frames = magnitudes.length / bins, rate = facts.sample_rate;
  const target = Array.from({ length: bins }, (_, k) => {
    let power = 0;
    for (let t = 0; t < frames; t++) power += magnitudes[t * bins + k] ** 2;
    return dbOf(Math.sqrt(power / frames) * 4 / size);
  });
  const hz = target.map((_, k) => k * rate / size), most = 5000;
  const level = dbOf(Math.sqrt(facts.envelope.reduce((sum, x) => sum + x * x, 0) / facts.envelope.length));
  const plot = new Plot({ height: 190, label: "", x: { min: 0, max: most, label: "frequency (Hz)" }, y: { min: -110, max: 0, label: "level (dB)", ticks: [-100, -80, -60, -40, -20, 0] } });
  const sticks = (value) => {
    const { f0Hz, amplitudes } = toneControls(value, { ...facts, envelope: [1], contour: [1] });
    return Array.from(amplitudes, (a, i) => ({ hz: (i + 1) * f0Hz[0], db: dbOf(a) + level })).filter((one) => one.hz < most && one.db > -108);
  };
  plot.right = 20;
  const show = (value, adam) => {
    const mine = sticks(value), theirs = adam ? sticks(adam) : [], floor = value.noise_db + level + 10 * Math.log10(2 / size);
    plot.paint((plot, colours) => {
      const { pen } = plot;
      pen.beginPath();
      pen.moveTo(plot.toX(0), plot.toY(-110));
      hz.forEach((x, i) => pen.lineTo(plot.toX(x), plot.toY(Math.max(-110, target[i]))));
      pen.lineTo(plot.toX(hz[bins - 1]), plot.toY(-110));
      Object.assign(pen, { fillStyle: colours.quiet, globalAlpha: 0.35 });
      pen.fill();
      pen.globalAlpha = 1;
      plot.line([0, most], [floor, floor], colours.a, { width: 1.4, dash: [3, 3] });
      mine.forEach((one) => plot.stick(one.hz, one.db, colours.a, { width: 3 }));
      Object.assign(pen, { strokeStyle: colours.b, lineWidth: 2 });
      theirs.forEach((one) => { pen.beginPath(); pen.arc(plot.toX(one.hz), plot.toY(one.db), 4.5, 0, 7); pen.stroke(); });
    });
    const told = (some) => some.slice(0, 3).map((one) => `${number(one.hz)} Hz at ${one.db.toFixed(0)} dB`).join(", ");
    plot.describe(`Spectra. Yours begins with ${told(mine)}; noise at ${value.noise_db.toFixed(0)} dB.${adam ? ` Adam's begins with ${told(theirs)}.` : ""}`);
  };
  return { element: plot.element, show };
}

// The way of a ball, as tone.py's roll: down the mean slope under it, in steps halved whenever it turns round.
function roll(cents, loss, start, { width = 10, step = 15, least = 1, longest = 400 } = {}) {
  const low = cents[0], high = cents[cents.length - 1], path = [clamp(start, low, high)];
  for (let way = 0; path.length <= longest && step >= least;) {
    const at = path[path.length - 1], turned = way;
    way = -Math.sign(between(cents, loss, at + width) - between(cents, loss, at - width));
    if (way === 0) break;
    if (turned === -way) step /= 2;
    const next = clamp(at + way * step, low, high);
    path.push(next);
    if (next === at) break;
  }
  return path;
}

// Straight lines between the points, held beyond the ends.
function between(xs, ys, x) {
  const at = (clamp(x, xs[0], xs[xs.length - 1]) - xs[0]) / (xs[1] - xs[0]), i = Math.min(xs.length - 2, Math.floor(at));
  return ys[i] + (at - i) * (ys[i + 1] - ys[i]);
}

function landscape({ model, ui, facts, pitchControl }) {
  const low = pitchControl.minimum, high = pitchControl.maximum, octave = [0.5, 0.75, 1, 1.5, 2].map((x) => x * facts.f0_hz);
  const plot = new Plot({ height: 190, label: "", interactive: true, y: { min: 0, max: 12, label: "loss" },
    x: { min: low, max: high, log: true, label: "f0 (Hz)", ticks: octave.map((hz) => ({ at: hz, text: hz.toFixed(0) })) } });
  plot.right = 20;
  const cover = make("div", { class: "ddsp-bars" });
  const draw = button("Draw the landscape at my other knobs", () => grow());
  const words = make("p", { class: "ddsp-note", "aria-live": "polite" }, "The loss at every pitch of two octaves, all other knobs as you have them; a ball on it sees only the slope under it.");
  const ball = slider({ ...pitchControl, name: "ball_hz", label: "ball starts at", description: "where the ball is let go" },
    { label: "ball starts at", value: ui.value.f0_hz, change: (hz, final) => { put(hz); if (final) go(hz); } });
  const element = make("details", { class: "ddsp-more", open: true }, make("summary", {}, "The landscape over f0"), draw, plot.element, ball.element, words);
  plot.element.append(cover);
  let hills = model.get("hills"), at = ui.value.f0_hz, trail = [], turn = 0;

  const cents = () => hills.f0_hz.map((hz) => 1200 * Math.log2(hz / facts.f0_hz));
  const lossAt = (hz) => between(cents(), hills.loss, 1200 * Math.log2(hz / facts.f0_hz));
  const ready = () => hills.loss?.length > 1;

  function paint() {
    Object.assign(cover.style, { left: `${plot.left}px`, right: `${plot.right}px`, top: `${plot.top}px`, bottom: `${plot.bottom}px` });
    if (ready()) {
      const lowest = Math.min(...hills.loss), highest = Math.max(...hills.loss), room = 0.12 * (highest - lowest) + 0.01;
      Object.assign(plot.y, { min: lowest - room, max: highest + room });
    }
    plot.paint((plot, colours) => {
      if (!ready()) return;
      plot.line(hills.f0_hz, hills.loss, colours.ink, { width: 1.6 });
      plot.line(trail, trail.map(lossAt), colours.b, { width: 3 });
      const { pen } = plot, x = plot.toX(at), y = plot.toY(lossAt(at)) - 9;
      const shade = pen.createRadialGradient(x - 3, y - 3, 1, x, y, 9);
      shade.addColorStop(0, "#fff");
      shade.addColorStop(0.35, colours.b);
      shade.addColorStop(1, colours.b);
      Object.assign(pen, { fillStyle: shade, strokeStyle: colours.ink, lineWidth: 1 });
      pen.beginPath();
      pen.arc(x, y, 8, 0, 7);
      pen.fill();
      pen.stroke();
    });
    const deepest = ready() && hills.f0_hz[hills.loss.indexOf(Math.min(...hills.loss))];
    plot.describe(ready() ? `Loss over f0 from ${number(low)} to ${number(high)} Hz, deepest at ${pitch(deepest)}; the ball is at ${pitch(at)}.`
      : "The landscape is not drawn yet.");
  }

  function put(hz) {
    turn++;
    at = hz;
    trail = [];
    ball.show(hz);
    paint();
  }

  // Lets go: the way is computed at once and shown step by step.
  function go(start) {
    if (!ready()) { words.textContent = "Draw the landscape first."; return; }
    const path = roll(cents(), hills.loss, 1200 * Math.log2(start / facts.f0_hz)).map((x) => facts.f0_hz * 2 ** (x / 1200));
    along(path);
  }

  function along(path) {
    const mine = ++turn, still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let i = 0;
    const tick = () => {
      if (mine !== turn) return;
      i = still ? path.length - 1 : Math.min(path.length - 1, i + 1);
      at = path[i];
      trail = path.slice(0, i + 1);
      ball.show(at);
      paint();
      if (i < path.length - 1) setTimeout(() => requestAnimationFrame(tick), 20);
      else ended(path[path.length - 1]);
    };
    tick();
  }

  function ended(hz) {
    const lowest = Math.min(...hills.loss), deepest = hills.f0_hz[hills.loss.indexOf(lowest)];
    const there = Math.abs(1200 * Math.log2(hz / deepest)) < 15;
    words.textContent = there ? `The ball found the deepest point: ${pitch(hz)}, loss ${lossAt(hz).toFixed(2)}.`
      : `The ball is stuck at ${pitch(hz)}, loss ${lossAt(hz).toFixed(2)}. The deepest point, ${lowest.toFixed(2)}, is at ${pitch(deepest)}.`;
  }

  async function grow() {
    const value = { ...ui.value }, found = { f0_hz: [], loss: [] };
    draw.disabled = true;
    try {
      for (let start = 0, total = 1; start < total; start += CHUNK) {
        const { content } = await ui.ask({ kind: "hills", start, stop: start + CHUNK, value }, { late: () => { words.textContent = SLOW; } });
        total = content.total;
        found.f0_hz.push(...content.f0_hz);
        found.loss.push(...content.loss);
        hills = found;
        words.textContent = `${found.loss.length} of ${total} points`;
        paint();
      }
      words.textContent = "Drag the ball, let it go, and see where it stops.";
    } catch (error) {
      words.textContent = `The kernel could not draw it: ${error.message}`;
    }
    draw.disabled = false;
  }

  dragging(cover, (u) => put(low * (high / low) ** u), () => go(at));
  model.on("change:hills", () => { hills = model.get("hills"); paint(); });
  model.on("msg:custom", (content) => { if (content?.kind === "ball") along(content.way.map((row) => row.f0_hz)); });
  ui.onValue(paint);
  return { element };
}

export default { render };
