// Numbers as a musician says them: what a screen reader hears and the readout beside a slider shows.

const NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

// Three digits or so: 443, 0.123, 12300.
export function number(x) {
  if (x === 0 || !Number.isFinite(x)) return x === 0 ? "0" : String(x);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
  const rounded = Number(x.toPrecision(3));
  return digits ? rounded.toFixed(Math.min(digits, 6)).replace(/\.?0+$/, "") : rounded.toFixed(0);
}

export function hzToMidi(hz) {
  return 69 + 12 * Math.log2(hz / 440);
}
export function midiToHz(midi) {
  return 440 * 2 ** ((midi - 69) / 12);
}
export function dbOf(amplitude) {
  return 20 * Math.log10(Math.max(amplitude, 1e-6));
}
export function amplitudeOf(db) {
  return 10 ** (db / 20);
}

export function noteName(midi) {
  const nearest = Math.round(midi);
  return NOTES[((nearest % 12) + 12) % 12] + (Math.floor(nearest / 12) - 1);
}

// "A4 + 12 cents, 443 Hz"
export function pitch(hz) {
  if (!(hz > 0)) return "no pitch";
  const midi = hzToMidi(hz),
    cents = Math.round(100 * (midi - Math.round(midi)));
  const off = cents === 0 ? "" : cents > 0 ? ` + ${cents} cents` : ` - ${-cents} cents`;
  return `${noteName(midi)}${off}, ${hz < 100 ? hz.toFixed(1) : hz.toFixed(0)} Hz`;
}

export function decibels(db) {
  return `${db.toFixed(1)} dB`;
}

export function seconds(s) {
  return s < 1 ? `${Math.round(1000 * s)} milliseconds` : `${s.toFixed(2)} seconds`;
}

// The wording of a declared control's value, by its unit.
export function say(control, x) {
  if (control.unit === "Hz")
    return control.name.startsWith("f0") || control.name === "frequency_hz" ? pitch(x) : `${number(x)} Hz`;
  if (control.unit === "dB") return decibels(x);
  if (control.unit === "s") return seconds(x);
  if (control.step === 1) return `${Math.round(x)}${control.unit ? " " + control.unit : ""}`;
  return `${number(x)}${control.unit ? " " + control.unit : ""}`;
}
