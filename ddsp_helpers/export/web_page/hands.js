// Keys to pitch and loudness, frame by frame: one voice, the last key that is down sounds.
// A class for worklets: it uses no name from outside.

export class Hands {
  constructor(frameRate) {
    Object.assign(this, { frameRate, held: [], lifted: new Set(), pedal: false, bend: 0, modulation: 0 });
    Object.assign(this, { midi: null, velocity: 0, gainDb: -Infinity, since: 0, vibrato: 0 });
  }

  get sounding() {
    return this.gainDb > -Infinity;
  }

  // { down: midi, velocity: 0 ... 1 }, { up: midi }, { pedal: bool }, { bend: semitones }, { modulation: 0 ... 1 },
  // { allUp: true }.
  set({ down, velocity = 0.7, up, pedal, bend, modulation, allUp }) {
    if (down !== undefined) this.#down(down, velocity);
    if (up !== undefined) this.#up(up);
    if (bend !== undefined) this.bend = bend;
    if (modulation !== undefined) this.modulation = modulation;
    if (pedal !== undefined) {
      this.pedal = pedal;
      if (!pedal) this.held = this.held.filter(({ midi }) => !this.lifted.has(midi));
      if (!pedal) this.lifted.clear();
    }
    if (allUp) this.held = [];
  }

  #down(midi, velocity) {
    this.#forget(midi);
    this.held.push({ midi, velocity });
    this.velocity = velocity;
    if (this.gainDb < -30) {
      this.midi = midi; // from silence: no glide
      this.gainDb = -24;
    } else this.gainDb = Math.min(this.gainDb, -4); // between tied notes: a slight new attack
    this.since = 0;
  }

  #up(midi) {
    if (this.pedal) this.lifted.add(midi);
    else this.#forget(midi);
  }

  #forget(midi) {
    this.held = this.held.filter((one) => one.midi !== midi);
    this.lifted.delete(midi);
  }

  // The next frame: { f0Hz, loudnessDb }.  quantiles: loudness of the instrument's notes, rising, dB; settings: {
  // pitch_shift_semitones, loudness_shift_db, vibrato_cents, floor_db }.
  step(quantiles, settings) {
    const last = this.held[this.held.length - 1];
    if (last) {
      this.velocity = last.velocity;
      this.midi += 0.7 * (last.midi - this.midi); // a glide of a few hundredths of a second
      this.gainDb += Math.min(8, 0.5 * (0 - this.gainDb) + 0.5); // attack in about 0.1 s
      this.gainDb = Math.min(this.gainDb, 1.5 * Math.exp(-this.since / (0.2 * this.frameRate))); // a little accent
    } else this.gainDb -= 240 / this.frameRate;
    if (this.gainDb < -60) this.gainDb = -Infinity;
    this.since++;
    const place = (0.15 + 0.8 * this.velocity) * (quantiles.length - 1);
    const low = Math.min(quantiles.length - 2, Math.floor(place));
    const targetDb = quantiles[low] + (place - low) * (quantiles[low + 1] - quantiles[low]);
    const loudnessDb = Math.max(settings.floor_db, targetDb + this.gainDb + settings.loudness_shift_db);
    const midi =
      (this.midi ?? 69) + this.bend + settings.pitch_shift_semitones + this.#vibrato(settings.vibrato_cents) / 100;
    return { f0Hz: 440 * 2 ** ((midi - 69) / 12), loudnessDb };
  }

  // Cents: it begins a quarter of a second into a note, as a player's does.
  #vibrato(depth) {
    const grown = Math.min(1, Math.max(0, this.since / this.frameRate - 0.25) / 0.4);
    this.vibrato = (this.vibrato + 5.5 / this.frameRate) % 1;
    return (grown * depth + 50 * this.modulation) * Math.sin(2 * Math.PI * this.vibrato);
  }
}
