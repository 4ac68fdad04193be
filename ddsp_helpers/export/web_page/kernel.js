// The instrument: a voice or keys in, sound out, whatever the sizes of the blocks.
// A kernel of engine.js: it uses no names from outside but those in `needs`.
import { Decoder } from "./decoder.js";
import { Follower } from "./follower.js";
import { Hands } from "./hands.js";
import { Listener } from "./listener.js";
import { HarmonicVoice, NoiseVoice } from "./voices.js";

export class InstrumentKernel {
  static needs = [Listener, Follower, Hands, Decoder, HarmonicVoice, NoiseVoice];

  // options: instruments: [{ spec, weights, range, quantiles_db }]; rules: { listener, follower } constants; chosen:
  // which plays; source: "voice" or "keys"; settings: those of Follower and Hands.
  // A browser compiles what runs often: a rehearsal of half a second makes the first notes as quick as all others.
  constructor(sampleRate, options, rehearsed = false) {
    const { instruments, rules, chosen = 0, source = "voice", settings } = options;
    if (!rehearsed) InstrumentKernel.rehearse(sampleRate, options);
    Object.assign(this, { sampleRate, instruments, rules, source, settings: { ...settings } });
    this.frameRate = instruments[0].spec.synth.frame_rate;
    this.listener = new Listener(sampleRate, rules.listener);
    this.hands = new Hands(this.frameRate);
    const { size } = this.listener;
    this.heard = new Float32Array(size); // the last samples that came, oldest first
    this.fresh = new Float32Array(size); // those since the last frame
    this.filled = 0;
    this.clock = 0;
    this.frame = 0;
    this.due = size / 2; // at which sample frame 0 is known
    this.peak = { in: 0, out: 0 };
    this.idle = 0;
    this.#take(chosen);
  }

  static rehearse(sampleRate, options) {
    const one = new InstrumentKernel(sampleRate, { ...options, source: "voice" }, true);
    const saw = Float32Array.from({ length: 128 }, (_, i) => 0.1 - (0.2 * i) / 128);
    const out = new Float32Array(128);
    for (let at = 0; at < sampleRate / 2; at += 128) one.process(out, saw);
  }

  // Another instrument, source or settings; keys go to the hands.
  set({ chosen, source, settings, keys }) {
    if (settings) Object.assign(this.settings, settings);
    if (keys) this.hands.set(keys);
    if (source && source !== this.source) {
      this.source = source;
      this.hands.set({ allUp: true });
    }
    if (chosen !== undefined && chosen !== this.chosen) {
      this.leaving = this.chain;
      this.#take(chosen);
      this.chain.fadesIn = true;
    }
  }

  #take(chosen) {
    const { spec, weights, range } = this.instruments[chosen];
    const { sample_rate: native, frame_rate: frames, n_harmonics: harmonics, n_noise_bands: bands } = spec.synth;
    this.chosen = chosen;
    this.follower = new Follower(range, this.rules.follower, this.settings, this.frameRate);
    this.chain = {
      decoder: new Decoder(spec, weights),
      harmonic: new HarmonicVoice(this.sampleRate, { native, harmonics }),
      noise: new NoiseVoice(this.sampleRate, { native, nativeHop: native / frames, bands }),
      waiting: null,
      sounds: false,
    };
  }

  process(output, input) {
    output.fill(0);
    for (let i = 0; i < output.length;) {
      const count = Math.min(output.length - i, this.due - this.clock, this.fresh.length - this.filled);
      if (count > 0) this.#pass(output, input, i, count);
      i += count;
      if (this.clock === this.due) this.#next();
      else if (this.filled === this.fresh.length) this.#shift();
    }
    for (const x of output) this.peak.out = Math.max(this.peak.out, Math.abs(x));
  }

  #pass(output, input, at, count) {
    for (let j = 0; j < count; j++) {
      const x = input ? input[at + j] : 0;
      this.fresh[this.filled + j] = x;
      if (Math.abs(x) > this.peak.in) this.peak.in = Math.abs(x);
    }
    const from = this.clock - this.began;
    for (const chain of [this.chain, this.leaving]) {
      if (!chain?.sounds) continue;
      chain.harmonic.add(output, at, from, from + count);
      chain.noise.add(output, at, from, from + count);
    }
    this.filled += count;
    this.clock += count;
  }

  #shift() {
    this.heard.copyWithin(0, this.filled);
    this.heard.set(this.fresh.subarray(0, this.filled), this.heard.length - this.filled);
    this.filled = 0;
  }

  // A frame is known: it is decoded, and the next hop goes there from the frame before.
  #next() {
    this.#shift();
    this.began = this.clock;
    this.frame += 1;
    this.due = Math.round((this.frame * this.sampleRate) / this.frameRate) + this.heard.length / 2;
    const heard = this.source === "voice" ? this.listener.hear(this.heard) : null;
    const { quantiles_db: quantiles } = this.instruments[this.chosen];
    const wanted = heard ? this.follower.step(heard) : this.hands.step(quantiles, this.settings);
    const sounding = heard ? this.follower.sounding : this.hands.sounding;
    this.idle = heard || sounding ? 0 : this.idle + 1;
    this.#glide(wanted, this.due - this.clock);
    const db = (peak) => 20 * Math.log10(Math.max(peak, 1e-6));
    if (this.idle < 8 * this.frameRate)
      // then the page need not draw
      this.post?.({
        heard,
        wanted,
        sounding,
        inDb: db(this.peak.in),
        outDb: db(this.peak.out),
        at: this.clock / this.sampleRate,
      });
    this.peak = { in: 0, out: 0 };
  }

  #glide(wanted, hop) {
    const { chain } = this;
    if (this.leaving) {
      const last = this.leaving.waiting;
      if (last && !this.leaving.left) this.#play(this.leaving, InstrumentKernel.silent(last), hop);
      else this.leaving = null;
      if (this.leaving) this.leaving.left = true;
    }
    if (this.idle > this.frameRate / 2) return this.#rest(chain, hop);
    const next = chain.decoder.step(wanted.f0Hz, wanted.loudnessDb);
    if (chain.fadesIn) chain.waiting = InstrumentKernel.silent(next);
    chain.fadesIn = false;
    if (chain.waiting) this.#play(chain, next, hop);
    chain.waiting = next;
  }

  // Nobody plays: what still sounds fades, and the next key begins anew.
  #rest(chain, hop) {
    chain.sounds = false;
    chain.fadesIn = true;
    chain.decoder.state.clear();
    if (chain.waiting) this.#play(chain, InstrumentKernel.silent(chain.waiting), hop);
    chain.waiting = null;
  }

  #play(chain, next, hop) {
    chain.harmonic.begin(chain.waiting, next, hop);
    chain.noise.begin(chain.waiting, next, hop);
    chain.sounds = true;
  }

  static silent({ f0Hz, amplitudes, noise }) {
    return {
      f0Hz,
      amplitude: 0,
      amplitudes: new Float64Array(amplitudes.length),
      noise: new Float64Array(noise.length),
    };
  }
}
