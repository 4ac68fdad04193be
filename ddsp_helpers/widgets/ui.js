// Controls made from the declarations in Python (ddsp_helpers.controls.Control): one truth for range, curve and unit.
import { say } from "./words.js";

// An element: make("div", { class: "x", role: "img", onclick: f }, child, "text").
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

let count = 0;
export function freshId() {
  return `ddsp-${Date.now().toString(36)}-${count++}`;
}

export function fromUnit(control, u) {
  if (control.curve === "log") return control.minimum * (control.maximum / control.minimum) ** u;
  return control.minimum + (control.curve === "square" ? u * u : u) * (control.maximum - control.minimum);
}

export function toUnit(control, x) {
  if (control.curve === "log") return Math.log(x / control.minimum) / Math.log(control.maximum / control.minimum);
  const u = (x - control.minimum) / (control.maximum - control.minimum);
  return control.curve === "square" ? Math.sqrt(Math.max(0, u)) : u;
}

export function clamp(x, low, high) {
  return Math.min(high, Math.max(low, x));
}

// One arrow key: a whole number, a semitone of a log frequency, else a hundredth of the way.  PageUp: ten; an octave.
function stepped(control, x, steps, page, fine) {
  if (control.step)
    return (
      x +
      steps *
        control.step *
        (page ? Math.max(1, Math.round((control.maximum - control.minimum) / control.step / 10)) : 1)
    );
  if (control.unit === "Hz" && control.curve === "log")
    return x * 2 ** (steps * (page ? 1 : fine ? 0.01 / 12 : 1 / 12));
  return fromUnit(control, clamp(toUnit(control, x) + steps * (page ? 0.1 : fine ? 0.001 : 0.01), 0, 1));
}

// The value that a key asks for, or null where the key means nothing to a slider.
export function keyed(control, x, event) {
  const fine = event.shiftKey;
  const wanted = {
    ArrowRight: () => stepped(control, x, 1, false, fine),
    ArrowUp: () => stepped(control, x, 1, false, fine),
    ArrowLeft: () => stepped(control, x, -1, false, fine),
    ArrowDown: () => stepped(control, x, -1, false, fine),
    PageUp: () => stepped(control, x, 1, true),
    PageDown: () => stepped(control, x, -1, true),
    Home: () => control.minimum,
    End: () => control.maximum,
  }[event.key];
  return wanted && !event.ctrlKey && !event.metaKey && !event.altKey ? within(control, wanted()) : null;
}

export function within(control, x) {
  const whole = control.step ? Math.round(x / control.step) * control.step : x;
  return clamp(whole, control.minimum, control.maximum);
}

// A slider row: { element, show(value) }.  change(value, final) is called while it moves, with final = true at rest.
export function slider(control, { value = control.default, change, words = say, label = control.label }) {
  const name = freshId();
  const thumb = make("div", { class: "ddsp-thumb" }),
    fill = make("div", { class: "ddsp-fill" });
  const track = make(
    "div",
    {
      class: "ddsp-slider",
      role: "slider",
      tabindex: "0",
      "aria-labelledby": name,
      "data-control": control.name,
      "aria-orientation": "horizontal",
      "aria-valuemin": control.minimum,
      "aria-valuemax": control.maximum,
      title: control.description,
    },
    make("div", { class: "ddsp-track" }, fill),
    thumb,
  );
  const readout = make("output", { class: "ddsp-readout", "aria-hidden": "true" });
  const element = make(
    "div",
    { class: "ddsp-row" },
    make("span", { class: "ddsp-label", id: name }, label),
    track,
    readout,
  );
  let now = value;
  const show = (x) => {
    now = x;
    const percent = `${100 * clamp(toUnit(control, x), 0, 1)}%`;
    thumb.style.left = fill.style.width = percent;
    track.setAttribute("aria-valuenow", Number(x.toPrecision(6)));
    track.setAttribute("aria-valuetext", words(control, x));
    readout.textContent = words(control, x);
  };
  const put = (x, final) => {
    show(x);
    change(x, final);
  };
  dragging(
    track,
    (u) => put(within(control, fromUnit(control, u)), false),
    () => change(now, true),
  );
  keys(track, (event) => keyed(control, now, event), put);
  show(value);
  return { element, track, show };
}

// Keys change the value at once; it counts as let go when the key is up.  wanted(event): the new value, or nothing.
export function keys(element, wanted, put) {
  let last = null;
  element.addEventListener("keydown", (event) => {
    const x = wanted(event);
    if (x === null || x === undefined) return;
    event.preventDefault();
    last = x;
    put(x, false);
  });
  const release = () => {
    if (last !== null) {
      put(last, true);
      last = null;
    }
  };
  element.addEventListener("keyup", release);
  element.addEventListener("blur", release);
}

// Pointer: move(u along, v up, event) from press to release, both 0 ... 1 of the element's box; then end().
export function dragging(element, move, end = () => {}) {
  const at = (event) => {
    const box = element.getBoundingClientRect();
    move(
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp(1 - (event.clientY - box.top) / box.height, 0, 1),
      event,
    );
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    element.focus?.({ preventScroll: true });
    event.preventDefault();
    at(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) at(event);
  });
  const done = (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    element.releasePointerCapture(event.pointerId);
    end(event);
  };
  element.addEventListener("pointerup", done);
  element.addEventListener("pointercancel", done);
}

// A button: button("Play", onclick, { title }).
export function button(text, onclick, attributes = {}) {
  return make("button", { type: "button", class: "ddsp-button", onclick, ...attributes }, text);
}

// Some buttons of which one is chosen: choice("Source", { browser: "browser" }, change) -> { element, show(key) }.
export function choice(label, options, change) {
  const buttons = Object.entries(options).map(([key, text]) =>
    make(
      "button",
      { type: "button", class: "ddsp-choice", role: "radio", "data-key": key, onclick: () => pick(key) },
      text,
    ),
  );
  const element = make("div", { class: "ddsp-choices", role: "radiogroup", "aria-label": label }, ...buttons);
  const show = (key) =>
    buttons.forEach((one) => {
      const chosen = one.dataset.key === key;
      one.setAttribute("aria-checked", chosen);
      one.tabIndex = chosen ? 0 : -1;
    });
  const pick = (key) => {
    show(key);
    change(key);
  };
  element.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
    next.focus();
    pick(next.dataset.key);
  });
  return { element, show };
}
