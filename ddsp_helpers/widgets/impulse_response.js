// A room as an impulse response: the direct sound, early reflections, and noise that dies away.
import { bufferGraph, floats } from "./engine.js";
import { slider } from "./ui.js";
import { Plot } from "./draw.js";
import { controlsOf, shell } from "./shell.js";
import { WhiteNoise, resampled } from "./signals.js";
import { dbOf, number, seconds } from "./words.js";

const LN_1000 = Math.log(1000),
  FLOOR_DB = -100,
  SPREAD = 16,
  CROSSFADE_S = 0.04;
const noises = new Map();

// The room's noise at a rate, as band-limited as at the rate it was made for.
function noiseAt(model, contextRate) {
  const rate = model.get("rate_hz"),
    key = `${rate} ${contextRate}`;
  if (!noises.has(key)) {
    const noise = new WhiteNoise(model.get("noise_seed")),
      longest = controlsOf(model).reverb_time_s.maximum * model.get("longer");
    noises.set(
      key,
      resampled(
        Float32Array.from({ length: Math.ceil(longest * rate) }, () => noise.next()),
        rate,
        contextRate,
      ),
    );
  }
  return noises.get(key);
}

// The wet part of the room, [taps]; mix and direct sound are gains of the graph.  At the widget's own rate it is,
// sample for sample, the response of impulse_response.py.
function responseOf(model, value, contextRate) {
  const rate = model.get("rate_hz"),
    ratio = contextRate / rate,
    noise = noiseAt(model, contextRate);
  const fall = LN_1000 / (value.reverb_time_s * rate),
    gain = Math.sqrt(6 * fall) / ratio;
  const taps = Math.round(Math.round(value.reverb_time_s * model.get("longer") * rate) * ratio),
    response = new Float32Array(taps);
  for (let n = Math.ceil(ratio); n < taps; n++) response[n] = gain * Math.exp((-fall * n) / ratio) * noise[n];
  for (const [perMetre, amplitude] of model.get("reflections")) {
    const at = Math.round(perMetre * value.size_m * rate) * ratio;
    for (let n = Math.max(1, Math.ceil(at - SPREAD * ratio)); n < Math.min(taps, at + SPREAD * ratio); n++) {
      const t = (n - at) / ratio,
        sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
      response[n] += (value.early * amplitude * sinc * Math.cos((Math.PI * t) / (2 * SPREAD)) ** 2) / ratio;
    }
  }
  return response;
}

const roomOf = ({ reverb_time_s, early, size_m }) => `${reverb_time_s} ${early} ${size_m}`;

// dry loop -> direct gain; dry loop -> one of two convolvers -> wet gain.  A new room is faded in over the old one.
function roomGraph(model, context, value) {
  const dry = bufferGraph(context, floats(model.get("dry")), model.get("rate_hz"));
  const output = new GainNode(context),
    direct = new GainNode(context, { gain: 1 - value.mix }),
    wet = new GainNode(context, { gain: value.mix });
  dry.output.connect(direct).connect(output);
  wet.connect(output);
  const rooms = [1, 0].map((gain) => {
    const convolver = new ConvolverNode(context, { disableNormalization: true }),
      level = new GainNode(context, { gain });
    dry.output.connect(convolver).connect(level).connect(wet);
    return { convolver, level };
  });
  const fill = (room, now) => {
    const response = responseOf(model, now, context.sampleRate),
      buffer = context.createBuffer(1, response.length, context.sampleRate);
    buffer.copyToChannel(response, 0);
    room.convolver.buffer = buffer;
  };
  let active = 0,
    heard = roomOf(value),
    wanted = value,
    clock = null;
  fill(rooms[0], value);
  const change = () => {
    clock = null;
    if (roomOf(wanted) === heard) return;
    heard = roomOf(wanted);
    fill(rooms[1 - active], wanted);
    const now = context.currentTime;
    rooms[active].level.gain.setTargetAtTime(0, now, CROSSFADE_S / 4);
    rooms[1 - active].level.gain.setTargetAtTime(1, now, CROSSFADE_S / 4);
    active = 1 - active;
    clock = setTimeout(change, 1000 * CROSSFADE_S); // what was asked for meanwhile comes after the fade
  };
  return {
    output,
    start: () => dry.start(),
    set(next) {
      direct.gain.setTargetAtTime(1 - next.mix, context.currentTime, 0.005);
      wet.gain.setTargetAtTime(next.mix, context.currentTime, 0.005);
      wanted = next;
      if (clock === null) change();
    },
    dispose() {
      clearTimeout(clock);
      clock = 0;
      dry.output.stop();
      dry.dispose();
      output.disconnect();
    },
  };
}

// Columns of the loudest tap, the line of the reverberation time, the direct sound and the reflections.
function drawRoom(plot, colours, model, value) {
  const rate = model.get("rate_hz"),
    response = responseOf(model, value, rate),
    columns = Math.max(1, Math.floor(plot.innerWidth / 1.5));
  const per = (plot.x.max * rate) / columns;
  for (let i = 0; i < columns; i++) {
    let top = 0;
    for (let n = Math.floor(i * per); n < Math.min(response.length, (i + 1) * per); n++)
      top = Math.max(top, Math.abs(response[n]));
    const db = dbOf(value.mix * top);
    if (db > FLOOR_DB) plot.stick(((i + 0.5) * per) / rate, db, colours.a, { width: 1 });
  }
  const start = dbOf(value.mix * Math.sqrt((6 * LN_1000) / (value.reverb_time_s * rate)));
  plot.line([0, value.reverb_time_s], [start, start - 60], colours.b, { width: 2, dash: [6, 3] });
  plot.stick(0, dbOf(1 - value.mix), colours.ink, { width: 5 });
  for (const [perMetre, amplitude] of model.get("reflections")) {
    const db = dbOf(value.mix * value.early * amplitude);
    if (db > FLOOR_DB) plot.stick(perMetre * value.size_m, db, colours.c, { width: 2 });
  }
  plot.legend([
    ["direct sound", colours.ink],
    ["early reflections", colours.c],
    ["tail", colours.a],
    [`60 dB in ${number(value.reverb_time_s)} s`, colours.b],
  ]);
}

function render({ model, el }) {
  const controls = controlsOf(model);
  const ui = shell(
    { model, el },
    { title: model.get("heading"), graph: (context, value) => roomGraph(model, context, value) },
  );
  const plot = new Plot({
    height: 230,
    left: 58,
    x: { min: -0.01, max: 1, label: "time (s)" },
    y: { min: FLOOR_DB, max: 12, label: "level (dB)", ticks: [-100, -80, -60, -40, -20, 0] },
  });
  ui.stage.append(plot.element);
  const rows = Object.values(controls).map((control) => {
    const row = slider(control, {
      value: ui.value[control.name],
      change: (x, final) => ui.change({ [control.name]: x }, final),
    });
    ui.rows.append(row.element);
    return [control.name, row];
  });
  ui.onValue((value) => {
    rows.forEach(([name, row]) => row.show(value[name]));
    plot.x.max = Math.max(0.3, 1.1 * value.reverb_time_s);
    plot.x.min = -0.01 * plot.x.max;
    const last = model.get("reflections").at(-1)[0] * value.size_m;
    plot.describe(
      `Impulse response: the direct sound at ${number(dbOf(1 - value.mix))} dB, ` +
        `${model.get("reflections").length} early reflections within ${seconds(last)}, ` +
        `then a tail that falls by 60 dB in ${seconds(value.reverb_time_s)}.`,
    );
    plot.paint((_, colours) => drawRoom(plot, colours, model, value));
  });
  return () => ui.dispose();
}

export default { render };
