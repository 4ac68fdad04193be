// A note and a keyboard, drawn on a plot whose y axis is MIDI numbers.
import { noteName } from "./words.js";
import { AT, endOf } from "./roll_notes.js";

const BLACK = new Set([1, 3, 6, 8, 10]);

export const isBlack = (key) => BLACK.has(key % 12);

// A note: its name where there is room, its velocity as a bar along its foot; overlaps are hatched, not only coloured.
export function drawNote(plot, colours, row, { chosen, overlaps }) {
  const { pen } = plot, left = plot.toX(row[AT.onset]), height = Math.abs(plot.toY(0) - plot.toY(1)) - 1;
  const width = Math.max(4, plot.toX(endOf(row)) - left - 1), top = plot.toY(row[AT.midi] + 0.5) + 0.5;
  const fill = chosen ? colours.b : overlaps ? colours.d : colours.a;
  const shape = new Path2D();
  shape.roundRect(left, top, width, height, Math.min(3, width / 3));
  pen.fillStyle = fill;
  pen.fill(shape);
  if (overlaps) hatch(pen, shape, { left, top, width, height });
  pen.fillStyle = "#0009";
  pen.fillRect(left + 1, top + height - 3, (width - 2) * row[AT.velocity], 2.5);
  Object.assign(pen, { lineWidth: chosen ? 2 : 1, strokeStyle: chosen ? colours.ink : "#0006" });
  pen.stroke(shape);
  if (width < 28 || height < 9) return;
  const isBlue = fill === colours.a && colours.ink === "#202020", middle = top + (height - 2) / 2, name = noteName(row[AT.midi]);
  Object.assign(pen, { fillStyle: fill, textAlign: "left", textBaseline: "middle", font: `600 ${Math.min(12, height - 2)}px system-ui, sans-serif` });
  if (overlaps) pen.fillRect(left + 2, top + 1, pen.measureText(name).width + 4, height - 4);      // no hatching behind the name
  pen.fillStyle = isBlue ? "#ffffff" : "#101010";
  pen.fillText(name, left + 4, middle);
}

function hatch(pen, shape, { left, top, width, height }) {
  pen.save();
  pen.clip(shape);
  pen.beginPath();
  for (let x = left - height; x < left + width; x += 7) {
    pen.moveTo(x, top + height);
    pen.lineTo(x + height, top);
  }
  Object.assign(pen, { lineWidth: 1.5, strokeStyle: "#0006" });
  pen.stroke();
  pen.restore();
}

// The keyboard at the left; what is pressed is coloured.
export function drawKeys(plot, colours, [low, high], pressed) {
  const { pen } = plot, right = plot.left - 4, left = right - 54, height = Math.abs(plot.toY(0) - plot.toY(1));
  const draw = (key, fill, width) => {
    pen.fillStyle = pressed?.has(key) ? colours.b : fill;
    pen.fillRect(right - width, plot.toY(key + 0.5), width, height);
  };
  for (let key = low; key <= high; key++) draw(key, "#fbfbfb", right - left);
  pen.lineWidth = 1;
  pen.strokeStyle = "#9a9a9a";
  for (let key = low; key <= high + 1; key++) {
    if (![0, 5].includes(key % 12) && key !== low && key !== high + 1) continue;
    const y = Math.round(plot.toY(key - 0.5)) + 0.5;
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(right, y);
    pen.stroke();
  }
  for (let key = low; key <= high; key++) {
    if (!isBlack(key)) continue;
    draw(key, "#202020", 0.62 * (right - left));
    const y = Math.round(plot.toY(key)) + 0.5;
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(right - 0.62 * (right - left), y);
    pen.stroke();
  }
  pen.strokeRect(left + 0.5, plot.top + 0.5, right - left, plot.innerHeight);
  Object.assign(pen, { fillStyle: colours.ink, textAlign: "right", textBaseline: "middle", font: "600 12px system-ui, sans-serif" });
  for (let key = low; key <= high; key++) if (key % 12 === 0) pen.fillText(noteName(key), left - 5, plot.toY(key));
}
