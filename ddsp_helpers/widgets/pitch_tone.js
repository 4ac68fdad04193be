// A harmonic tone that follows a pitch curve: the formula of dsp.harmonic_synthesis, sample by sample.
import { bufferGraph } from "./engine.js";
import { hzToMidi, midiToHz } from "./words.js";

const N_HARMONICS = 6, QUIET = 0.1, REDRAW_MS = 60;
const POWERS = Array.from({ length: N_HARMONICS }, (_, i) => 1 / (i + 1) ** 2);
const SHARES = POWERS.map((x) => x / POWERS.reduce((sum, y) => sum + y, 0));
const PER_RMS = 1 / Math.sqrt(SHARES.reduce((sum, x) => sum + x * x, 0) / 2);        // sum of amplitudes for an RMS of 1

// Pitch of every frame: straight in semitones across what is not believed, held at the ends.
function bridged(f0, believed) {
  const at = believed.flatMap((yes, n) => yes ? [n] : []);
  let next = 0;
  return f0.map((hz, n) => {
    if (believed[n]) return hz;
    while (next < at.length && at[next] < n) next++;
    const left = at[next - 1] ?? at[next], right = at[next] ?? left;
    if (left === right) return f0[left];
    return midiToHz(hzToMidi(f0[left]) + (hzToMidi(f0[right]) - hzToMidi(f0[left])) * (n - left) / (right - left));
  });
}

// Samples [frames * hop]: f0 runs linearly from frame to frame, amplitudes along a Hann ramp, nothing from Nyquist on.
export function harmonicTone(f0, believed, edited, rms, { rate, hop }) {
  const out = new Float32Array(f0.length * hop);
  if (!believed.includes(true)) return out;
  const hz = bridged(f0, believed), quiet = QUIET * rms.reduce((a, b) => Math.max(a, b));
  const amplitude = rms.map((x, n) => believed[n] ? PER_RMS * (edited[n] ? Math.max(x, quiet) : x) : 0);
  let start = 0;
  for (let n = 0; n < hz.length; n++) {
    const step = hz[n] / rate, bend = ((hz[n + 1] ?? hz[n]) - hz[n]) / rate / (2 * hop);
    const top = Math.max(hz[n], hz[n + 1] ?? hz[n]), from = amplitude[n], to = amplitude[n + 1] ?? from;
    const heard = SHARES.map((share, k) => (k + 1) * top < rate / 2 ? share : 0);
    for (let i = 0; (from || to) && i < hop; i++) {
      const turn = 2 * Math.PI * (start + step * i + bend * i * i), twice = 2 * Math.cos(turn);
      const level = from + (to - from) * (0.5 - 0.5 * Math.cos(Math.PI * i / hop));
      let before = 0, now = Math.sin(turn), sum = 0;
      for (let k = 0; k < N_HARMONICS; k++) {
        sum += heard[k] * now;
        [before, now] = [now, twice * now - before];
      }
      out[n * hop + i] = level * sum;
    }
    start += step * hop + bend * hop * hop;
    start -= Math.floor(start);
  }
  return out;
}

// Plays samplesOf(value) in a loop, the selected frames only where some are; a change goes on from where it was.
export function toneGraph({ rate, hop, samplesOf }) {
  return (context, value) => {
    const output = new GainNode(context);
    let playing = null, startedAt = 0, offset = 0, piece = null, clock = null;
    const pieceOf = (v) => {
      const all = samplesOf(v), [first, last] = v.selection.length ? v.selection : [0, v.f0_hz.length - 1];
      const samples = all.slice(first * hop, (last + 1) * hop);
      return { from: first * hop / rate, samples: samples.length ? samples : new Float32Array(1) };
    };
    const into = () => (offset + context.currentTime - startedAt) % (piece.samples.length / rate);
    const swap = (v) => {
      const next = pieceOf(v), at = piece && next.from === piece.from ? into() : 0;
      const gain = new GainNode(context, { gain: 0 }), made = bufferGraph(context, next.samples, rate, {
        offset: Math.min(at, (next.samples.length - 1) / rate) });
      const now = context.currentTime, old = playing;
      made.output.connect(gain).connect(output);
      gain.gain.setValueAtTime(old ? 0 : 1, now);
      if (old) {
        gain.gain.linearRampToValueAtTime(1, now + 0.015);
        old.gain.gain.setValueAtTime(1, now);
        old.gain.gain.linearRampToValueAtTime(0, now + 0.015);
        setTimeout(() => old.made.dispose(), 100);
      }
      made.start();
      [piece, startedAt, offset, playing] = [next, now, at, { made, gain }];
    };
    return {
      output,
      start: () => swap(value),
      set(v) { clearTimeout(clock); clock = setTimeout(() => swap(v), REDRAW_MS); },
      position: () => piece ? piece.from + into() : undefined,
      dispose() { clearTimeout(clock); playing?.made.dispose(); output.disconnect(); },
    };
  };
}

// The same tone at one pitch that glides within 10 ms: value { hz, rms }.
export function glidingTone(context, { hz, rms }) {
  const imag = Float32Array.from([0, ...SHARES]), real = new Float32Array(imag.length);
  const oscillator = new OscillatorNode(context, {
    type: "custom", frequency: hz, periodicWave: new PeriodicWave(context, { real, imag, disableNormalization: true }),
  });
  const output = new GainNode(context, { gain: PER_RMS * rms });
  oscillator.connect(output);
  return {
    output,
    start: () => oscillator.start(),
    set: (now) => oscillator.frequency.setTargetAtTime(now.hz, context.currentTime, 0.01),
    dispose: () => { oscillator.stop(); output.disconnect(); },
  };
}
