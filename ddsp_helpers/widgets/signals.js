// Signals at a sample rate of their own, whatever rate the page's sound card has; and the noise of dsp.white_noise.

// Samples at one rate, heard at another: y(t) = sum of x[n] sinc(t - n) under a Kaiser window, 64 taps.  The same
// rate passes samples through untouched.  next() gives the samples one by one.
export class Reconstructor {
  constructor(from, to, next) {
    this.half = 32;
    this.next = next;
    this.recent = new Float64Array(2 * this.half);
    this.at = 0;
    this.position = 1;
    this.setRates(from, to);
  }

  setRates(from, to) {
    const ratio = from / to;
    if (ratio === this.ratio) return;
    this.ratio = ratio;
    this.table = Reconstructor.tableOf(this.half, Math.min(1, 1 / ratio));
  }

  // 256 fractions of a sample, each with its taps.
  static tableOf(half, cutoff) {
    const bessel = (x) => {
      let sum = 1,
        term = 1;
      for (let k = 1; k < 25; k++) sum += term *= (x / (2 * k)) ** 2;
      return sum;
    };
    const table = [];
    for (let step = 0; step <= 256; step++) {
      const taps = new Float64Array(2 * half);
      for (let i = 0; i < 2 * half; i++) {
        const t = i - half + 1 - step / 256,
          x = Math.PI * cutoff * t;
        const window = bessel(8 * Math.sqrt(Math.max(0, 1 - (t / half) ** 2))) / bessel(8);
        taps[i] = (Math.abs(x) < 1e-9 ? cutoff : (cutoff * Math.sin(x)) / x) * window;
      }
      table.push(taps);
    }
    return table;
  }

  read() {
    if (this.ratio === 1) return this.next();
    const size = this.recent.length;
    while (this.position >= 1) {
      this.recent[this.at] = this.next();
      this.at = (this.at + 1) % size;
      this.position -= 1;
    }
    const fine = this.position * 256,
      step = Math.floor(fine),
      share = fine - step;
    const before = this.table[step],
      after = this.table[Math.min(256, step + 1)];
    let sum = 0;
    for (let i = 0, j = this.at; i < size; i++, j = j + 1 === size ? 0 : j + 1)
      sum += this.recent[j] * (before[i] + share * (after[i] - before[i]));
    this.position += this.ratio;
    return sum;
  }
}

// Uniform white noise in [-1, 1): the hash of seed and sample number of dsp.noise, sample for sample.
export class WhiteNoise {
  constructor(seed = 0) {
    this.key = WhiteNoise.mix(Math.imul(seed, 0x9e3779b9) + WhiteNoise.mix(0));
    this.index = 0;
  }

  static mix(x) {
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    return x ^ (x >>> 16);
  }

  next() {
    const bits = WhiteNoise.mix(WhiteNoise.mix((this.index++ + this.key) | 0) ^ this.key);
    return (bits >>> 8) * 2 ** -23 - 1;
  }
}

// A whole sound at another rate.
export function resampled(samples, from, to) {
  if (from === to) return Float32Array.from(samples);
  let i = 0;
  const reader = new Reconstructor(from, to, () => (i < samples.length ? samples[i++] : 0));
  for (let early = 0; early < reader.half; early++) {
    // the taps look ahead: fill them
    reader.recent[reader.at] = reader.next();
    reader.at = (reader.at + 1) % reader.recent.length;
  }
  return Float32Array.from({ length: Math.ceil((samples.length * to) / from) }, () => reader.read());
}
