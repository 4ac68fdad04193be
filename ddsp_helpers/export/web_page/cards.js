// The instruments to choose from, each with a picture of its own sound: the levels of its harmonics.
import { Decoder } from "./decoder.js";
import { make } from "./ui.js";
import { midiToHz, noteName } from "./words.js";

const BARS = 20;
const LOWEST_DB = -54;

// Levels of the first harmonics, 0 ... 1, of a steady note in the middle of the range.
export function portrait({ spec, weights, range, quantiles_db: quantiles }) {
  const decoder = new Decoder(spec, weights);
  let controls;
  for (let i = 0; i < 20; i++)
    controls = decoder.step(
      midiToHz(Math.round(range.mean_midi) - 5),
      quantiles[Math.round(0.7 * (quantiles.length - 1))],
    );
  const levels = Array.from({ length: BARS }, (_, k) => 20 * Math.log10(Math.max(controls.amplitudes[k] ?? 0, 1e-9)));
  const top = Math.max(...levels);
  return levels.map((db) => Math.max(0, 1 - (db - top) / LOWEST_DB));
}

function picture(levels) {
  const bars = levels.map((level, k) => {
    const height = Math.max(1.5, 40 * level);
    return `<rect x="${5 * k}" y="${(44 - height).toFixed(1)}" width="3.2" height="${height.toFixed(1)}" rx="1.2"/>`;
  });
  const element = make("span", { class: "tt-portrait", "aria-hidden": "true" });
  const box = `viewBox="0 0 ${5 * BARS} 46" preserveAspectRatio="none" focusable="false"`;
  element.innerHTML = `<svg ${box}>${bars.join("")}</svg>`;
  return element;
}

// { element, show(index) }; change(index) is called when another one is chosen.
export function cards(instruments, change) {
  const made = instruments.map((one, n) =>
    make(
      "button",
      { type: "button", class: "tt-card", role: "radio", "data-slot": n, onclick: () => pick(n) },
      picture(portrait(one)),
      make("span", { class: "tt-name" }, one.name),
      make("span", { class: "tt-range" }, `${noteName(one.range.low)} to ${noteName(one.range.high)}`),
    ),
  );
  const element = make("div", { class: "tt-cards", role: "radiogroup", "aria-label": "Instrument" }, ...made);
  const show = (index) =>
    made.forEach((card, n) => {
      card.setAttribute("aria-checked", n === index);
      card.tabIndex = n === index ? 0 : -1;
    });
  const pick = (index) => {
    show(index);
    change(index);
  };
  element.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = (made.indexOf(document.activeElement) + by + made.length) % made.length;
    made[next].focus();
    pick(next);
  });
  show(0);
  return { element, show };
}
