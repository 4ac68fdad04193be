// A plain tone that is played as the notes say: the formula of plain_tone.py, rendered by control_synth.js.
import { kernelNode } from "./engine.js";
import { ControlSynth } from "./control_synth.js";
import { clamp } from "./ui.js";
import { midiToHz } from "./words.js";
import { AT, lastEnd } from "./roll_notes.js";

const RATE = 16000, HOP = 160, HARMONICS = 24, BANDS = 9, FRAME_RATE = RATE / HOP;
const ATTACK_FRAMES = 6, VIBRATO_HZ = 5.5, ROOM_S = 20, REDRAW_MS = 60;

// Controls of the first `frames` hundredths of a second.  A frame belongs to the note that began last and still sounds.
export function toneControls(notes, frames) {
  const f0Hz = new Float32Array(frames), amplitudes = new Float32Array(frames * HARMONICS), noise = new Float32Array(frames * BANDS);
  for (const row of [...notes].sort((a, b) => a[AT.onset] - b[AT.onset])) {
    const [onset, length, midi, , volume, fluctuation, peakAt, vibrato, brightness, attack] = row;
    const first = Math.ceil(onset * FRAME_RATE - 1e-6), last = Math.min(frames, Math.ceil((onset + length) * FRAME_RATE - 1e-6));
    const peak = clamp(peakAt, 0, 1), deepDb = Math.min(36, 60 * Math.max(0, fluctuation));
    const ratio = 1 - 1 / Math.max(1, 12 * brightness), attackLevel = 10 ** (2 * (attack - 2.625));
    const total = Array.from({ length: HARMONICS }, (_, k) => ratio ** k).reduce((sum, x) => sum + x, 0);
    for (let n = first; n < last; n++) {
      const at = n / FRAME_RATE - onset, away = Math.abs(at / length - peak) / Math.max(peak, 1 - peak);
      f0Hz[n] = midiToHz(midi + vibrato / 2.5 * Math.sin(2 * Math.PI * VIBRATO_HZ * at) * Math.min(1, at / 0.3));
      const level = 10 ** ((30 * (volume - 0.9) - 24 + deepDb * (0.5 - away)) / 20);
      let share = level * Math.min(1, (at + 0.01) / 0.02, (length - at) / 0.03) / total;
      for (let k = 0; k < HARMONICS; k++, share *= ratio) amplitudes[n * HARMONICS + k] = share;
      noise.fill(attackLevel * Math.max(0, 1 - (n - first) / ATTACK_FRAMES), n * BANDS, (n + 1) * BANDS);
    }
  }
  hold(f0Hz);
  return { f0Hz, amplitudes, noise };
}

// Between notes the pitch of the one before goes on, at the beginning that of the first.
function hold(f0Hz) {
  let now = f0Hz.find((hz) => hz > 0) ?? 440;
  for (let n = 0; n < f0Hz.length; n++) now = f0Hz[n] = f0Hz[n] || now;
}

// Plays notesOf(value) from `from()` seconds on; heard(seconds) is told where it is.  Edits are heard while it plays.
export const toneGraph = ({ notesOf, from, heard, full }) => async (context, value) => {
  const frames = Math.ceil((Math.max(lastEnd(notesOf(value)), from()) + ROOM_S) * FRAME_RATE);
  const made = await kernelNode(context, ControlSynth, {
    sampleRate: RATE, hop: HOP, harmonics: HARMONICS, bands: BANDS, loop: false, frame: Math.round(from() * FRAME_RATE),
    controls: toneControls(notesOf(value), frames),
  });
  made.onmessage(({ frame }) => { if (frame !== undefined) heard(frame / FRAME_RATE); });
  let clock = null, played = notesOf(value);
  return {
    output: made.node,
    set(next) {
      if (notesOf(next) === played) return;
      played = notesOf(next);
      clearTimeout(clock);
      clock = setTimeout(() => {
        if (lastEnd(notesOf(next)) * FRAME_RATE > frames - FRAME_RATE) full();
        else made.set({ controls: toneControls(notesOf(next), frames) });
      }, REDRAW_MS);
    },
    dispose() { clearTimeout(clock); made.dispose(); },
  };
};
