// The sound of a page: one AudioContext, one limiter, nothing louder than -3 dBFS, and every sound fades in and out.
//
// A graph is a function graph(context, value) -> { output, set(value), start?(), dispose?() }, or a promise of it.  It
// takes any BaseAudioContext, so what is heard and what a test renders offline are the same.

const PAGE = Symbol.for("ddsp_helpers.page");
const FADE_S = 0.02;

// What all widgets of a page share, though each has its own copy of this module.
function page() {
  globalThis[PAGE] ??= { context: null, master: null, playing: null, modules: new WeakMap(), count: 0 };
  return globalThis[PAGE];
}

// Kernels: classes that make sound block by block, in a worklet, in a fallback and in tests alike.
// constructor(sampleRate, options); set(message); process(output, input) fills a Float32Array.
// A kernel may use no name from outside itself, but for the classes in its `static needs`.

export class Limiter {
  constructor(sampleRate, { ceiling = 0.7079 } = {}) {
    this.ceiling = ceiling;
    this.size = 64; // samples that a sound is delayed
    this.delayed = new Float32Array(this.size);
    this.gains = new Float64Array(this.size).fill(1); // the last of them, and their sum
    this.sum = this.size;
    this.needs = new Float64Array(this.size + 1).fill(1); // gain that each sample in flight needs
    this.at = 0;
    this.needAt = 0;
    this.least = 1;
    this.held = 1;
    this.release = 1 - Math.exp(-1 / (0.08 * sampleRate));
  }

  set() {}

  // The least gain that any sample in flight needs, rising slowly and averaged over the delay: no peak comes too early.
  process(output, input) {
    for (let i = 0; i < output.length; i++) {
      const x = input ? input[i] : 0,
        need = Math.min(1, this.ceiling / Math.max(Math.abs(x), 1e-9));
      const leaves = this.needs[this.needAt];
      this.needs[this.needAt] = need;
      this.needAt = (this.needAt + 1) % this.needs.length;
      if (need <= this.least) this.least = need;
      else if (leaves === this.least && leaves < 1)
        this.least = this.needs.reduce((least, one) => (one < least ? one : least), 1);
      this.held = Math.min(this.least, this.held + (1 - this.held) * this.release);
      this.sum += this.held - this.gains[this.at];
      this.gains[this.at] = this.held;
      output[i] = this.delayed[this.at] * (this.held === 1 && this.sum > this.size - 1e-6 ? 1 : this.sum / this.size);
      this.delayed[this.at] = x;
      this.at = (this.at + 1) % this.size;
    }
  }
}

function classesOf(Kernel, found = []) {
  for (const needed of Kernel.needs ?? []) classesOf(needed, found);
  if (!found.includes(Kernel)) found.push(Kernel);
  return found;
}

// Registers a kernel with a context, once; resolves to its name, or to null where this page may not have worklets.
function register(context, Kernel) {
  const shared = page();
  if (!shared.modules.has(context)) shared.modules.set(context, new Map());
  const known = shared.modules.get(context);
  const source = classesOf(Kernel).map(String).join("\n");
  if (!known.has(source)) known.set(source, load(context, Kernel, source, `ddsp-${shared.count++}`));
  return known.get(source);
}

