// Keys to play: on the screen (touch, mouse, Tab and arrows), on the computer's keyboard, and over MIDI.
import { KEY_VELOCITY, PIANO, listenToMidi } from "./keyboards.js";
import { button, clamp, make } from "./ui.js";
import { noteName } from "./words.js";

const BLACK = [1, 3, 6, 8, 10];
const LOWEST = 24;
const HIGHEST = 108;
const BEND_SEMITONES = 2; // what a pitch wheel does at its end
const CAPS = new Map([...PIANO].map(([code, step]) => [step, code.replace(/^(Key|Digit)/, "")]));

export class Keybed {
  // play(message) gets what Hands.set takes; say(words) is the status line; listening: whose keys are heard.
  constructor({ play, say, listening = document }) {
    Object.assign(this, { play, say, base: 60, down: new Map(), abort: new AbortController() });
    this.keys = make("div", {
      class: "tt-keys",
      role: "group",
      "aria-label": "Piano keys: arrows move, Space plays",
    });
    this.where = make("output", { class: "tt-where" });
    this.lower = button("− octave", () => this.shift(-12), { "aria-label": "Keys an octave lower" });
    this.higher = button("+ octave", () => this.shift(12), { "aria-label": "Keys an octave higher" });
    this.midi = button("Connect MIDI", () => this.#connect(), { "aria-pressed": "false" });
    this.element = make(
      "div",
      { class: "tt-keybed" },
      make(
        "div",
        { class: "tt-bar" },
        this.lower,
        this.where,
        this.higher,
        make("span", { class: "tt-gap" }),
        this.midi,
      ),
      this.keys,
    );
    this.#pointers();
    this.#arrows();
    this.#letters(listening);
    this.size = 0;
    new ResizeObserver(() => this.#fit()).observe(this.keys);
  }

  // Puts the keys where an instrument plays.
  centre({ low, high }) {
    this.base = clamp(12 * Math.round(((low + high) / 2 - 10) / 12), LOWEST, HIGHEST - 24);
    this.#draw();
  }

  shift(semitones) {
    this.release();
    this.base = clamp(this.base + semitones, LOWEST, HIGHEST - 24);
    this.#draw();
    this.say(`The keys begin at ${noteName(this.base)}.`);
  }

  #fit() {
    const whites = this.keys.clientWidth >= 700 ? 15 : 8;
    if (whites !== this.size) this.#draw(whites);
  }

  #draw(whites = this.size || 8) {
    this.size = whites;
    const count = Math.floor(whites / 7) * 12 + 1;
    const step = 100 / whites;
    let white = 0;
    const made = Array.from({ length: count }, (_, i) => {
      const black = BLACK.includes(i % 12);
      const left = black ? white * step - 0.3 * step : white++ * step;
      const key = make("button", {
        type: "button",
        class: black ? "tt-key tt-black" : "tt-key",
        tabindex: i ? -1 : 0,
        "data-step": i,
        "data-cap": CAPS.get(i) ?? "",
        "aria-label": noteName(this.base + i),
      });
      key.style.left = `${left}%`;
      key.style.width = `${black ? 0.6 * step : step}%`;
      if (i % 12 === 0) key.append(make("small", { "aria-hidden": "true" }, noteName(this.base + i)));
      return key;
    });
    this.keys.replaceChildren(...made);
    this.where.textContent = `${noteName(this.base)} to ${noteName(this.base + count - 1)}`;
    this.lower.disabled = this.base <= LOWEST;
    this.higher.disabled = this.base >= HIGHEST - 24;
  }

  // by: whatever holds the key, a pointer, a letter or a channel; the same note may be held twice.
  press(by, midi, velocity) {
    if (this.down.get(by) === midi) return;
    this.lift(by);
    this.down.set(by, midi);
    this.#show(midi, true);
    this.play({ down: midi, velocity });
  }

