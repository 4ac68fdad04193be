// The whole instrument as a part of a page: choose, sing or play, listen, record.  The exported page and the widget show it.
import { cards } from "./cards.js";
import { Keybed } from "./keybed.js";
import { Ribbon } from "./ribbon.js";
import { decoded, whyNoMicrophone } from "./sound_in.js";
import { SETTINGS, Studio, renderFile, wavOf } from "./studio.js";
import { button, choice, make, slider } from "./ui.js";

const control = (name, label, minimum, maximum, unit, start, description, step) =>
  ({ name, label, minimum, maximum, unit, curve: "linear", default: start, description, step });
const LOUDNESS = control("loudness_shift_db", "Loudness", -20, 20, "dB", 0, "how loud the instrument is asked to play", 1);
const VIBRATO = control("vibrato_cents", "Vibrato", 0, 60, "cents", SETTINGS.vibrato_cents, "how far held keys swing in pitch; a voice brings its own", 1);
const TUNE = control("autotune", "Autotune", 0, 100, "%", 0, "how far a voice is pulled to the nearest key", 1);
const OCTAVES = { "-2": "−2", "-1": "−1", "+0": "0", "+1": "+1", "+2": "+2" };

// Builds it in an element.  data: { instruments (of instrumentOf), rules }; say(words): the status line; listening: whose
// keys play; changed(index): another instrument was chosen by hand.  Gives { studio, keybed, choose(index), renderFile(file,
// rate), dispose() }.
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

  root.append(picker.element, ribbon.element, sources.element, keybed.element, settingsRows(studio, say),
    recordRow({ studio, say, guarded }), latency.element, credits(instruments));
  choose(0);
  const area = listening ?? document;
  const abort = new AbortController();
  area.addEventListener("dragover", (event) => event.preventDefault(), { signal: abort.signal });
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) sources.take(event.dataTransfer.files[0]);
  }, { signal: abort.signal });
  return {
    studio, keybed, ribbon, choose,
    renderFile: (file, rate) => renderFile(file, studio.options, rate),
    dispose() {
      abort.abort();
      keybed.dispose();
      ribbon.dispose();
      studio.dispose();
    },
  };
}

