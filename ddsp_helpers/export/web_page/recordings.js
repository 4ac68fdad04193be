// The button that records what is heard, and the takes to hear again and to download.
import { wavOf } from "./studio.js";
import { button, make } from "./ui.js";

export function recordRow({ studio, say, guarded }) {
  const takes = make("ol", { class: "tt-takes", "aria-label": "Recordings" });
  let count = 0,
    clock = null;
  const record = button("● Record", () => guarded(studio.recording ? finish : start), {
    class: "ddsp-button tt-record",
    "aria-pressed": "false",
  });
  const time = make("output", { class: "tt-time", "aria-hidden": "true" });

  async function start() {
    await studio.record();
    const began = performance.now();
    record.textContent = "■ Stop recording";
    record.setAttribute("aria-pressed", "true");
    clock = setInterval(() => {
      time.textContent = `${((performance.now() - began) / 1000).toFixed(0)} s`;
    }, 250);
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
    takes.append(
      make(
        "li",
        {},
        make("audio", { controls: true, src: url, "aria-label": name }),
        make("a", { href: url, download: name, class: "ddsp-button" }, `Download ${name}`),
      ),
    );
    say(`${name}: ${(samples.length / rate).toFixed(1)} seconds, ready to download.`);
  }

  return make("div", { class: "tt-recorder" }, record, time, takes);
}
