// Keyboards that a page can hear: the computer's, as a piano, and those that speak MIDI.

// Two octaves by where a key lies, whatever is printed on it.
const ROWS = [
  "KeyZ KeyS KeyX KeyD KeyC KeyV KeyG KeyB KeyH KeyN KeyJ KeyM",
  "KeyQ Digit2 KeyW Digit3 KeyE KeyR Digit5 KeyT Digit6 KeyY " + "Digit7 KeyU KeyI Digit9 KeyO Digit0 KeyP",
];
export const PIANO = new Map(ROWS.flatMap((row, octave) => row.split(" ").map((code, i) => [code, 12 * octave + i])));
export const KEY_VELOCITY = 0.7;

// MIDI inputs that are there now or come later; rejects with words where this page may have none.
export async function listenToMidi(heard, told) {
  if (!navigator.requestMIDIAccess) {
    throw new Error(
      "This browser has no Web MIDI (Chrome, Edge and Firefox have); the computer's keyboard plays too.",
    );
  }
  let access;
  try {
    access = await navigator.requestMIDIAccess();
  } catch (error) {
    throw new Error(`This page may not use MIDI (${error.message}); the computer's keyboard plays too.`);
  }
  const connect = () => {
    const inputs = [...access.inputs.values()];
    for (const input of inputs) input.onmidimessage = heard;
    told(
      inputs.length
        ? `MIDI: ${inputs.map(({ name }) => name).join(", ")}`
        : "No MIDI keyboard is connected yet; it will be heard when it is.",
    );
  };
  access.onstatechange = connect;
  connect();
  return () => {
    access.onstatechange = null;
    for (const input of access.inputs.values()) input.onmidimessage = null;
  };
}