// Microphone and file: one of them, or none, comes in.
function sourceRow({ studio, say, guarded }) {
  let sounding = null, file = null;
  const sing = button("♪ Sing", () => (sounding === "voice" ? stop() : guarded(openMicrophone)), { class: "ddsp-button tt-main", "aria-pressed": "false" });
  const input = make("input", { type: "file", accept: "audio/*,video/mp4", class: "ddsp-hidden", tabindex: -1, "aria-label": "a sound file" });
  const open = button("Choose a file", () => input.click(), { class: "ddsp-button tt-file" });
  const again = button("▶ Play the file", () => (sounding === "file" ? stop() : guarded(playFile)), { hidden: true });
  const save = button("Save as wav", () => guarded(saveFile), { hidden: true });
  const element = make("div", { class: "tt-source", role: "group", "aria-label": "What comes in" }, sing,
    make("span", { class: "tt-or" }, "or"), open, input, again, save,
    make("p", { class: "tt-hint" }, "Or drop a sound anywhere on the page, or play the keys below: screen, computer keyboard, MIDI. Headphones keep the microphone from hearing the instrument."));

  function show(next) {
    sounding = next;
    sing.textContent = next === "voice" ? "■ Stop" : "♪ Sing";
    sing.setAttribute("aria-pressed", next === "voice");
    again.textContent = next === "file" ? "■ Stop" : "▶ Play the file";
  }

  function stop() {
    studio.quiet();
    show(null);
    say("");
  }

  async function openMicrophone() {
    say("The browser asks whether it may use the microphone.");
    sing.disabled = true;
    try {
      await studio.microphone();
      show("voice");
      say("Sing, hum or whistle: the instrument follows.");
    } catch (error) {
      show(null);
      say(whyNoMicrophone(error));
    } finally {
      sing.disabled = false;
    }
  }

  async function playFile() {
    await studio.file(file, () => { show(null); say(`${file.name} has ended.`); });
    show("file");
    say(`${file.name} plays through the instrument.`);
  }

  async function saveFile() {
    say(`${file.name} is played into a file …`);
    const rate = studio.context?.sampleRate ?? 48000;
    const samples = await renderFile(file, studio.options, rate);
    const name = `${file.name.replace(/\.[^.]*$/, "")} ${studio.instruments[studio.chosen].name}.wav`;
    const link = make("a", { href: URL.createObjectURL(wavOf(samples, rate)), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(`Saved as ${name}.`);
  }

  async function take(chosen) {
    try {
      file = { ...(await decoded(chosen)), name: chosen.name };
    } catch {
      say(`${chosen.name} is no sound that this browser can read; wav, flac, ogg, mp3 or m4a was wanted.`);
      return;
    }
    again.hidden = save.hidden = false;
    await guarded(playFile);
  }

  input.addEventListener("change", () => {
    const [chosen] = input.files;
    input.value = "";
    if (chosen) take(chosen);
  });
  return { element, take, rest: () => sounding && stop() };
}

function settingsRows(studio, say) {
  const octave = choice("Octave", OCTAVES, (key) => {
    studio.set({ pitch_shift_semitones: 12 * Number(key) });
    say(key === "+0" ? "As it is." : `${key[1]} octave${key[1] === "2" ? "s" : ""} ${key[0] === "+" ? "higher" : "lower"}.`);
  });
  octave.show("+0");
  const listen = choice("Listen to", { instrument: "Instrument", both: "Both", input: "What comes in" }, (key) => studio.blend(key));
  listen.show("instrument");
  const rows = [LOUDNESS, VIBRATO, TUNE].map((one) =>
    slider(one, { change: (x) => studio.set({ [one.name]: one === TUNE ? x / 100 : x }) }).element);
  const labelled = (text, element) => make("div", { class: "tt-field" }, make("span", { class: "tt-label", "aria-hidden": "true" }, text), element);
  return make("div", { class: "tt-settings" }, labelled("Octave", octave.element), labelled("Listen to", listen.element), ...rows);
}

function recordRow({ studio, say, guarded }) {
  const takes = make("ol", { class: "tt-takes", "aria-label": "Recordings" });
  let count = 0, clock = null;
  const record = button("● Record", () => guarded(studio.recording ? finish : start), { class: "ddsp-button tt-record", "aria-pressed": "false" });
  const time = make("output", { class: "tt-time", "aria-hidden": "true" });

  async function start() {
    await studio.record();
    const began = performance.now();
    record.textContent = "■ Stop recording";
    record.setAttribute("aria-pressed", "true");
    clock = setInterval(() => { time.textContent = `${((performance.now() - began) / 1000).toFixed(0)} s`; }, 250);
    say("What you hear is recorded.");
  }

  async function finish() {
    clearInterval(clock);
    time.textContent = "";
    record.textContent = "● Record";
    record.setAttribute("aria-pressed", "false");
    const { samples, rate } = studio.finish();
    if (!samples.length) return say("Nothing was recorded.");
    const url = URL.createObjectURL(wavOf(samples, rate));
    const name = `take ${++count}.wav`;
    takes.append(make("li", {}, make("audio", { controls: true, src: url, "aria-label": name }),
      make("a", { href: url, download: name, class: "ddsp-button" }, `Download ${name}`)));
    say(`${name}: ${(samples.length / rate).toFixed(1)} seconds, ready to download.`);
  }

  return make("div", { class: "tt-recorder" }, record, time, takes);
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
  const lines = instruments.map(({ name, credits: from }) => make("li", {}, `${name}: ${from.join("; ") || "recordings of the owner of this page"}`));
  return make("details", { class: "tt-more" }, make("summary", {}, "Where these sounds come from"),
    make("p", {}, `A small network learned each instrument from recordings. It hears pitch and loudness, ${frameRate} times a second, and turns the knobs of a harmonic and a noise synthesizer. All of it runs here; no sound leaves this device.`),
    make("ul", {}, ...lines));
}
