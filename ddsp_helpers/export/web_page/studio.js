// The sound of the page: microphone, file or keys through the instrument and its room, beside the sound that came in.
import { kernelNode, live } from "./engine.js";
import { InstrumentKernel } from "./kernel.js";
import { Tap, microphoneStream } from "./sound_in.js";
import { roomAt } from "./unpack.js";

export const SETTINGS = {
  pitch_shift_semitones: 0,
  loudness_shift_db: 0,
  threshold: 1,
  quiet_db: 10,
  autotune: 0,
  vibrato_cents: 18,
  floor_db: -80,
};
const BLEND = { instrument: [1, 0], both: [0.7, 0.7], input: [0, 1] }; // gains of the instrument and of what came in
const FADE_S = 0.03;

// From a source to an instrument, in any BaseAudioContext: { input, output, delayS, set(message), blend(key), heard(f),
// dispose() }.
export async function chainOf(
  context,
  { instruments, rules, chosen = 0, source = "voice", settings = SETTINGS, blend = "instrument" },
) {
  const plain = instruments.map(({ room, credits, layout, ...rest }) => rest); // what the worklet needs
  const kernel = await kernelNode(
    context,
    InstrumentKernel,
    { instruments: plain, rules, chosen, source, settings },
    { inputs: 1 },
  );
  const [input, output, wet, dry] = Array.from(
    { length: 4 },
    () => new GainNode(context, { channelCount: 1, channelCountMode: "explicit" }),
  );
  const delayS = rules.listener.window_s / 2 + 1 / instruments[0].spec.synth.frame_rate;
  const late = new DelayNode(context, { delayTime: delayS, maxDelayTime: 1 }); // in step with the instrument
  input.connect(kernel.node).connect(wet).connect(output);
  input.connect(late).connect(dry).connect(output);
  const rooms = instruments.map((one) => roomOf(context, one, kernel.node, wet));
  const chain = {
    input,
    output,
    delayS,
    heard: kernel.onmessage,
    set(message) {
      kernel.set(message);
      if (message.chosen !== undefined) rooms.forEach((room, n) => room?.(n === message.chosen));
    },
    blend(key) {
      const gains = BLEND[key];
      [wet, dry].forEach(({ gain }, n) => gain.setTargetAtTime(gains[n], context.currentTime, FADE_S / 3));
    },
    dispose: () => {
      kernel.dispose();
      input.disconnect();
      output.disconnect();
    },
  };
  [wet.gain.value, dry.gain.value] = BLEND[blend];
  rooms.forEach((room, n) => room?.(n === chosen));
  return chain;
}

// What an instrument's learned room adds to its dry sound; a function that lets it be heard or not.
function roomOf(context, { room, spec }, from, to) {
  if (!room) return null;
  const samples = roomAt(room, spec.synth.sample_rate, context.sampleRate);
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  const gate = new GainNode(context, { gain: 0 });
  from
    .connect(gate)
    .connect(new ConvolverNode(context, { buffer, disableNormalization: true }))
    .connect(to);
  return (open) => gate.gain.setTargetAtTime(open ? 1 : 0, context.currentTime, FADE_S / 3);
}

// A whole file through an instrument, faster than it sounds: Float32Array at `rate`.
export async function renderFile({ samples, rate }, options, outRate) {
  const seconds = samples.length / rate;
  const context = new OfflineAudioContext(1, Math.ceil((seconds + 0.5) * outRate), outRate);
  const chain = await chainOf(context, { ...options, source: "voice" });
  const player = bufferNode(context, samples, rate);
  player.connect(chain.input);
  chain.output.connect(context.destination);
  player.start();
  const all = (await context.startRendering()).getChannelData(0);
  return all.subarray(Math.round(chain.delayS * outRate)); // in step with the file
}

function bufferNode(context, samples, rate) {
  const buffer = context.createBuffer(1, Math.max(1, samples.length), rate);
  buffer.copyToChannel(samples, 0);
  return new AudioBufferSourceNode(context, { buffer });
}

