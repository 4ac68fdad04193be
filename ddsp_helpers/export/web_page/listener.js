// Pitch and loudness while the sound arrives: features/live.py, frame for frame, at the rate of the page.
import { Fourier } from "./fourier.js";

// A class for worklets: it uses no names from outside but those in `needs`.
export class Listener {
  static needs = [Fourier];

  // settings: the constants of features/live.py by their names.
  constructor(sampleRate, settings) {
    Object.assign(this, { sampleRate, settings });
    const { window_s, resolution_hz, f_min, f_max } = settings;
    this.size = 2 * Math.round((window_s * sampleRate) / 2);
    this.finer = Math.max(1, Math.ceil(resolution_hz / sampleRate));
    this.fft = 1;
    while (this.fft < 2 * this.size - 1) this.fft *= 2;
    this.fourier = new Fourier(this.fft);
    this.real = new Float64Array(this.fft);
    this.imaginary = new Float64Array(this.fft);
    this.power = new Float64Array(this.fft / 2 + 1);
    this.sums = new Float64Array(this.size + 1);
    this.window = Float64Array.from(
      { length: this.size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / this.size),
    );
    this.lag = Math.floor((this.finer * sampleRate) / f_max);
    const last = Math.floor((this.finer * sampleRate) / f_min) + 2;
    this.strengths = new Float64Array(last - this.lag + 1);
    this.lastHz = (this.finer * sampleRate) / last;
    this.path = [{ hz: null, score: 0 }];
    this.#planLoudness();
  }

  // One frame of `size` samples: { f0Hz, confidence, loudnessDb, powerDb }.
  hear(frame) {
    const { size, real, imaginary, window } = this;
    let mean = 0;
    let power = 0;
    for (let i = 0; i < size; i++) mean += frame[i] / size;
    for (let i = 0; i < size; i++) {
      power += (frame[i] * frame[i]) / size;
      real[i] = frame[i] - mean;
      imaginary[i] = frame[i] * window[i]; // two real transforms in one complex one
    }
    real.fill(0, size);
    imaginary.fill(0, size);
    for (let i = 0; i < size; i++) this.sums[i + 1] = this.sums[i] + real[i] * real[i];
    this.fourier.transform(real, imaginary);
    const loudnessDb = this.#db(this.#separate());
    this.#periodicity();
    return { ...this.#follow(), loudnessDb, powerDb: this.#db(power) };
  }

  #db(power) {
    return 10 * Math.log10(Math.max(power, 10 ** (this.settings.floor_db / 10)));
  }

