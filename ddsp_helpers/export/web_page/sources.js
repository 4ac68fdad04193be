// What comes in: a microphone, or a file that is chosen or dropped.
import { decoded, whyNoMicrophone } from "./sound_in.js";
import { renderFile, wavOf } from "./studio.js";
import { button, make } from "./ui.js";

// Microphone and file: one of them, or none, comes in.
export function sourceRow({ studio, say, guarded }) {
  let sounding = null,
    file = null;
  const sing = button("♪ Sing", () => (sounding === "voice" ? stop() : guarded(openMicrophone)), {
    class: "ddsp-button tt-main",
    "aria-pressed": "false",
  });
  const input = make("input", {
    type: "file",
    accept: "audio/*,video/mp4",
    class: "ddsp-hidden",
    tabindex: -1,
    "aria-label": "a sound file",
  });
  const open = button("Choose a file", () => input.click(), { class: "ddsp-button tt-file" });
  const again = button("▶ Play the file", () => (sounding === "file" ? stop() : guarded(playFile)), { hidden: true });
  const save = button("Save as wav", () => guarded(saveFile), { hidden: true });
  const element = make(
    "div",
    { class: "tt-source", role: "group", "aria-label": "What comes in" },
    sing,
    make("span", { class: "tt-or" }, "or"),
    open,
    input,
    again,
    save,
    make(
      "p",
      { class: "tt-hint" },
      "Or drop a sound anywhere on the page, or play the keys below: screen, computer keyboard, MIDI. " +
        "Headphones keep the microphone from hearing the instrument.",
    ),
  );

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
    await studio.file(file, () => {
      show(null);
      say(`${file.name} has ended.`);
    });
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
