// The multi-scale spectral loss of losses.py for one target: the same windows, hops and logarithms, without its gradient.
import { fourier, hann } from "./spectra.js";

const EPSILON = 1e-5;

export class SpectralLoss {
  constructor(target, sampleRate) {
    const shortest = 4 * Math.round(16 * sampleRate / 16000);
    this.scales = [5, 4, 3, 2, 1, 0].map((octave) => {
      const size = shortest * 2 ** octave, frames = Math.ceil(target.length / (size / 4));
      return { size, frames, window: hann(size), transform: fourier(size), re: new Float64Array(size), im: new Float64Array(size) };
    });
    this.targets = this.scales.map((scale) => magnitudes(target, scale));
  }

  // The distance of samples as long as the target.
  of(samples) {
    return this.scales.reduce((total, scale, i) => {
      const wanted = this.targets[i], found = magnitudes(samples, scale);
      let sum = 0;
      for (let n = 0; n < found.length; n++) {
        sum += Math.abs(found[n] - wanted[n]) + Math.abs(Math.log(Math.max(found[n], EPSILON) / Math.max(wanted[n], EPSILON)));
      }
      return total + sum / found.length;
    }, 0);
  }
}

// Magnitudes [frames * bins]; two real windows share one complex transform.
function magnitudes(samples, { size, frames, window, transform, re, im }) {
  const bins = size / 2 + 1, hop = size / 4, found = new Float32Array(frames * bins);
  for (let t = 0; t < frames; t += 2) {
    for (let i = 0, at = t * hop; i < size; i++, at++) {
      re[i] = window[i] * (samples[at] ?? 0);
      im[i] = window[i] * (samples[at + hop] ?? 0);
    }
    transform(re, im);
    for (let k = 0; k < bins; k++) {
      const m = (size - k) % size;
      found[t * bins + k] = 0.5 * Math.hypot(re[k] + re[m], im[k] - im[m]);
      if (t + 1 < frames) found[(t + 1) * bins + k] = 0.5 * Math.hypot(im[k] + im[m], re[m] - re[k]);
    }
  }
  return found;
}
