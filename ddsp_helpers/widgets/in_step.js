// Sounds that run in step: one is heard, or each at a gain.  A graph as engine.js wants it; listen.py puts the same function into
// pages where no kernel runs.

const SWITCH_S = 0.01, FADE_S = 0.02;

// Buffers of one length, so that a loop keeps them in step; sounds: [{ samples, rate }].
export function buffersOf(context, sounds) {
  const longest = Math.max(...sounds.map(({ samples, rate }) => samples.length / rate));
  return sounds.map(({ samples, rate }) => {
    const buffer = context.createBuffer(1, Math.ceil(longest * rate), rate);
    buffer.copyToChannel(samples, 0);
    return buffer;
  });
}

// buffers: AudioBuffers; heard: index, or a gain for each; offset: seconds into them; loop: all of them, at the length of the longest.
export function inStep(context, { buffers, heard = 0, offset = 0, loop = false, ended = () => {} }) {
  const gainOf = (which, i) => Array.isArray(which) ? which[i] : Number(i === which);
  const output = new GainNode(context);
  const voices = buffers.map((buffer, i) => {
    const source = new AudioBufferSourceNode(context, { buffer, loop });
    const gain = new GainNode(context, { gain: gainOf(heard, i) });
    source.connect(gain).connect(output);
    return { source, gain };
  });
  const longest = buffers.reduce((best, buffer, i) => buffer.duration > buffers[best].duration ? i : best, 0);
  let startedAt = 0;
  return {
    output,
    start() {
      startedAt = context.currentTime;
      output.gain.setValueAtTime(0, startedAt);
      output.gain.linearRampToValueAtTime(1, startedAt + FADE_S);
      for (const { source } of voices) source.start(startedAt, offset);
      voices[longest].source.onended = ended;
    },
    set(now) {                                       // both ramps at once: equal sounds stay equal while switching
      voices.forEach(({ gain }, i) => {
        gain.gain.cancelScheduledValues(context.currentTime);
        gain.gain.setValueAtTime(gain.gain.value, context.currentTime);
        gain.gain.linearRampToValueAtTime(gainOf(now, i), context.currentTime + SWITCH_S);
      });
    },
    position: () => (offset + context.currentTime - startedAt) % buffers[longest].duration,
    dispose() {
      voices[longest].source.onended = null;
      for (const { source } of voices) source.stop();
      output.disconnect();
    },
  };
}
