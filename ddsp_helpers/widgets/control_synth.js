// Harmonics and filtered noise from control frames, as TensorFlow renders them (dsp/oscillators.py, dsp/noise.py): sample
// by sample the same sound at the controls' own rate, resampled where the page runs at another.
import { kernelNode } from "./engine.js";

// A kernel of engine.js.  Controls: { f0Hz [frames], amplitudes [frames * harmonics] (amplitude times distribution),
// noise [frames * bands] }, Float32Arrays.  Options: sampleRate and hop of the controls, harmonics, bands, seed, loop.
export class ControlSynth {
  constructor(sampleRate, { controls, sampleRate: native, hop, harmonics, bands, seed = 0, loop = true, frame = 0 }) {
    Object.assign(this, { native, hop, harmonics, bands, loop, controls });
    this.frames = controls.f0Hz.length;
    this.step = native / sampleRate;
    this.fadeLength = Math.min(hop, Math.round(0.01 * native));
    this.#planNoise(seed);
    if (this.step !== 1) this.#planResampling();
    this.block = new Float32Array(hop);
    this.frame = frame;
    this.current = this.#read(frame);
    this.phase = 0;
    this.at = hop;                                   // where the next native sample is in the block: at its end
    this.first = true;
  }

  // { controls }: other controls of the same sizes, heard at once.  { frame }: go on from there after this one.
  set({ controls, frame }) {
    if (controls) {
      this.controls = controls;
      if (this.begin && this.hop - this.at >= 32) this.#again();
    }
    if (frame !== undefined) this.frame = frame;
  }

