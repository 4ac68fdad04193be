// Notes played in: on the computer's keyboard or a MIDI one, heard at once, written down step by step or as they are played.
import { Player } from "./engine.js";
import { button, choice, clamp, make } from "./ui.js";
import { glidingTone } from "./pitch_tone.js";
import { KEY_VELOCITY, PIANO, listenToMidi } from "./keyboards.js";
import { AT, SHORTEST_S, endOf } from "./roll_notes.js";
import { midiToHz, noteName } from "./words.js";

// The small synth that is heard while notes are played or moved.
export function monitorTone() {
  const player = new Player();
  return {
    play: (midi, velocity = KEY_VELOCITY) => player.play(glidingTone, { hz: midiToHz(midi), rms: 0.03 + 0.12 * velocity }),
    stop: () => player.stop(),
    get isPlaying() { return player.isPlaying; },
  };
}

// How hard a note was played decides how loud it is performed, too.
const volumeOf = (lane, velocity) => clamp(lane.default + 0.5 * (velocity - KEY_VELOCITY), lane.minimum, lane.maximum);

// Writes what is played: on(midi, velocity, time) and off(midi, time), times in milliseconds of the page's clock.
export class Pen {
  constructor(score, monitor, view) {
    Object.assign(this, { score, monitor, view, mode: "listen", held: new Map(), take: null });
  }

  on(midi, velocity, time) {
    const { score } = this, [low, high] = score.limits;
    if (midi < low || midi > high) return score.ui.say(`${noteName(midi)} is outside the keys, ${noteName(low)} to ${noteName(high)}.`);
    this.held.set(midi, time);
    this.#pressed();
    this.monitor.play(midi, velocity);
    if (this.mode === "step") this.#step(midi, velocity);
    if (this.mode === "record") this.#record(midi, velocity, time);
  }

  off(midi, time) {
    if (!this.held.delete(midi)) return;
    this.#pressed();
    const down = [...this.held.keys()];
    if (down.length) this.monitor.play(down[down.length - 1]);           // the key that is still held sounds again
    else this.monitor.stop();
    this.#end(midi, time);
  }

  // Leaves the take that is being recorded: the next one begins with its first note.
  finish() {
    this.#growing((note) => this.#end(note.midi, performance.now()));
    this.take = null;
  }

  rest() {
    this.score.cursor += this.score.step;
    this.score.ui.change({});
    this.view.follow(this.score.cursor);
  }

  // Where recording is now, seconds of the piece, or null.
  get time() { return this.take ? this.#at(performance.now()) : null; }

  #at(time) { return Math.max(0, this.take.from + (time - this.take.began) / 1000); }

  #pressed() {
    this.view.pressed = new Set(this.held.keys());
    this.view.show();
  }

  #write(midi, velocity, onset, length, settings) {
    return this.score.add({ onset, length, midi, velocity, volume: volumeOf(this.score.lanes[0], velocity) }, settings);
  }

  #step(midi, velocity) {
    const { score } = this;
    this.#write(midi, velocity, score.cursor, score.step);
    score.cursor += score.step;
    this.view.follow(score.cursor, score.cursor + score.step);
  }

  #record(midi, velocity, time) {
    if (!this.take) {
      this.score.begin();
      this.take = { began: time, from: this.score.cursor, growing: [] };
    }
    for (const note of [...this.take.growing]) this.#end(note.midi, time);           // one voice: a new note ends the old one
    const row = this.#write(midi, velocity, this.#at(time), SHORTEST_S, { remember: false, final: false });
    this.take.growing.push({ midi, row, onset: this.#at(time) });
  }

  #growing(each) { for (const note of [...this.take?.growing ?? []]) each(note); }

  // Lets the notes that are held grow with time.
  grow() { this.#growing((note) => this.#lengthen(note, performance.now(), false)); }

  #lengthen(note, time, final) {
    const i = this.score.notes.indexOf(note.row);
    if (i < 0) return;
    const notes = this.score.notes.slice();
    notes[i] = note.row = note.row.slice();
    notes[i][AT.length] = Math.max(SHORTEST_S, Math.round(1e6 * (this.#at(time) - note.onset)) / 1e6);
    this.score.put(notes, final);
    this.view.follow(note.onset, endOf(note.row));
  }

  #end(midi, time) {
    this.#growing((note) => {
      if (note.midi !== midi) return;
      this.take.growing = this.take.growing.filter((one) => one !== note);
      this.#lengthen(note, time, true);
    });
  }
}

function midiMessage(pen) {
  return ({ data: [status, midi, strength], timeStamp }) => {
    const kind = status & 0xf0;
    if (kind === 0x90 && strength > 0) pen.on(midi, strength / 127, timeStamp || performance.now());
    else if (kind === 0x80 || kind === 0x90) pen.off(midi, timeStamp || performance.now());
  };
}

// The row of controls: { element, takes(event), dispose }; takes says whether a key of the computer plays a note now.
export function entryRow({ ui, score, view, pen }) {
  let playing = false, dispose = () => {};
  const [low, high] = score.limits, down = new Map();
  let base = clamp(Math.floor((low + high) / 2 / 12) * 12 - 12, 0, 108);
  while (base < low && base + 12 <= high - 11) base += 12;
  const takes = (event) => playing && PIANO.has(event.code) && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.tagName !== "INPUT";
  const keys = button("⌨ Play keys", () => {
    playing = !playing;
    keys.setAttribute("aria-pressed", playing);
    if (playing) view.roll.canvas.focus({ preventScroll: true });
    ui.say(playing ? `Lower letters play from ${noteName(base)}, upper ones from ${noteName(base + 12)}, as on a piano.` :
      "Letters are commands again.");
  }, { "aria-pressed": "false", title: "the computer's keyboard as a piano: two rows of letters" });
  const midi = button("MIDI keyboard", async () => {
    try {
      dispose();
      dispose = await listenToMidi(midiMessage(pen), (text) => ui.say(text));
      midi.setAttribute("aria-pressed", "true");
    } catch (error) {
      ui.say(error.message);
    }
  }, { "aria-pressed": "false", title: "asks the browser for MIDI keyboards" });
  const mode = choice("What happens to notes that are played", { listen: "Hear only", step: "Step by step", record: "Record" }, (key) => {
    pen.finish();
    pen.mode = key;
    rest.disabled = key !== "step";
    ui.say({ listen: "", step: `Each note lasts ${ui.value.step} and goes to the dashed line, which moves on.`,
      record: "Recording begins with the first note, at the dashed line, and ends with Hear only." }[key]);
  });
  const rest = button("Rest", () => pen.rest(), { title: "leaves out one step", disabled: true });
  mode.show("listen");
  ui.root.addEventListener("keydown", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    if (event.repeat || down.has(event.code)) return;
    down.set(event.code, base + PIANO.get(event.code));
    pen.on(down.get(event.code), KEY_VELOCITY, event.timeStamp);
  });
  const up = (code, time) => {
    if (!down.has(code)) return;
    pen.off(down.get(code), time);
    down.delete(code);
  };
  ui.root.addEventListener("keyup", (event) => up(event.code, event.timeStamp));
  ui.root.addEventListener("focusout", () => [...down.keys()].forEach((code) => up(code, performance.now())));
  return { element: make("span", { class: "ddsp-toolbar" }, keys, midi, mode.element, rest), takes, dispose: () => dispose() };
}
