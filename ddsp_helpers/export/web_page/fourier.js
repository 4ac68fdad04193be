// The discrete Fourier transform of a power of two, in float64.  A class for worklets: it uses no name from outside.

export class Fourier {
  constructor(size) {
    this.size = size;
    this.cosine = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sine = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
    this.order = new Uint32Array(size); // bits of an index, reversed
    for (let i = 1; i < size; i++) this.order[i] = (this.order[i >> 1] >> 1) | (i & 1 ? size / 2 : 0);
  }

  // sum_n x_n exp(-2 pi i k n / size), in place; with sign = 1 the conjugate kernel, not divided by size.
  transform(real, imaginary, sign = -1) {
    const { size, cosine, sine } = this;
    this.#reorder(real, imaginary);
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let base = 0; base < size; base += 2 * half) {
        for (let low = base, turn = 0; low < base + half; low++, turn += stride) {
          const high = low + half;
          const c = cosine[turn];
          const s = sign * sine[turn];
          const a = real[high] * c - imaginary[high] * s;
          const b = real[high] * s + imaginary[high] * c;
          real[high] = real[low] - a;
          imaginary[high] = imaginary[low] - b;
          real[low] += a;
          imaginary[low] += b;
        }
      }
    }
  }

  #reorder(real, imaginary) {
    for (let i = 0; i < this.size; i++) {
      const j = this.order[i];
      if (j <= i) continue;
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
}