  // Of the spectrum of both: the power of the first goes to this.power, the A-weighted power of the second comes back.
  #separate() {
    const { fft, real, imaginary, power, weights } = this;
    let sum = 0;
    for (let k = 0; k <= fft / 2; k++) {
      const m = (fft - k) % fft;
      const a = real[k] + real[m];
      const b = imaginary[k] - imaginary[m];
      const c = imaginary[k] + imaginary[m];
      const d = real[m] - real[k];
      power[k] = (a * a + b * b) / 4;
      sum += (weights[k] * (c * c + d * d)) / 4;
    }
    return sum;
  }

  // Weights of the zero-padded spectrum whose sum equals that of the weighted spectrum of `size` points: both are sums
  // of the autocorrelation r, sum_k w_k |X_k|^2 = sum_l r_l W_l with W_l = sum_k w_k cos(2 pi k l / size).
  #planLoudness() {
    const { size, fft, real, imaginary } = this;
    const bins = Math.round((this.settings.top_hz * size) / this.sampleRate) + 1;
    const weight = Float64Array.from({ length: bins }, (_, k) => {
      const db = this.#aWeighting((k * this.sampleRate) / size);
      return (10 ** (db / 10) * (512 / size) ** 2) / bins; // as a window of 512 at 16 kHz
    });
    const cosine = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    real.fill(0);
    imaginary.fill(0);
    for (let lag = 0; lag < size; lag++) {
      let sum = 0;
      for (let k = 0; k < bins; k++) sum += weight[k] * cosine[(k * lag) % size];
      real[lag] = real[(fft - lag) % fft] = sum;
    }
    this.fourier.transform(real, imaginary);
    this.weights = Float64Array.from({ length: fft / 2 + 1 }, (_, k) => ((k % (fft / 2) ? 2 : 1) * real[k]) / fft);
  }

  // The A curve of IEC 61672, as dsp.spectra.a_weighting.
  #aWeighting(hz) {
    const f = hz * hz;
    const db = (x) => 10 * Math.log10(x);
    const weight =
      2 +
      4 * db(12194.217) +
      4 * db(f) -
      2 * db(f + 12194.217 ** 2) -
      2 * db(f + 20.598997 ** 2) -
      db(f + 107.65265 ** 2) -
      db(f + 737.86223 ** 2);
    return Math.max(weight, this.settings.floor_db);
  }

  // n(lag) = 2 sum x_j x_(j + lag) / sum (x_j^2 + x_(j + lag)^2); lags between samples by a spectrum turned a little.
  #periodicity() {
    const { size, fft, finer, real, imaginary, power, sums, strengths, lag } = this;
    const audible = Math.sqrt(sums[size] / size) > 10 ** (this.settings.silence_db / 20);
    if (!audible) return strengths.fill(0);
    for (let part = 0; part < finer; part++) {
      real.fill(0);
      imaginary.fill(0);
      for (let k = 0; k <= fft / 2; k++) {
        const strength = ((k === 0 || (finer === 1 && k === fft / 2) ? 1 : 2) * power[k]) / fft;
        real[k] = strength;
        if (part === 0) continue;
        const angle = (2 * Math.PI * k * part) / (finer * fft);
        real[k] = strength * Math.cos(angle);
        imaginary[k] = strength * Math.sin(angle);
      }
      this.fourier.transform(real, imaginary, 1);
      for (let i = (((part - lag) % finer) + finer) % finer; i < strengths.length; i += finer) {
        const low = Math.floor((lag + i) / finer);
        const energy = sums[size - low] - sums[low] + sums[size];
        const next = sums[size - low - 1] - sums[low + 1] + sums[size];
        const between = energy + (part / finer) * (next - energy);
        strengths[i] = (2 * real[low]) / Math.max(between, 1e-20);
      }
    }
  }

  // One frame on the best path so far, as Listener._follow.
  #follow() {
    const { jump, switch: change } = this.settings;
    const found = this.#candidates();
    for (const one of found) {
      one.score = -Infinity;
      for (const from of this.path) {
        const both = one.hz !== null && from.hz !== null;
        const cost = both ? jump * Math.abs(Math.log2(one.hz / from.hz)) : one.hz === from.hz ? 0 : change;
        one.score = Math.max(one.score, one.strength + from.score - cost);
      }
    }
    const best = found.reduce((a, b) => (b.score > a.score ? b : a));
    const top = best.score;
    for (const one of found) one.score -= top;
    this.path = found;
    const peak = this.strengths.reduce((a, b) => Math.max(a, b), 0);
    if (best.hz === null) return { f0Hz: this.lastHz, confidence: Math.min(peak, 0.49) };
    this.lastHz = best.hz;
    const nearest = Math.round((this.finer * this.sampleRate) / best.hz) - this.lag;
    const at = this.strengths[Math.min(this.strengths.length - 1, Math.max(0, nearest))];
    return { f0Hz: best.hz, confidence: Math.min(1, Math.max(0.5, at)) };
  }

  // Pitches that this frame may have, null for none first, and how much speaks for each.
  #candidates() {
    const { strengths: s, settings } = this;
    const found = [];
    for (let i = 1; i < s.length - 1; i++) {
      if (!(s[i] > s[i - 1] && s[i] >= s[i + 1] && s[i] > 0.3)) continue;
      const shift = (0.5 * (s[i - 1] - s[i + 1])) / Math.min(s[i - 1] - 2 * s[i] + s[i + 1], -1e-12);
      const hz = (this.finer * this.sampleRate) / (this.lag + i + shift);
      const height = Math.min(s[i] - 0.25 * (s[i - 1] - s[i + 1]) * shift, 1);
      found.push({ hz, strength: height + settings.octave * Math.log2(hz / 100) });
    }
    found.sort((a, b) => b.strength - a.strength);
    return [{ hz: null, strength: settings.unvoiced }, ...found.slice(0, settings.n_candidates)];
  }
}
