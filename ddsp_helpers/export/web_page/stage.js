// The whole instrument as a part of a page: choose, sing or play, listen, record.  The exported page and the widget
// show it.
import { cards } from "./cards.js";
import { Keybed } from "./keybed.js";
import { Ribbon } from "./ribbon.js";
import { recordRow } from "./recordings.js";
import { sourceRow } from "./sources.js";
import { SETTINGS, Studio, renderFile } from "./studio.js";
import { button, choice, make, slider } from "./ui.js";

const control = (name, label, minimum, maximum, unit, start, description, step) => ({
  name,
  label,
  minimum,
  maximum,
  unit,
  curve: "linear",
  default: start,
  description,
  step,
});
const LOUDNESS = control(
  "loudness_shift_db",
  "Loudness",
  -20,
  20,
  "dB",
  0,
  "how loud the instrument is asked to play",
  1,
);
const VIBRATO = control(
  "vibrato_cents",
  "Vibrato",
  0,
  60,
  "cents",
  SETTINGS.vibrato_cents,
  "how far held keys swing in pitch; a voice brings its own",
  1,
);
const TUNE = control("autotune", "Autotune", 0, 100, "%", 0, "how far a voice is pulled to the nearest key", 1);
const OCTAVES = { "-2": "−2", "-1": "−1", "+0": "0", "+1": "+1", "+2": "+2" };

// Builds it in an element.  instruments: of instrumentOf; say(words): the status line; listening: whose keys play;
// changed(index): another instrument was chosen by hand.  Gives { studio, keybed, ribbon, choose(index),
// renderFile(file, rate), dispose() }.
export function stage(root, { instruments, rules, say, listening, changed = () => {} }) {
  const ribbon = new Ribbon();
  const studio = new Studio({ instruments, rules, told: (message) => ribbon.hear(message) });
  const keybed = new Keybed({ say, listening, play: (message) => guarded(() => play(message)) });
  const picker = cards(instruments, (index) => {
    choose(index);
    changed(index);
    say(`The ${instruments[index].name} plays.`);
  });
  const sources = sourceRow({ studio, say, guarded });
  const latency = latencyNote(studio);

  async function guarded(act) {
    try {
      await act();
    } catch (error) {
      say(`No sound: ${error.message}`);
    }
    latency.show();
  }

  async function play(message) {
    if (message.down !== undefined) sources.rest();
    await studio.keys(message);
  }

  function choose(index) {
    if (root.dataset.slot === String(index)) return;
    studio.choose(index);
    picker.show(index);
    root.dataset.slot = index;
    ribbon.focus(instruments[index].range, instruments[index].name);
    keybed.centre(instruments[index].range);
  }

  root.append(
    picker.element,
    ribbon.element,
    sources.element,
    keybed.element,
    settingsRows(studio, say),
    recordRow({ studio, say, guarded }),
    latency.element,
    credits(instruments),
  );
  choose(0);
  const area = listening ?? document;
  const abort = new AbortController();
  area.addEventListener("dragover", (event) => event.preventDefault(), { signal: abort.signal });
  area.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) sources.take(event.dataTransfer.files[0]);
    },
    { signal: abort.signal },
  );
  return {
    studio,
    keybed,
    ribbon,
    choose,
    renderFile: (file, rate) => renderFile(file, studio.options, rate),
    dispose() {
      abort.abort();
      keybed.dispose();
      ribbon.dispose();
      studio.dispose();
    },
  };
}

function settingsRows(studio, say) {
  const octave = choice("Octave", OCTAVES, (key) => {
    studio.set({ pitch_shift_semitones: 12 * Number(key) });
    say(
      key === "+0"
        ? "As it is."
        : `${key[1]} octave${key[1] === "2" ? "s" : ""} ${key[0] === "+" ? "higher" : "lower"}.`,
    );
  });
  octave.show("+0");
  const listen = choice("Listen to", { instrument: "Instrument", both: "Both", input: "What comes in" }, (key) =>
    studio.blend(key),
  );
  listen.show("instrument");
  const rows = [LOUDNESS, VIBRATO, TUNE].map(
    (one) => slider(one, { change: (x) => studio.set({ [one.name]: one === TUNE ? x / 100 : x }) }).element,
  );
  const labelled = (text, element) =>
    make("div", { class: "tt-field" }, make("span", { class: "tt-label", "aria-hidden": "true" }, text), element);
  return make(
    "div",
    { class: "tt-settings" },
    labelled("Octave", octave.element),
    labelled("Listen to", listen.element),
    ...rows,
  );
}

// Where the time goes from a voice to the loudspeaker.
function latencyNote(studio) {
  const sum = make("summary", {});
  const list = make("ul", {});
  const show = () => {
    const parts = studio.latency();
    sum.textContent = `Latency: ${(1000 * parts.reduce((all, [, s]) => all + s, 0)).toFixed(0)} ms`;
    list.replaceChildren(...parts.map(([what, s]) => make("li", {}, `${what}: ${(1000 * s).toFixed(1)} ms`)));
  };
  show();
  return { element: make("details", { class: "tt-more tt-latency", ontoggle: show }, sum, list), show };
}

function credits(instruments) {
  const frameRate = instruments[0].spec.synth.frame_rate;
  const lines = instruments.map(({ name, credits: from }) =>
    make("li", {}, `${name}: ${from.join("; ") || "recordings of the owner of this page"}`),
  );
  return make(
    "details",
    { class: "tt-more" },
    make("summary", {}, "Where these sounds come from"),
    make(
      "p",
      {},
      "A small network learned each instrument from recordings. It hears pitch and loudness, " +
        `${frameRate} times a second, and turns the knobs of a harmonic and a noise synthesizer. ` +
        "All of it runs here; no sound leaves this device.",
    ),
    make("ul", {}, ...lines),
  );
}
