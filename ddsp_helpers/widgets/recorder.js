// The learner's own sound: a microphone with a level meter; else a file; else the bundled sound.
import { bufferGraph, floats, kernelNode, live } from "./engine.js";
import { Tap, decoded, microphoneStream, whyNoMicrophone } from "./sound_in.js";
import { button, choice, make } from "./ui.js";
import { Plot } from "./draw.js";
import { shell } from "./shell.js";
import { dbOf, decibels } from "./words.js";

const CLIPPED = 0.985, QUIET_DB = -30, COLUMNS = 400, REDRAW_MS = 80;
const STILL = "Until then the bundled sound is used.";

// An open microphone: { rate, onChunk(f), close() }; rejects where there is none or it is not allowed.
async function microphone() {
  const stream = await microphoneStream();
  const { context } = await live(), source = context.createMediaStreamSource(stream);
  const tap = await kernelNode(context, Tap, {}, { inputs: 1 });
  source.connect(tap.node).connect(context.destination);
  return {
    rate: context.sampleRate,
    onChunk: (heard) => tap.onmessage(heard),
    close() { stream.getTracks().forEach((track) => track.stop()); source.disconnect(); tap.dispose(); },
  };
}

// What a level means, in words.
function verdict(peak, clips) {
  if (clips) return "too loud, it clips. Go further away or turn the input down.";
  if (dbOf(peak) < QUIET_DB) return "very quiet. Come closer or turn the input up.";
  return "a good level.";
}

function meterView() {
  const bar = make("div", { class: "ddsp-fill" }), meter = make("div", {
    class: "ddsp-meter", role: "meter", "aria-label": "input level", "aria-valuemin": -60, "aria-valuemax": 0 }, bar);
  return {
    element: meter,
    show(peak, words) {
      const db = Math.max(-60, dbOf(peak));
      bar.style.width = `${100 * (1 + db / 60)}%`;
      meter.dataset.state = peak >= CLIPPED ? "clipped" : "";
      meter.setAttribute("aria-valuenow", db.toFixed(1));
      meter.setAttribute("aria-valuetext", words);
    },
  };
}

