// Sounds in step at one level, with instant switching; and a blind ABX test of two.
import { floats } from "./engine.js";
import { button, choice, clamp, dragging, make, slider } from "./ui.js";
import { Plot } from "./draw.js";
import { buffersOf, inStep } from "./in_step.js";
import { shell } from "./shell.js";

const COLUMNS = 600;

// Chance to be right at least so often by guessing.
function pValue(correct, answered) {
  let ways = 1, sum = 0;                              // ways: answered over k
  for (let k = 0; k <= answered; k++) {
    if (k >= correct) sum += ways;
    ways = ways * (answered - k) / (k + 1);
  }
  return sum / 2 ** answered;
}

function render({ model, el }) {
  const rates = model.get("rates"), labels = model.get("labels"), drawn = model.get("drawn"), isTest = drawn.length > 0;
  const sounds = model.get("sounds").map((view, i) => ({ samples: floats(view), rate: rates[i] }));
  const duration = Math.max(...sounds.map(({ samples, rate }) => samples.length / rate));
  const indexOf = (value) => value.heard === 2 && isTest ? drawn[Math.min(value.answers.length, drawn.length - 1)] : value.heard;
  let from = 0;
  const graph = (context, value) => {
    const made = inStep(context, {
      buffers: buffersOf(context, sounds), heard: indexOf(value), offset: from, loop: value.loop,
      ended: () => { from = 0; ui.stop(); },
    });
    return { ...made, set: (changed) => made.set(indexOf(changed)) };
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph, kernel: false });
  const seek = (s) => { from = clamp(s, 0, duration - 0.01); if (ui.player.isPlaying) ui.play(); view.position(from); };
  const names = isTest ? [`A: ${labels[0]}`, `B: ${labels[1]}`, "X: which?"] : labels.map((label, i) => `${i + 1}: ${label}`);
  const hear = (i) => { if (i < names.length) ui.change({ heard: i }, true); };
  const heard = choice("Which sound is heard", Object.fromEntries(names.map((name, i) => [`heard-${i}`, name])),
    (key) => hear(Number(key.slice(6))));
  const loop = button("Loop", () => { ui.change({ loop: !ui.value.loop }, true); if (ui.player.isPlaying) seek(now()); });
  const now = () => ui.player.sounding?.made.position?.() ?? from;
  const position = slider({ name: "position_s", label: "position (s)", minimum: 0, maximum: duration, unit: "s", curve: "linear",
    description: "where all of them are" }, { value: 0, change: seek, words: (_, x) => `${x.toFixed(1)} of ${duration.toFixed(1)} seconds` });
  ui.stage.append(heard.element);
  ui.extras.append(loop);
  const test = isTest ? testView(ui, drawn, labels) : null, waves = isTest ? null : waveforms(ui, sounds, labels, duration, seek);
  const view = { position(s) { position.show(s); waves?.position(s); } };
  ui.rows.append(position.element);
  ui.root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const i = isTest ? "abx".indexOf(event.key.toLowerCase()) : Number(event.key) - 1;
    if (event.key.length !== 1 || !(i >= 0)) return;
    hear(i);
    event.preventDefault();
  });

  const show = (value) => {
    heard.show(`heard-${value.heard}`);
    loop.setAttribute("aria-pressed", value.loop);
    waves?.show(value);
    test?.show(value);
    if (ui.player.isPlaying) tell(value);
  };
  const tell = (value) => ui.say(`You hear ${names[value.heard]}, all at ${model.get("level_db").toFixed(1)} dB.`);
  const start = ui.play;
  ui.play = async () => { await start(); if (ui.player.isPlaying) tell(ui.value); };
  ui.onValue(show);
  const clock = setInterval(() => { if (ui.player.isPlaying) view.position(now()); }, 50);
  return () => { clearInterval(clock); ui.dispose(); };
}

// One waveform below the other; a click goes there.
function waveforms(ui, sounds, labels, duration, seek) {
  let at = 0, heard = 0;
  const plots = sounds.map(({ samples, rate }, i) => {
    const last = i === sounds.length - 1, plot = new Plot({
      height: last ? 88 : 54, left: 100, label: labels[i], x: { min: 0, max: duration, label: last ? "time (s)" : "", ticks: last ? undefined : [] },
      y: { min: -1, max: 1, ticks: [{ at: 0, text: short(labels[i]) }] },
    });
    plot.bottom = last ? 34 : 4;
    const size = Math.max(1, Math.floor(samples.length / COLUMNS)), top = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
    const peaks = Array.from({ length: Math.ceil(samples.length / size) }, (_, c) =>
      samples.subarray(c * size, (c + 1) * size).reduce((most, x) => Math.max(most, Math.abs(x)), 0) / top);
    ui.stage.append(plot.element);
    plot.describe(`Waveform of ${labels[i]}, ${(samples.length / rate).toFixed(1)} seconds.`);
    dragging(plot.canvas, (u) => seek(plot.valueAt(u * plot.width, 0).x));
    plot.paint((p, colours) => {
      const colour = i === heard ? colours.a : colours.quiet;
      peaks.forEach((peak, c) => p.box(c * size / rate, -peak, (c + 1) * size / rate, peak, colour, i === heard ? 1 : 0.45));
      p.line([at, at], [-1, 1], colours.b, { width: 2 });
    });
    return plot;
  });
  return {
    position(s) { at = s; plots.forEach((plot) => plot.refresh()); },
    show(value) { heard = value.heard; plots.forEach((plot) => plot.refresh()); },
  };
}

const short = (text) => text.length > 15 ? `${text.slice(0, 14)}…` : text;

// The test: votes, where it stands, and at the end what it says.
function testView(ui, drawn, labels) {
  const where = make("div", { class: "ddsp-note", role: "status" }), dots = make("div", { class: "ddsp-trials", "aria-hidden": "true" });
  const vote = (answer) => {
    ui.stop();                                        // X may change: never while it sounds
    ui.change({ answers: [...ui.value.answers, answer], heard: 0 }, true);
  };
  const votes = [0, 1].map((answer) => button(`X is ${"AB"[answer]}`, () => vote(answer)));
  ui.stage.append(make("div", { class: "ddsp-toolbar" }, ...votes, dots), where);
  return {
    show({ answers }) {
      const over = answers.length >= drawn.length, correct = answers.filter((answer, i) => answer === drawn[i]).length;
      votes.forEach((one) => { one.disabled = over; });
      dots.replaceChildren(...drawn.map((x, i) => {
        const state = i >= answers.length ? "open" : !over ? "given" : answers[i] === x ? "right" : "wrong";
        return make("span", { "data-state": state }, { open: "○", given: "●", right: "✓", wrong: "✗" }[state]);
      }));
      where.textContent = over ? verdict(correct, answers.length, labels) :
        `Trial ${answers.length + 1} of ${drawn.length}. Keys A, B and X switch; what was right is told at the end.`;
    },
  };
}

function verdict(correct, answered, labels) {
  const p = pValue(correct, answered), percent = p < 0.001 ? "less than 0.1" : (100 * p).toFixed(1);
  return `${correct} of ${answered} right. Who only guesses does as well or better in ${percent} % of such tests (p = ${p.toPrecision(2)}). ${
    p < 0.05 ? `You very likely hear a difference between ${labels[0]} and ${labels[1]}.` :
      "This does not show that you hear a difference; it does not show the contrary either."}`;
}

export default { render };