  // Renders the hop that is sounding once more, and goes over to it within 4 ms.
  #again() {
    const { at, hop, begin, block: old } = this, length = Math.min(64, hop - at);
    const { tail, ...where } = begin;
    Object.assign(this, where, { block: this.spare ?? new Float32Array(hop), spare: old });
    this.tail.set(tail);
    this.current = this.#read(this.frame);
    this.#render();
    this.block.set(old.subarray(0, at));
    for (let i = 0; i < length; i++) this.block[at + i] = old[at + i] + (i + 1) / length * (this.block[at + i] - old[at + i]);
    this.at = at;
  }

  process(output) {
    if (this.step === 1) {
      for (let i = 0; i < output.length; i++) output[i] = this.#sample();
      return;
    }
    const { taps, phases, table, past } = this.resampling;
    for (let i = 0; i < output.length; i++) {
      for (; this.position >= 1; this.position--) {
        past.copyWithin(0, 1);
        past[taps - 1] = this.#sample();
      }
      const row = this.position * phases, low = Math.floor(row), share = row - low;
      let sum = 0;
      for (let j = 0, at = low * taps; j < taps; j++, at++) {
        sum += past[j] * (table[at] + share * (table[at + taps] - table[at]));
      }
      output[i] = sum;
      this.position += this.step;
    }
  }

  #sample() {
    if (this.at === this.hop) this.#render();
    return this.block[this.at++];
  }

  #read(frame) {
    const { f0Hz, amplitudes, noise } = this.controls, { harmonics, bands } = this;
    return {
      f0: f0Hz[frame],
      amplitudes: amplitudes.slice(frame * harmonics, (frame + 1) * harmonics),
      noise: noise.slice(frame * bands, (frame + 1) * bands),
    };
  }

  // The next hop of samples.  What was aimed at a frame ago is where this one begins, whatever was turned meanwhile.
  #render() {
    this.at = 0;
    this.block.fill(0);
    if (this.frame >= this.frames) return;
    this.begin = { frame: this.frame, phase: this.phase, index: this.index, first: this.first, tail: Float64Array.from(this.tail) };
    const last = this.frame === this.frames - 1;
    const next = this.#read(last ? this.frame : this.frame + 1);
    this.#harmonic(this.current, next);
    this.#noise(this.current, next);
    if (this.loop) this.#soften(last);
    this.post?.({ frame: this.frame });
    this.frame += 1;
    this.current = next;
    if (!last) return;
    if (this.loop) {
      this.frame = 0;
      this.phase = 0;
      this.first = false;
      this.current = this.#read(0);
    } else {
      this.post?.({ ended: true });
    }
  }

  // f0 runs linearly and amplitudes along a Hann ramp; the sum over k of a_k sin(k x) by the recurrence of Clenshaw.
  #harmonic(now, next) {
    const { hop, native, block } = this, a = now.amplitudes, b = next.amplitudes;
    const top = Math.max(now.f0, next.f0);
    const count = top > 0 ? Math.min(this.harmonics, Math.ceil(native / 2 / top) - 1) : 0;
    const step = now.f0 / native, bend = (next.f0 - now.f0) / (2 * hop * native);
    for (let i = 0; i < hop; i++) {
      const u = 0.5 - 0.5 * Math.cos(Math.PI * i / hop);
      const x = 2 * Math.PI * ((this.phase + step * i + bend * i * i) % 1);
      const twice = 2 * Math.cos(x);
      let one = 0, two = 0;
      for (let k = count - 1; k >= 0; k--) {
        const sum = a[k] + u * (b[k] - a[k]) + twice * one - two;
        two = one;
        one = sum;
      }
      block[i] += one * Math.sin(x);
    }
    this.phase = (this.phase + step * hop + bend * hop * hop) % 1;
  }

  #planNoise(seed) {
    const { hop, bands } = this, half = bands - 2, top = bands - 1;
    let steps = 1;
    for (let s = 1; s <= hop; s++) if (hop % s === 0 && hop / s >= Math.max(64, half)) steps = s;
    const matrix = new Float64Array(bands * top);                        // dsp/segments.py: impulse_response_matrix
    for (let k = 0; k < bands; k++) {
      for (let t = 0; t < top; t++) {
        const twice = k === 0 || k === top ? 1 : 2, window = 0.5 + 0.5 * Math.cos(Math.PI * t / top);
        matrix[k * top + t] = twice * Math.cos(Math.PI * k * t / top) / (2 * top) * window;
      }
    }
    this.filter = { half, steps, segment: hop / steps, matrix, response: new Float64Array(top) };
    this.key = this.#mix(Math.imul(seed, 0x9E3779B9));
    this.tail = new Float64Array(half);
    this.sounding = new Float64Array(hop + half);
    this.index = 0;
  }

  #mix(x) {
    x ^= x >>> 16;
    x = Math.imul(x, 0x85EBCA6B);
    x ^= x >>> 13;
    x = Math.imul(x, 0xC2B2AE35);
    return x ^ (x >>> 16);
  }

  // The half of the symmetric impulse response between two frames.
  #respond(now, next, u) {
    const { matrix, response } = this.filter, top = response.length;
    response.fill(0);
    for (let k = 0, at = 0; k < this.bands; k++) {
      const magnitude = now[k] + u * (next[k] - now[k]);
      for (let t = 0; t < top; t++, at++) response[t] += magnitude * matrix[at];
    }
    return response;
  }

  // Adds a segment of noise, which begins at sample `start` of this hop and is filtered by the response, where it sounds.
  #scatter(start, response) {
    const { half, segment } = this.filter, sounding = this.sounding;
    for (let i = 0; i < segment; i++) {
      const bits = this.#mix(this.#mix(this.index + start + i + this.key | 0) ^ this.key);
      const x = (bits >>> 8) * 2 ** -23 - 1, centre = start + i;
      const from = Math.max(0, centre - half), to = Math.min(sounding.length - 1, centre + half);
      for (let n = from; n <= to; n++) sounding[n] += x * response[Math.abs(n - centre)];
    }
  }

  #noise(now, next) {
    const { half, steps, segment } = this.filter, { hop, sounding, block } = this;
    sounding.fill(0);
    sounding.set(this.tail);
    for (let s = 0; s < steps; s++) this.#scatter(s * segment, this.#respond(now.noise, next.noise, s / steps));
    this.tail.set(sounding.subarray(hop));
    this.#scatter(hop, this.#respond(next.noise, next.noise, 0));         // the next frame's filter sounds early
    for (let i = 0; i < hop; i++) block[i] += sounding[i];
    this.index += hop;
  }

  // A loop ends and begins anew without a click.
  #soften(last) {
    const { block, hop, fadeLength } = this;
    for (let i = 0; i < fadeLength; i++) {
      if (last) block[hop - 1 - i] *= i / fadeLength;
      if (this.frame === 0 && !this.first) block[i] *= i / fadeLength;
    }
  }

  // A windowed sinc, kept at 256 shifts: position 0 ... 1 lies between the two middle samples of the past.
  #planResampling() {
    const taps = 32, phases = 256, cut = Math.min(1, 1 / this.step);
    const table = new Float64Array((phases + 1) * taps);
    for (let row = 0; row <= phases; row++) {
      for (let j = 0; j < taps; j++) {
        const t = j - (taps / 2 - 1) - row / phases, x = Math.PI * t * cut;
        const window = Math.max(0, 0.5 + 0.5 * Math.cos(2 * Math.PI * t / (taps + 2)));
        table[row * taps + j] = window * (Math.abs(x) < 1e-12 ? cut : cut * Math.sin(x) / x);
      }
    }
    this.resampling = { taps, phases, table, past: new Float64Array(taps) };
    this.position = taps / 2 + 1;                                         // read ahead: nothing is late
  }
}

// A graph of engine.js that plays controls and can change them: controlsOf(value) gives them; heard({ frame }) is told what
// sounds.  sizes: { sample_rate, hop, n_harmonics, n_noise_bands } as Python's SynthSpec names them.
export const controlGraph = (sizes, controlsOf, heard = () => {}) => async (context, value) => {
  const made = await kernelNode(context, ControlSynth, { ...optionsOf(sizes), controls: controlsOf(value) });
  made.onmessage(heard);
  return { output: made.node, set: (next) => made.set({ controls: controlsOf(next) }), dispose: made.dispose };
};

// The same sound at once, without a page: Float32Array of frames * hop samples.
export function renderControls(sizes, controls) {
  const samples = new Float32Array(controls.f0Hz.length * sizes.hop);
  new ControlSynth(sizes.sample_rate, { ...optionsOf(sizes), controls, loop: false }).process(samples);
  return samples;
}

const optionsOf = (sizes) =>
  ({ sampleRate: sizes.sample_rate, hop: sizes.hop, harmonics: sizes.n_harmonics, bands: sizes.n_noise_bands });
