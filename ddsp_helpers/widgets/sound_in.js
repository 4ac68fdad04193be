// Sound that comes into a page: from a microphone or a file.

// Hands what comes in to the page, 1024 samples at a time, and lets nothing out.
export class Tap {
  constructor() {
    this.chunk = new Float32Array(1024);
    this.filled = 0;
  }

  set() {}

  process(output, input) {
    output.fill(0);
    if (!input) return;
    for (let i = 0; i < input.length; i++) {
      this.chunk[this.filled++] = input[i];
      if (this.filled < this.chunk.length) continue;
      this.post?.(this.chunk.slice());
      this.filled = 0;
    }
  }
}

// A microphone as it is: nothing that is made for telephones between it and the page.
export function microphoneStream() {
  return navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
  });
}

// Why there is no microphone, and what to do, in words.
export function whyNoMicrophone(error) {
  if (!navigator.mediaDevices)
    return "This page may not use a microphone (https or localhost is needed). Upload a file instead.";
  const why = {
    NotAllowedError:
      "The microphone was not allowed. Allow it beside the page's address and record again, or upload a file.",
    NotFoundError: "No microphone was found. Plug one in, or upload a file.",
    NotReadableError: "Another program holds the microphone. Close it, or upload a file.",
  }[error.name];
  return why ?? `The microphone did not open (${error.message}). Upload a file instead.`;
}

// A sound file as mono samples at its own rate where that is known (wav), else at 48 kHz.
export async function decoded(file) {
  const bytes = await file.arrayBuffer(),
    view = new DataView(bytes);
  const isWav = bytes.byteLength > 28 && view.getUint32(0) === 0x52494646; // "RIFF"
  const rate = Math.min(96000, Math.max(8000, isWav ? view.getUint32(24, true) : 48000));
  const buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes),
    samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    buffer.getChannelData(channel).forEach((x, i) => {
      samples[i] += x / buffer.numberOfChannels;
    });
  }
  return { samples, rate };
}