// A wav file of mono samples, 16 bits.
export function wavOf(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  [
    [16, 16, 4],
    [20, 1, 2],
    [22, 1, 2],
    [24, rate, 4],
    [28, 2 * rate, 4],
    [32, 2, 2],
    [34, 16, 2],
    [40, 2 * samples.length, 4],
  ].forEach(([at, value, size]) => (size === 4 ? view.setUint32(at, value, true) : view.setUint16(at, value, true)));
  text(36, "data");
  samples.forEach((x, i) => view.setInt16(44 + 2 * i, Math.round(32767 * Math.max(-1, Math.min(1, x))), true));
  return new Blob([view], { type: "audio/wav" });
}

// What is heard while the page is open.  told(message): what the kernel says of every frame.
export class Studio {
  constructor({ instruments, rules, told }) {
    Object.assign(this, {
      instruments,
      rules,
      told,
      chosen: 0,
      source: "keys",
      settings: { ...SETTINGS },
      listen: "instrument",
    });
    this.stream = null;
    this.player = null;
    this.recording = null;
  }

  get options() {
    const { instruments, rules, chosen, source, settings, listen } = this;
    return { instruments, rules, chosen, source, settings, blend: listen };
  }

  // Wakes the page's sound; call it from a click or a key.
  async open() {
    const { context, input, output } = await live();
    this.chain ??= chainOf(context, this.options).then((chain) => {
      chain.output.connect(input);
      chain.heard((message) => this.told(message));
      return chain;
    });
    Object.assign(this, { context, master: output });
    return this.chain;
  }

  async #tell(message) {
    if (this.chain) (await this.chain).set(message);
  }

  choose(chosen) {
    this.chosen = chosen;
    return this.#tell({ chosen });
  }

  set(settings) {
    Object.assign(this.settings, settings);
    return this.#tell({ settings });
  }

  async blend(key) {
    this.listen = key;
    if (this.chain) (await this.chain).blend(key);
  }

  async keys(message) {
    await this.open();
    if (this.source !== "keys") await this.#from("keys");
    return this.#tell({ keys: message });
  }

  async #from(source) {
    this.source = source;
    return this.#tell({ source });
  }

  async microphone() {
    this.quiet();
    const stream = await microphoneStream();
    const chain = await this.open();
    this.stream = stream;
    this.inputLatencyS = stream.getAudioTracks()[0]?.getSettings?.().latency ?? 0;
    await this.#from("voice");
    this.sound = this.context.createMediaStreamSource(stream);
    this.sound.connect(chain.input);
  }

  // Plays a file into the instrument; over() is called at its end.
  async file({ samples, rate }, over) {
    this.quiet();
    const chain = await this.open();
    await this.#from("voice");
    const player = (this.sound = bufferNode(this.context, samples, rate));
    player.connect(chain.input);
    player.onended = () => {
      if (this.sound !== player) return;
      this.quiet();
      over();
    };
    player.start();
  }

  // Ends what comes in; the instrument waits for keys, and rests.
  quiet() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.sound?.stop) this.sound.stop();
    this.sound?.disconnect();
    this.sound = null;
    this.#from("keys");
    this.#tell({ keys: { allUp: true } });
  }

  async record() {
    await this.open();
    const tap = await kernelNode(this.context, Tap, {}, { inputs: 1 });
    const recording = (this.recording = { tap, chunks: [], rate: this.context.sampleRate });
    tap.onmessage((chunk) => recording.chunks.push(chunk));
    this.master.connect(tap.node).connect(this.context.destination);
  }

  // The end of a recording: { samples, rate }.
  finish() {
    const { tap, chunks, rate } = this.recording;
    this.recording = null;
    this.master.disconnect(tap.node);
    tap.dispose();
    const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    chunks.reduce((at, chunk) => (samples.set(chunk, at), at + chunk.length), 0);
    return { samples, rate };
  }

  // Parts of the time from a voice to the loudspeaker, in the order in which they pass: [[what, seconds]].
  latency() {
    const { context } = this;
    const block = context ? 128 / context.sampleRate : 0;
    const frame = 1 / this.instruments[0].spec.synth.frame_rate;
    const parts = this.stream ? [["microphone", this.inputLatencyS]] : [];
    if (this.source === "voice") parts.push(["half an analysis window", this.rules.listener.window_s / 2]);
    parts.push(["one control frame", frame], ["a block in and out", 2 * block], ["limiter", block / 2]);
    if (context) parts.push(["browser", context.baseLatency ?? 0], ["sound card", context.outputLatency ?? 0]);
    return parts;
  }

  async dispose() {
    this.quiet();
    if (this.chain) (await this.chain).dispose();
  }
}
