// Harmonics and filtered noise from control frames, sample by sample, at any rate of the page.  At the model's own rate
// the samples are those of dsp/oscillators.py and dsp/noise.py.  Classes for worklets: they use no name from outside
// but those in `needs`.
import { WhiteNoise } from "./signals.js";

// The sum of a_k sin(2 pi k phi): f0 runs linearly from frame to frame, amplitudes along a Hann ramp.
export class HarmonicVoice {
  // native: the model's rate; what it never heard above its Nyquist frequency stays silent.
  constructor(sampleRate, { native, harmonics }) {
    Object.assign(this, { sampleRate, harmonics, phase: 0 });
    this.nyquist = Math.min(native, sampleRate) / 2;
    this.steps = new Float64Array(harmonics);
  }

  // The next `hop` samples go from one frame of controls to another.
  begin(now, next, hop) {
    const top = Math.max(now.f0Hz, next.f0Hz);
    this.count = top > 0 ? Math.min(this.harmonics, Math.ceil(this.nyquist / top) - 1) : 0;
    for (let k = 0; k < this.count; k++) this.steps[k] = next.amplitudes[k] - now.amplitudes[k];
    this.amplitudes = now.amplitudes;
    this.step = now.f0Hz / this.sampleRate;
    this.bend = (next.f0Hz - now.f0Hz) / (2 * hop * this.sampleRate);
    this.hop = hop;
    this.start = this.phase;
    this.phase = (this.start + (this.step + this.bend * hop) * hop) % 1;
  }

  // Adds samples from ... to - 1 of the hop to output, by the recurrence of Clenshaw.
  add(output, offset, from, to) {
    const { amplitudes, steps, count, start, step, bend, hop } = this;
    for (let i = from; i < to; i++) {
      const u = 0.5 - 0.5 * Math.cos((Math.PI * i) / hop);
      const x = 2 * Math.PI * ((start + (step + bend * i) * i) % 1);
      const twice = 2 * Math.cos(x);
      let one = 0;
      let two = 0;
      for (let k = count - 1; k >= 0; k--) {
        const sum = amplitudes[k] + u * steps[k] - two + twice * one;
        two = one;
        one = sum;
      }
      output[offset + i - from] += one * Math.sin(x);
    }
  }
}

// White noise, a hash of its sample number, through a filter that moves in equal steps between two frames.
//
// The filter's impulse response is that of dsp/segments.py at the model's rate, read at the times of the page's
// samples, r = native / sampleRate:
//   h(t) = sqrt(r) w(r t) (M_0 + 2 sum_k M_k cos(pi k r t / (B - 1)) + …) / (2 B - 2).
// The root keeps the power in each hertz: white noise at a higher rate has less of it.
export class NoiseVoice {
  static needs = [WhiteNoise];

  constructor(sampleRate, { native, nativeHop, bands, seed = 0 }) {
    const ratio = native / sampleRate;
    const top = bands - 1;
    this.bands = bands;
    this.half = Math.ceil(top / ratio) - 1;
    this.pieces = NoiseVoice.pieces(nativeHop, bands);
    this.white = new WhiteNoise(seed);
    this.matrix = new Float64Array(bands * (this.half + 1));
    for (let k = 0; k < bands; k++) {
      if ((k / top) * ratio > 1) continue; // above what the page can play
      for (let t = 0; t <= this.half; t++) {
        const place = (Math.PI * ratio * t) / top;
        const twice = k === 0 || k === top ? 1 : 2;
        this.matrix[k * (this.half + 1) + t] =
          (Math.sqrt(ratio) * twice * Math.cos(k * place) * (0.5 + 0.5 * Math.cos(place))) / (2 * top);
      }
    }
    this.right = new Float64Array(this.half + 1);
    this.response = new Float64Array(2 * this.half + 7); // three zeros at either end
    this.sounding = new Float64Array(3 * this.half + 4);
    this.at = 0; // where in the hop it is: up to half a response ahead of what is heard
    this.hop = 0;
  }

  // How many filters a hop has: segments of equal length, none shorter than half a response or 64 samples.
  static pieces(hop, bands) {
    const least = Math.max(64, bands - 2);
    for (let pieces = Math.floor(hop / least); pieces > 1; pieces--) if (hop % pieces === 0) return pieces;
    return 1;
  }

  begin(now, next, hop) {
    this.at -= this.hop;
    this.sounding.copyWithin(0, this.hop);
    const kept = this.sounding.length - this.hop;
    if (this.sounding.length < hop + 3 * this.half + 4) {
      const longer = new Float64Array(hop + 3 * this.half + 4);
      longer.set(this.sounding.subarray(0, Math.max(0, kept)));
      this.sounding = longer;
    }
    this.sounding.fill(0, Math.max(0, kept));
    Object.assign(this, { now: now.noise, next: next.noise, hop });
    this.piece = -1;
  }

  add(output, offset, from, to) {
    this.#scatter(to + this.half);
    for (let i = from; i < to; i++) output[offset + i - from] += this.sounding[i + this.half];
  }

  // Adds white noise up to a place in the hop, each sample with the response of its segment.  Four samples at a time:
  // what sounds is read and written a quarter as often.
  #scatter(end) {
    const { half, hop, pieces, response, sounding } = this;
    while (this.at < end) {
      const piece = Math.min(pieces, Math.floor((this.at * pieces + 1e-6) / hop));
      if (piece !== this.piece) this.#respond(piece);
      const until = Math.min(end, piece === pieces ? end : Math.ceil(((piece + 1) * hop) / pieces - 1e-6));
      for (; this.at + 4 <= until; this.at += 4) {
        const [a, b, c, d] = [this.white.next(), this.white.next(), this.white.next(), this.white.next()];
        const { at } = this;
        for (let i = 3, n = at; i < 2 * half + 7; i++, n++)
          sounding[n] += a * response[i] + b * response[i - 1] + c * response[i - 2] + d * response[i - 3];
      }
      for (; this.at < until; this.at++) {
        const x = this.white.next();
        for (let i = 3, n = this.at; i < 2 * half + 4; i++, n++) sounding[n] += x * response[i];
      }
    }
  }

  #respond(piece) {
    const { matrix, right, response, half, now, next } = this;
    const u = piece / this.pieces;
    this.piece = piece;
    right.fill(0);
    for (let k = 0, at = 0; k < this.bands; k++) {
      const magnitude = now[k] + u * (next[k] - now[k]);
      for (let t = 0; t <= half; t++, at++) right[t] += magnitude * matrix[at];
    }
    for (let t = 0; t <= half; t++) response[half + 3 - t] = response[half + 3 + t] = right[t];
  }
}