  lift(by) {
    const midi = this.down.get(by);
    if (midi === undefined) return;
    this.down.delete(by);
    if ([...this.down.values()].includes(midi)) return;
    this.#show(midi, false);
    this.play({ up: midi });
  }

  release() {
    for (const by of [...this.down.keys()]) this.lift(by);
  }

  #show(midi, on) {
    this.keys.querySelector(`[data-step="${midi - this.base}"]`)?.classList.toggle("tt-down", on);
  }

  // Fingers glide from key to key; lower on a key is louder.
  #pointers() {
    const { signal } = this.abort;
    const at = (event) => {
      const key = document
        .elementsFromPoint(event.clientX, event.clientY)
        .find((one) => one.dataset?.step && this.keys.contains(one));
      if (!key) return this.lift(event.pointerId);
      const box = key.getBoundingClientRect();
      this.press(
        event.pointerId,
        this.base + Number(key.dataset.step),
        0.35 + 0.6 * clamp((event.clientY - box.top) / box.height, 0, 1),
      );
    };
    this.keys.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      event.target.closest("button")?.focus({ preventScroll: true });
      this.keys.setPointerCapture(event.pointerId);
      at(event);
    });
    this.keys.addEventListener("pointermove", (event) => this.keys.hasPointerCapture(event.pointerId) && at(event));
    for (const kind of ["pointerup", "pointercancel"])
      this.keys.addEventListener(kind, (event) => this.lift(event.pointerId));
    addEventListener("blur", () => this.release(), { signal });
  }

  // One key can be reached by Tab; arrows move on, Space and Enter play it.
  #arrows() {
    this.keys.addEventListener("keydown", (event) => {
      const key = event.target.closest("[data-step]");
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const next = by && this.keys.querySelector(`[data-step="${Number(key.dataset.step) + by}"]`);
      if (next) {
        event.preventDefault();
        [key.tabIndex, next.tabIndex] = [-1, 0];
        next.focus();
      } else if (event.key === " " || event.key === "Enter") {
        event.preventDefault();
        if (!event.repeat) this.press("focus", this.base + Number(key.dataset.step), KEY_VELOCITY);
      }
    });
    this.keys.addEventListener(
      "keyup",
      (event) => (event.key === " " || event.key === "Enter") && this.lift("focus"),
    );
    this.keys.addEventListener("focusout", () => this.lift("focus"));
  }

  #letters(listening) {
    const { signal } = this.abort;
    listening.addEventListener(
      "keydown",
      (event) => {
        const step = PIANO.get(event.code);
        if (
          step === undefined ||
          event.ctrlKey ||
          event.metaKey ||
          event.altKey ||
          event.target.matches?.("input, textarea, audio")
        )
          return;
        event.preventDefault();
        if (!event.repeat) this.press(event.code, this.base + step, KEY_VELOCITY);
      },
      { signal },
    );
    listening.addEventListener("keyup", (event) => this.lift(event.code), { signal });
  }

  async #connect() {
    try {
      this.disconnect?.();
      this.disconnect = await listenToMidi((event) => this.hearMidi(event.data), this.say);
      this.midi.setAttribute("aria-pressed", "true");
    } catch (error) {
      this.say(error.message);
    }
  }

  // A MIDI message: notes, pitch wheel, modulation wheel, pedal, all notes off.
  hearMidi([status, a, b]) {
    const kind = status & 0xf0;
    const by = `midi ${status & 15} ${a}`;
    if (kind === 0x90 && b > 0) this.press(by, a, b / 127);
    else if (kind === 0x80 || kind === 0x90) this.lift(by);
    else if (kind === 0xe0) this.play({ bend: (BEND_SEMITONES * (a + 128 * b - 8192)) / 8192 });
    else if (kind === 0xb0 && a === 1) this.play({ modulation: b / 127 });
    else if (kind === 0xb0 && a === 64) this.play({ pedal: b >= 64 });
    else if (kind === 0xb0 && a >= 120) this.release();
  }

  dispose() {
    this.release();
    this.abort.abort();
    this.disconnect?.();
  }
}
