// Sounds that run in step, of which one is heard.  A graph as engine.js wants it; listen.py puts the same function into
// pages where no kernel runs.

const SWITCH_S = 0.01;

// buffers: AudioBuffers; heard: index; offset: seconds into them; loop: all of them, at the length of the longest.
export function inStep(context, { buffers, heard = 0, offset = 0, loop = false, ended = () => {} }) {
  const output = new GainNode(context);
  const voices = buffers.map((buffer, i) => {
    const source = new AudioBufferSourceNode(context, { buffer, loop });
    const gain = new GainNode(context, { gain: i === heard ? 1 : 0 });
    source.connect(gain).connect(output);
    return { source, gain };
  });
  const longest = buffers.reduce((best, buffer, i) => buffer.duration > buffers[best].duration ? i : best, 0);
  let startedAt = 0;
  return {
    output,
    start() {
      startedAt = context.currentTime;
      for (const { source } of voices) source.start(startedAt, offset);
      voices[longest].source.onended = ended;
    },
    set(now) {                                       // both ramps at once: equal sounds stay equal while switching
      voices.forEach(({ gain }, i) => {
        gain.gain.cancelScheduledValues(context.currentTime);
        gain.gain.setValueAtTime(gain.gain.value, context.currentTime);
        gain.gain.linearRampToValueAtTime(i === now ? 1 : 0, context.currentTime + SWITCH_S);
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
