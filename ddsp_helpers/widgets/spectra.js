// Short-time spectra: periodic Hann window, centred frames, hop of a quarter. The kernel's version is analysis.py.

const FAINTEST_DB = -80;                              // below the loudest point of a picture
const CIVIDIS = ["00224e", "002e6a", "1a386f", "32436d", "434e6c", "535a6d", "61656f", "6f7073", "7d7c78", "8c8878",
  "9b9476", "aba072", "bcae6c", "cdbb63", "dec958", "f0d846", "fee838"]
  .map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

// Samples in a window: the power of two nearest to 64 ms.
export const windowSize = (sampleRate) => 2 ** Math.max(8, Math.round(Math.log2(0.064 * sampleRate)));

export const hann = (size) => Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / size));

// (re, im) => the discrete Fourier transform of `size` complex numbers, in place; size is a power of two.
export function fourier(size) {
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos(2 * Math.PI * i / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin(2 * Math.PI * i / size));
  const bits = Math.log2(size);
  const mirror = Uint32Array.from({ length: size }, (_, i) => {
    let j = 0;
    for (let b = 0; b < bits; b++) j |= ((i >> b) & 1) << (bits - 1 - b);
    return j;
  });
  return (re, im) => {
    for (let i = 0; i < size; i++) {
      const j = mirror[i];
      if (j > i) { [re[i], re[j]] = [re[j], re[i]]; [im[i], im[j]] = [im[j], im[i]]; }
    }
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = start + k, b = a + half, c = cos[k * step], s = sin[k * step];
          const x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
          re[b] = re[a] - x; im[b] = im[a] - y; re[a] += x; im[a] += y;
        }
      }
    }
  };
}

// Levels of all frames: { db: Float32Array [frames * bins], frames, bins, hop, size, sampleRate }, dB below the loudest.
export function spectrogram(samples, sampleRate, size = windowSize(sampleRate)) {
  const hop = size / 4, bins = size / 2 + 1;
  const frames = Math.ceil(samples.length / hop) + 1, window = hann(size), transform = fourier(size);
  const db = new Float32Array(frames * bins), re = new Float64Array(size), im = new Float64Array(size);
  let loudest = -Infinity;
  for (let t = 0; t < frames; t++) {
    cut(samples, t * hop, window, re, im);
    transform(re, im);
    for (let k = 0; k < bins; k++) {
      const level = 10 * Math.log10(Math.max(re[k] * re[k] + im[k] * im[k], 1e-12));
      db[t * bins + k] = level;
      if (level > loudest) loudest = level;
    }
  }
  for (let i = 0; i < db.length; i++) db[i] = Math.max(db[i] - loudest, FAINTEST_DB);
  return { db, frames, bins, hop, size, sampleRate };
}

// The windowed samples around `centre` in re, zeros in im and beyond the window.
function cut(samples, centre, window, re, im) {
  const first = centre - window.length / 2;
  re.fill(0); im.fill(0);
  for (let i = 0; i < window.length; i++) {
    const at = first + i;
    if (at >= 0 && at < samples.length) re[i] = samples[at] * window[i];
  }
}

// The sines of one frame: peaks of its spectrum, [{ hz, amplitude }], loudest first, at most `most`.
export function partials(samples, sampleRate, timeS, most = 40) {
  const window = hann(windowSize(sampleRate)), size = 4 * window.length;      // zeros between bins: finer peaks
  const re = new Float64Array(size), im = new Float64Array(size);
  cut(samples, Math.round(timeS * sampleRate), window, re, im);
  fourier(size)(re, im);
  const db = Float64Array.from({ length: size / 2 + 1 }, (_, k) => 10 * Math.log10(Math.max(re[k] ** 2 + im[k] ** 2, 1e-12)));
  const floor = Math.max(db.reduce((a, b) => Math.max(a, b)) - 60, -60), found = [];
  for (let k = 1; k < size / 2; k++) {
    if (db[k] <= floor || db[k] <= db[k - 1] || db[k] < db[k + 1]) continue;
    const left = db[k - 1], right = db[k + 1], p = 0.5 * (left - right) / (left - 2 * db[k] + right);
    found.push({ hz: (k + p) * sampleRate / size,
      amplitude: 4 / window.length * 10 ** ((db[k] - 0.25 * (left - right) * p) / 20) });
  }
  return found.sort((a, b) => b.amplitude - a.amplitude).slice(0, most);
}

// Only what lies in a rectangle of time and frequency: mask the frames, transform back, overlap and add.
export function masked(samples, sampleRate, { startS, endS, lowHz, highHz }) {
  const size = windowSize(sampleRate), hop = size / 4, window = hann(size), transform = fourier(size);
  const frames = Math.ceil(samples.length / hop) + 1;
  const sum = new Float64Array(samples.length), weight = new Float64Array(samples.length);
  const re = new Float64Array(size), im = new Float64Array(size);
  for (let t = 0; t < frames; t++) {
    const centre = t * hop, inside = centre / sampleRate >= startS && centre / sampleRate <= endS;
    if (inside) {
      cut(samples, centre, window, re, im);
      transform(re, im);
      for (let k = 0; k < size; k++) {
        const hz = Math.min(k, size - k) * sampleRate / size;
        if (hz < lowHz || hz > highHz) re[k] = im[k] = 0;
      }
      transform(im, re);                                 // swapped: the inverse, times size
    }
    for (let i = 0; i < size; i++) {
      const at = centre - size / 2 + i;
      if (at < 0 || at >= samples.length) continue;
      weight[at] += window[i] * window[i];
      if (inside) sum[at] += window[i] * re[i] / size;
    }
  }
  return Float32Array.from(sum, (x, i) => x / weight[i]);
}

// Colour 0 ... 1 on the cividis map, [r, g, b].
export function cividis(share) {
  const at = Math.min(0.9999, Math.max(0, share)) * (CIVIDIS.length - 1), i = Math.floor(at);
  return CIVIDIS[i].map((low, c) => low + (at - i) * (CIVIDIS[i + 1][c] - low));
}

// A picture of a spectrogram: { on(plot) } draws it behind everything in a Plot of time.
// hzAt(share) is the frequency at a height, 0 bottom ... 1 top.
export function drawSpectrogram(spectra, hzAt, rows = 256) {
  const canvas = document.createElement("canvas");
  canvas.width = spectra.frames;
  canvas.height = rows;
  const image = new ImageData(spectra.frames, rows);
  for (let row = 0; row < rows; row++) {
    const bin = hzAt(1 - (row + 0.5) / rows) * spectra.size / spectra.sampleRate;
    const low = Math.min(spectra.bins - 2, Math.max(0, Math.floor(bin))), share = Math.min(1, Math.max(0, bin - low));
    for (let t = 0; t < spectra.frames; t++) {
      const at = t * spectra.bins + low, db = spectra.db[at] * (1 - share) + spectra.db[at + 1] * share;
      image.data.set([...cividis(1 - db / FAINTEST_DB), 255], 4 * (row * spectra.frames + t));
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return {
    on(plot) {                                          // the middle of column t lies at t * hop
      const column = spectra.hop / spectra.sampleRate, left = plot.toX(-column / 2);
      plot.pen.drawImage(canvas, left, plot.top, plot.toX((spectra.frames - 0.5) * column) - left, plot.innerHeight);
    },
  };
}
