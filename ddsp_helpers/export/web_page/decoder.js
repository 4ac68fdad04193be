// A trained instrument's network, frame by frame: pitch and loudness in, controls of the synthesizers out
// (models/gru.py, mingru.py, cnn.py, layers.py).

// A class for worklets: it uses no name from outside.
export class Decoder {
  // spec: { decoder, width, depth, synth: { sample_rate, n_harmonics, n_noise_bands } } as Python names them.
  // weights: { path: Float32Array } without "decoder/" before them, matrices [in, out] row by row.
  constructor(spec, weights) {
    Object.assign(this, { spec, weights });
    this.state = new Map();
    this.run = { gru: this.#gru, mingru: this.#minGru, cnn: this.#cnn }[spec.decoder];
  }

  // The controls of the next frame: { f0Hz, amplitude, amplitudes (of each harmonic), noise }.
  step(f0Hz, loudnessDb) {
    const midi = f0Hz > 0 ? 69 + 12 * Math.log2(f0Hz / 440) : 0;
    return this.controls(this.run([midi / 127, loudnessDb / 80 + 1]), f0Hz);
  }

  // Valid controls of the network's outputs, as models.Instrument.physical_controls.
  controls(outputs, f0Hz) {
    const { n_harmonics: harmonics, n_noise_bands: bands, sample_rate: rate } = this.spec.synth;
    const amplitude = Decoder.expSigmoid(outputs[0]);
    const amplitudes = new Float64Array(harmonics);
    let sum = 0;
    for (let k = 1; k <= harmonics && k * f0Hz < rate / 2; k++) {
      amplitudes[k - 1] = Decoder.expSigmoid(outputs[k]);
      sum += amplitudes[k - 1];
    }
    for (let k = 0; k < harmonics && sum > 0; k++) amplitudes[k] *= amplitude / sum;
    const noise = new Float64Array(bands);
    for (let b = 0; b < bands; b++) noise[b] = Decoder.expSigmoid(outputs[1 + harmonics + b] + this.spec.noise_bias);
    return { f0Hz, amplitude, amplitudes, noise };
  }

  // 2 sigmoid(x) ** ln(10) + 1e-7
  static expSigmoid(x) {
    return 2 * Math.exp(-Math.LN10 * (x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x)) + 1e-7;
  }

  static sigmoid(x) {
    return 1 / (1 + Math.exp(-x));
  }

  // bias + x W.  Four rows at a time: the sums are read and written a quarter as often.
  #times(x, name, bias, from = 0, length = 0) {
    const kernel = this.weights[name];
    const out = new Float64Array(length || kernel.length / x.length);
    if (bias) for (let o = 0; o < out.length; o++) out[o] = bias[from + o];
    const n = out.length;
    let i = 0;
    for (; i + 4 <= x.length; i += 4) {
      const [a, b, c, d] = [x[i], x[i + 1], x[i + 2], x[i + 3]];
      for (let o = 0, at = i * n; o < n; o++, at++)
        out[o] += a * kernel[at] + b * kernel[at + n] + c * kernel[at + 2 * n] + d * kernel[at + 3 * n];
    }
    for (; i < x.length; i++) for (let o = 0, at = i * n; o < n; o++, at++) out[o] += x[i] * kernel[at];
    return out;
  }

  #dense(name, x) {
    return this.#times(x, `${name}/kernel`, this.weights[`${name}/bias`]);
  }

  // Normalisation over the channels of a frame, in place.
  #norm(name, x) {
    const gamma = this.weights[`${name}/gamma`];
    const beta = this.weights[`${name}/beta`];
    let mean = 0;
    let variance = 0;
    for (const value of x) mean += value / x.length;
    for (const value of x) variance += (value - mean) ** 2 / x.length;
    const scale = 1 / Math.sqrt(variance + 1e-5);
    for (let i = 0; i < x.length; i++) x[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
    return x;
  }

  // Dense, normalisation, leaky ReLU.
  #fc(name, x) {
    const y = this.#norm(`${name}/norm`, this.#dense(`${name}/dense`, x));
    for (let i = 0; i < y.length; i++) if (y[i] < 0) y[i] *= 0.2;
    return y;
  }

  #remembered(name, size) {
    if (!this.state.has(name)) this.state.set(name, new Float64Array(size));
    return this.state.get(name);
  }

  #gru(inputs) {
    const x = this.#fc("before", inputs);
    const h = this.#remembered("gru", this.spec.width);
    const units = h.length;
    const bias = this.weights["gru/bias"];
    const a = this.#times(x, "gru/kernel", bias);
    const b = this.#times(h, "gru/recurrent_kernel", bias, 3 * units);
    const both = new Float64Array(2 * units);
    both.set(x);
    for (let i = 0; i < units; i++) {
      const z = Decoder.sigmoid(a[i] + b[i]);
      const r = Decoder.sigmoid(a[units + i] + b[units + i]);
      h[i] = z * h[i] + (1 - z) * Math.tanh(a[2 * units + i] + r * b[2 * units + i]);
    }
    both.set(h, units);
    return this.#dense("head", this.#fc("after", both));
  }

  #minGru(inputs) {
    const x = this.#fc("before", inputs);
    for (let layer = 0; layer < this.spec.depth; layer++) {
      const h = this.#remembered(`mingru_${layer}`, x.length);
      const gates = this.#dense(`mingru_${layer}`, x);
      for (let i = 0; i < h.length; i++) h[i] += Decoder.sigmoid(gates[i]) * (gates[h.length + i] - h[i]);
      const mixed = this.#fc(`mixer_${layer}`, h);
      for (let i = 0; i < x.length; i++) x[i] += mixed[i];
    }
    return this.#dense("head", x);
  }

  #cnn(inputs) {
    const x = this.#convolution("before", inputs, 1);
    for (const { name, dilation } of this.spec.convolutions) {
      const y = this.#convolution(name, x, dilation);
      for (let i = 0; i < x.length; i++) x[i] += y[i];
    }
    return this.#dense("head", x);
  }

  // A dilated convolution over three frames, the last of them now; normalised, ReLU6.
  #convolution(name, x, dilation) {
    const n = x.length;
    const past = this.#remembered(name, 2 * dilation * n);
    const taps = new Float64Array(3 * n);
    taps.set(past.subarray(0, n));
    taps.set(past.subarray(dilation * n, (dilation + 1) * n), n);
    taps.set(x, 2 * n);
    past.copyWithin(0, n);
    past.set(x, past.length - n);
    const y = this.#norm(`${name}/norm`, this.#times(taps, `${name}/kernel`));
    for (let i = 0; i < y.length; i++) y[i] = Math.min(6, Math.max(0, y[i]));
    return y;
  }
}
