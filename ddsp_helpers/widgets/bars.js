// Bars to paint with a pointer and to move with keys: a harmonic spectrum, the bands of a filter.
import { dragging, keyed, make, within } from "./ui.js";

// Lays bars over a plot whose x axis runs from 0.5 to count + 0.5 and whose y axis holds the control's range.
// words(i, x) tells bar i (from 0) at value x; change(values, final) is called while one paints and at the end.
// Gives { show(values) }; the bars themselves are drawn with drawBars.
export function bars(plot, { label, control, count, words, change }) {
  let values = new Array(count).fill(control.default),
    last = null;
  const element = make("div", { class: "ddsp-bars", role: "group", "aria-label": label });
  Object.assign(element.style, {
    left: `${plot.left}px`,
    right: `${plot.right}px`,
    top: `${plot.top}px`,
    bottom: `${plot.bottom}px`,
  });
  const each = Array.from({ length: count }, (_, i) =>
    make("div", {
      class: "ddsp-bar",
      role: "slider",
      tabindex: i ? "-1" : "0",
      "data-bar": i + 1,
      "aria-orientation": "vertical",
      "aria-label": `${label} ${i + 1}`,
      "aria-valuemin": control.minimum,
      "aria-valuemax": control.maximum,
      style: `left:${(100 * i) / count}%;width:${100 / count}%`,
    }),
  );
  element.append(...each);
  plot.element.append(element);

  const show = (to) => {
    values = [...to];
    each.forEach((bar, i) => {
      bar.setAttribute("aria-valuenow", Number(values[i].toFixed(2)));
      bar.setAttribute("aria-valuetext", words(i, values[i]));
    });
  };
  const put = (i, x) => {
    values[i] = within(control, x);
  };
  const told = (final) => {
    show(values);
    change([...values], final);
  };
  const focus = (i) => {
    each.forEach((bar, j) => {
      bar.tabIndex = j === i ? 0 : -1;
    });
    each[i].focus({ preventScroll: true });
  };

  dragging(
    element,
    (u, v) => {
      const i = Math.min(count - 1, Math.floor(u * count)),
        x = plot.y.min + v * (plot.y.max - plot.y.min);
      if (last === null) focus(i);
      const from = last ?? { i, x },
        steps = Math.max(1, Math.abs(i - from.i));
      for (let step = 0; step <= steps; step++) {
        // a quick stroke leaves no bar out
        const share = step / steps;
        put(Math.round(from.i + share * (i - from.i)), from.x + share * (x - from.x));
      }
      last = { i, x };
      told(false);
    },
    () => {
      last = null;
      told(true);
    },
  );

  let moved = false;
  element.addEventListener("keydown", (event) => {
    const i = each.indexOf(event.target),
      side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (i < 0) return;
    if (side) {
      event.preventDefault();
      return focus(Math.min(count - 1, Math.max(0, i + side)));
    }
    const x = keyed(control, values[i], event);
    if (x === null) return;
    event.preventDefault();
    put(i, x);
    moved = true;
    told(false);
  });
  const release = () => {
    if (moved) {
      moved = false;
      told(true);
    }
  };
  element.addEventListener("keyup", release);
  element.addEventListener("focusout", release);
  return { element, show };
}

// Draws values as bars; styles(i) may give { colour, alpha } for one of them.
export function drawBars(plot, values, colour, styles = () => ({})) {
  values.forEach((x, i) => {
    const style = { colour, alpha: 1, ...styles(i) };
    plot.box(i + 0.62, plot.y.min, i + 1.38, Math.max(x, plot.y.min), style.colour, style.alpha);
  });
}