async function load(context, Kernel, source, name) {
  const code = `${source}
registerProcessor("${name}", class extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.kernel = new ${Kernel.name}(sampleRate, options.processorOptions);
    this.alive = true;
    this.kernel.post = (message) => this.port.postMessage(message);
    this.port.onmessage = ({ data }) => data === "end" ? this.alive = false : this.kernel.set(data);
  }
  process(inputs, outputs) {
    this.kernel.process(outputs[0][0], inputs[0]?.[0]);
    return this.alive;
  }
});`;
  const isFile = globalThis.origin === "null"; // a page from the disk may not load what it made itself, but text it may
  const url = isFile
    ? `data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`
    : URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
    return name;
  } catch (error) {
    console.warn("ddsp_helpers: no AudioWorklet here, a ScriptProcessor plays instead.", error);
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

// A node that runs a kernel: { node, set(message), onmessage(function), dispose() }.  inputs is 0 or 1; all is mono.
export async function kernelNode(context, Kernel, options = {}, { inputs = 0 } = {}) {
  const name = await register(context, Kernel);
  if (name === null) return scriptNode(context, Kernel, options, inputs);
  const node = new AudioWorkletNode(context, name, {
    numberOfInputs: inputs,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    channelCount: 1,
    channelCountMode: "explicit",
    processorOptions: options,
  });
  return {
    node,
    set: (message) => node.port.postMessage(message),
    onmessage: (heard) => {
      node.port.onmessage = ({ data }) => heard(data);
    },
    dispose: () => {
      node.port.postMessage("end");
      node.disconnect();
    },
  };
}

function scriptNode(context, Kernel, options, inputs) {
  const kernel = new Kernel(context.sampleRate, options);
  const node = context.createScriptProcessor(512, 1, 1);
  node.onaudioprocess = (event) =>
    kernel.process(event.outputBuffer.getChannelData(0), inputs ? event.inputBuffer.getChannelData(0) : undefined);
  const silence = inputs ? null : new ConstantSourceNode(context, { offset: 0 }); // some browsers sleep without input
  silence?.connect(node);
  silence?.start();
  return {
    node,
    set: (message) => kernel.set(message),
    onmessage: (heard) => {
      kernel.post = heard;
    },
    dispose: () => {
      node.onaudioprocess = null;
      silence?.stop();
      node.disconnect();
    },
  };
}

// A node that plays samples: { output, set() }.  loop: true, or { start, end } in seconds.
export function bufferGraph(context, samples, sampleRate, { loop = true, offset = 0 } = {}) {
  const buffer = context.createBuffer(1, Math.max(1, samples.length), sampleRate);
  buffer.copyToChannel(samples, 0);
  const output = new AudioBufferSourceNode(context, { buffer, loop: Boolean(loop) });
  if (loop?.end) Object.assign(output, { loopStart: loop.start, loopEnd: loop.end });
  return {
    output,
    buffer,
    set() {},
    start: () => output.start(0, offset),
    dispose: () => output.disconnect(),
  };
}

// gain -> limiter -> where it goes.
async function masterChain(context) {
  const input = new GainNode(context);
  const limiter = await kernelNode(context, Limiter, {}, { inputs: 1 });
  input.connect(limiter.node).connect(context.destination);
  return { input, output: limiter.node };
}

// The page's context and the input of its master chain.  Call it from a click or a key: a browser wants a gesture.
export async function live() {
  const shared = page();
  shared.context ??= new AudioContext({ latencyHint: "interactive" });
  if (shared.context.state !== "running") await shared.context.resume();
  shared.master ??= masterChain(shared.context);
  return { context: shared.context, ...(await shared.master) };
}

function fade(gain, to, context) {
  const now = context.currentTime;
  gain.gain.cancelScheduledValues(now);
  gain.gain.setValueAtTime(gain.gain.value, now);
  gain.gain.linearRampToValueAtTime(to, now + FADE_S);
}

async function connect(context, graph, value, destination) {
  const made = await graph(context, value);
  const gain = new GainNode(context, { gain: 0 });
  made.output.connect(gain).connect(destination);
  made.start?.();
  return { made, gain };
}

// One thing that sounds.  Starting it ends whatever else the page plays; a new graph is faded in over the old one.
export class Player {
  constructor(onChange = () => {}) {
    this.onChange = onChange;
    this.sounding = null;
    this.turn = 0;
  }

  get isPlaying() {
    return this.sounding !== null;
  }

  async play(graph, value) {
    const turn = ++this.turn;
    const { context, input } = await live();
    const next = await connect(context, graph, value, input);
    if (turn !== this.turn) {
      // stopped, or asked for something else, while the graph was built
      next.made.dispose?.();
      return;
    }
    if (page().playing !== this) page().playing?.stop();
    page().playing = this;
    this.#end(this.sounding);
    this.sounding = { ...next, context };
    fade(next.gain, 1, context);
    this.onChange(true);
  }

  set(value) {
    this.sounding?.made.set(value);
  }

  stop() {
    this.turn++;
    if (page().playing === this) page().playing = null;
    this.#end(this.sounding);
    this.sounding = null;
    this.onChange(false);
  }

  #end(sounding) {
    if (!sounding) return;
    fade(sounding.gain, 0, sounding.context);
    setTimeout(
      () => {
        sounding.made.dispose?.();
        sounding.gain.disconnect();
      },
      1000 * FADE_S + 80,
    );
  }
}

// The same graph, fade and limiter in an OfflineAudioContext: Float32Array of seconds * sampleRate samples.
export async function renderOffline(graph, value, seconds, sampleRate) {
  const context = new OfflineAudioContext(1, Math.round(seconds * sampleRate), sampleRate);
  const { input } = await masterChain(context);
  const { gain } = await connect(context, graph, value, input);
  gain.gain.setValueAtTime(0, 0);
  gain.gain.linearRampToValueAtTime(1, FADE_S);
  return (await context.startRendering()).getChannelData(0);
}

// Bytes from the kernel (a DataView) as samples.
export function floats(view) {
  if (!view?.byteLength) return new Float32Array(0);
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}
