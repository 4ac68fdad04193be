// The transfer recipe without a future, frame by frame: streaming/follow.py.
// A class for worklets: it uses no name from outside.

export class Follower {
  // range: { mean_midi, mean_db } of the instrument's notes; rules: the constants of streaming/follow.py; settings: {
  // pitch_shift_semitones, loudness_shift_db, threshold, quiet_db, autotune } as transfer.Settings.
  constructor(range, rules, settings, frameRate) {
    Object.assign(this, { range, rules, settings, frameRate });
    Object.assign(this, {
      notes: 0,
      midi: range.mean_midi,
      meanMidi: 0,
      meanDb: range.mean_db,
      octave: null,
      sounding: false,
    });
  }

  // What to play of what was heard ({ f0Hz, confidence, loudnessDb }): { f0Hz, loudnessDb }.
  step(heard) {
    const { rules, settings } = this;
    const midi = heard.f0Hz > 0 ? 69 + 12 * Math.log2(heard.f0Hz / 440) : 0;
    const isNote =
      heard.confidence >= rules.sure * settings.threshold &&
      midi < rules.highest_midi &&
      heard.loudnessDb > Math.max(rules.floor_db, this.meanDb - rules.range_db);
    if (isNote) this.#remember(midi, heard.loudnessDb);
    this.sounding = isNote;
    const gainDb = this.range.mean_db - this.meanDb;
    const loudnessDb = heard.loudnessDb + gainDb + settings.loudness_shift_db - (isNote ? 0 : settings.quiet_db);
    const tuned = this.midi + settings.autotune * (Math.round(this.midi) - this.midi);
    const moved = tuned + 12 * (this.octave ?? 0) + settings.pitch_shift_semitones;
    return { f0Hz: 440 * 2 ** ((moved - 69) / 12), loudnessDb: Math.max(rules.floor_db, loudnessDb) };
  }

  #remember(midi, loudnessDb) {
    const memory = this.rules.memory_s * this.frameRate;
    this.notes += 1;
    this.meanMidi += (midi - this.meanMidi) / Math.min(this.notes, memory);
    this.meanDb += (loudnessDb - this.meanDb) / Math.min(this.notes + this.rules.trust_s * this.frameRate, memory);
    if (!this.sounding || this.octave === null) this.octave = this.#octave();
    this.midi = midi;
  }

  #octave() {
    const distance = (this.range.mean_midi - this.meanMidi) / 12;
    if (this.octave !== null && Math.abs(distance - this.octave) < this.rules.hysteresis) return this.octave;
    return Math.min(4, Math.max(-4, Math.round(distance)));
  }
}
