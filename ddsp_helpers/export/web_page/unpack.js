// Weights and rooms as the page carries them: base 85, deflated, whole numbers with one step size a column
// (export/quantise.py).

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";

// Five letters are four bytes; what is missing at the end is cut off.
export function bytesOf(text) {
  const letters = text.trim();
  const digits = new Uint8Array(128);
  [...LETTERS].forEach((letter, digit) => {
    digits[letter.charCodeAt(0)] = digit;
  });
  const view = new DataView(new ArrayBuffer(4 * Math.ceil(letters.length / 5)));
  for (let at = 0, group = 0; at < letters.length; at += 5, group += 4) {
    let number = 0;
    for (let i = at; i < at + 5; i++)
      number = 85 * number + (i < letters.length ? digits[letters.charCodeAt(i)] : 84);
    view.setUint32(group, number);
  }
  return new Uint8Array(view.buffer, 0, Math.floor((4 * letters.length) / 5));
}

async function inflated(bytes) {
  if (!globalThis.DecompressionStream)
    throw new Error("This browser is too old for this page; one from 2023 or later was wanted.");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// A 16-bit float.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

// The inverse of export.quantise.pack: { name: Float32Array }, matrices row by row.
export async function unpacked(bytes, layout) {
  const data = new DataView(await inflated(bytes));
  let wholes = 0;
  let floats = layout.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const found = {};
  for (const { name, rows, columns } of layout) {
    const values = Float32Array.from({ length: columns }, (_, i) => half(data.getUint16(floats + 2 * i, true)));
    floats += 2 * columns;
    found[name] = values;
    if (rows === 0) continue;
    const matrix = (found[name] = new Float32Array(rows * columns));
    for (let i = 0; i < matrix.length; i++) matrix[i] = data.getInt8(wholes + i) * values[i % columns];
    wholes += matrix.length;
  }
  return found;
}

// An instrument of the page's settings with its weights, ready for InstrumentKernel, and its room [samples] or null.
export async function instrumentOf(settings, weights, room) {
  const all = await unpacked(weights, settings.layout);
  const own = Object.fromEntries(
    Object.entries(all).map(([name, values]) => [name.replace(/^decoder\//, ""), values]),
  );
  return { ...settings, weights: own, room: room ? await roomOf(settings, room) : null };
}

// Blocks of 64 samples, each a column.
async function roomOf({ room_samples: length }, bytes) {
  const columns = Math.ceil(length / 64);
  const { room } = await unpacked(bytes, [{ name: "room", rows: 64, columns }]);
  return Float32Array.from({ length }, (_, i) => room[(i % 64) * columns + Math.floor(i / 64)]);
}

// A room at another rate, by a windowed sinc: the same response in each hertz that both can hold.
export function roomAt(room, native, rate) {
  const ratio = native / rate;
  const cut = Math.min(1, 1 / ratio);
  const reach = 24 / cut;
  const out = new Float32Array(Math.ceil(room.length / ratio));
  for (let n = 0; n < out.length; n++) {
    const centre = n * ratio;
    for (let i = Math.max(0, Math.ceil(centre - reach)); i <= Math.min(room.length - 1, centre + reach); i++) {
      const x = Math.PI * cut * (i - centre);
      const window = 0.5 + 0.5 * Math.cos((Math.PI * (i - centre)) / reach);
      out[n] += ratio * cut * room[i] * window * (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x);
    }
  }
  return out;
}