function render({ model, el }) {
  const bundled = { samples: floats(model.get("bundled")), rate: model.get("bundled_rate"), name: "the bundled sound" };
  const longest = model.get("longest_s");
  let mine = null, take = 0, recording = null;
  const current = () => ui.value.chosen === "mine" && mine ? mine : bundled;
  const graph = (context) => {
    const made = bufferGraph(context, current().samples, current().rate, { loop: false });
    made.output.onended = () => ui.stop();
    return made;
  };
  const ui = shell({ model, el }, { title: model.get("heading"), graph, kernel: false });
  const record = button("● Record", () => recording ? finish() : start(), { class: "ddsp-button ddsp-record", "aria-pressed": "false" });
  const input = make("input", { type: "file", accept: "audio/*,video/mp4", hidden: true, "aria-label": "a sound file" });
  const upload = button("Upload a file", () => input.click());
  const which = choice("Which sound is used", { bundled: "Bundled", mine: "Mine" }, (chosen) => ui.change({ chosen }, true));
  const meter = meterView();
  const plot = new Plot({ height: 96, left: 12, label: "", x: { min: 0, max: 1, label: "time (s)" }, y: { min: -1, max: 1, ticks: [] } });
  ui.presets.append(record, upload, input, meter.element);
  ui.extras.append(which.element);
  const note = make("div", { class: "ddsp-note" });
  ui.stage.append(plot.element, note);

  async function start() {
    ui.stop();
    record.disabled = true;
    ui.say("The browser asks whether it may use the microphone.");
    try {
      recording = { ...await microphone(), chunks: [], count: 0, peak: 0, clips: 0, peaks: [], shownAt: 0 };
    } catch (error) {
      ui.say(`${whyNoMicrophone(error)} ${STILL}`);
      return;
    } finally {
      record.disabled = false;
    }
    record.textContent = "■ Stop recording";
    record.setAttribute("aria-pressed", "true");
    recording.onChunk(heard);
  }

  function heard(chunk) {
    if (!recording) return;
    const peak = chunk.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    recording.chunks.push(chunk);
    recording.count += chunk.length;
    recording.peaks.push(peak);
    recording.peak = Math.max(recording.peak, peak);
    if (peak >= CLIPPED) recording.clips++;
    const seconds = recording.count / recording.rate, now = performance.now();
    if (now - recording.shownAt > REDRAW_MS) {
      const words = verdict(recording.peak, recording.clips);
      recording.shownAt = now;
      meter.show(peak, `${decibels(dbOf(peak))}, ${words}`);
      note.textContent = `${Math.floor(seconds)} of ${longest} s, peak ${decibels(dbOf(recording.peak))}`;
      draw(recording.peaks, chunk.length / recording.rate, longest);
      ui.say(`Recording, ${longest} s at most: ${words}`);           // new words only when the verdict changes
    }
    if (seconds >= longest) finish();
  }

  function finish() {
    const { chunks, count, rate, peak, clips } = recording, samples = new Float32Array(count);
    let at = 0;
    for (const chunk of chunks) { samples.set(chunk, at); at += chunk.length; }
    recording.close();
    recording = null;
    record.textContent = "● Record again";
    record.setAttribute("aria-pressed", "false");
    meter.show(0, "not recording");
    send({ samples, rate, name: "your recording" }, `peak ${decibels(dbOf(peak))}, ${verdict(peak, clips)}`);
  }

  async function send(sound, words) {
    const cut = sound.samples.length > longest * sound.rate + sound.rate / 10;
    mine = { ...sound, samples: sound.samples.slice(0, Math.floor(longest * sound.rate)) };
    take = ui.value.take + 1;
    draw(...peaksOf(mine));
    ui.say("The kernel gets the sound …");
    try {
      const { content } = await ui.ask({ kind: "take", name: mine.name, sample_rate: mine.rate }, {
        buffers: [mine.samples.buffer],
        late: () => ui.say("The kernel is busy or gone. It gets your sound as soon as it answers; keep this page open."),
      });
      ui.say(`${content.words}${cut ? `, the first ${longest} s of it` : ""}; ${words} Run the next cell.`);
    } catch (error) {
      take = ui.value.take;
      mine = null;
      show(ui.value);
      ui.say(`Not taken: ${error.message.replace(/^ValueError: /, "")}`);
    }
  }

  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    try {
      const { samples, rate } = await decoded(file);
      const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      send({ samples, rate, name: file.name }, `peak ${decibels(dbOf(peak))}, ${verdict(peak, 0)}`);
    } catch {
      ui.say(`${file.name} is no sound that this browser can read; wav, flac, ogg, mp3 or m4a was wanted. ${STILL}`);
    }
  });

  // A sound that this page does not have yet: taken in Python, or before the page was opened.
  async function fetchMine(value) {
    take = value.take;
    try {
      const { content, buffers } = await ui.ask({ kind: "mine" });
      mine = { samples: floats(buffers[0]), rate: content.sample_rate, name: content.name };
      show(ui.value);
    } catch (error) {
      ui.say(`The kernel could not give your sound: ${error.message}`);
    }
  }

  // Peaks as a waveform, `seconds` wide in all; where the input clipped it is of another colour.
  function draw(peaks, step, seconds, top = 1) {
    plot.x.max = seconds;
    plot.paint((p, colours) => peaks.forEach((peak, c) =>
      p.box(c * step, -peak / top, (c + 1.05) * step, peak / top, top === 1 && peak >= CLIPPED ? colours.b : colours.a)));
  }

  function show(value) {
    which.element.hidden = !mine && value.take === 0;
    which.show(value.chosen);
    if (value.take > take) fetchMine(value);
    if (recording) return;
    const { samples, rate, name } = current();
    note.textContent = `${name}, ${(samples.length / rate).toFixed(1)} s`;
    draw(...peaksOf(current()));
    plot.describe(`Waveform of ${name}, ${(samples.length / rate).toFixed(1)} seconds.`);
  }

  meter.show(0, "not recording");
  ui.onValue(show);
  return () => { recording?.close(); ui.dispose(); };
}

// A sound as draw() wants it: peaks, seconds from peak to peak, seconds in all, the largest.
function peaksOf({ samples, rate }) {
  const size = Math.max(1, Math.floor(samples.length / COLUMNS));
  const peaks = Array.from({ length: Math.ceil(samples.length / size) }, (_, c) =>
    samples.subarray(c * size, (c + 1) * size).reduce((most, x) => Math.max(most, Math.abs(x)), 0));
  return [peaks, size / rate, samples.length / rate, peaks.reduce((a, b) => Math.max(a, b), 1e-6)];
}

export default { render };
