"""A room as an impulse response: direct sound, early reflections, a tail of noise that dies away.  Lesson 04."""

import dataclasses
import functools
import itertools
import math

import numpy as np
import traitlets

from ddsp_helpers import audio
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.controls import REVERB_MIX, REVERB_TIME, Control
from ddsp_helpers.units import amplitude_to_db
from ddsp_helpers.widgets.base import Widget, pcm

TIME = dataclasses.replace(REVERB_TIME, minimum=0.1, maximum=4.0, default=1.2)
EARLY = Control("early", 0.0, 1.0, "", "linear", 0.5, "how strongly the walls send the first reflections back")
SIZE = Control("size_m", 2.0, 30.0, "m", "log", 8.0, "length of the room: when the first reflections arrive")
MIX = dataclasses.replace(REVERB_MIX, name="mix", description="0 is the dry sound, 1 is the room alone")
_SPEED_M_S = 343.0
_LONGER = 1.2                # the response lasts 1.2 reverb times: it ends 72 dB down
_PAUSE_S = 1.6               # silence after the dry sound, to hear the room
_ROOM = np.array([1.0, 0.75, 0.45])                                       # shoebox of length 1 m
_SOURCE, _EAR = np.array([0.3, 0.4, 0.5]) * _ROOM, np.array([0.65, 0.6, 0.45]) * _ROOM


@functools.cache
def reflections():
    """First and second reflections of the shoebox: (seconds after the direct sound per metre of length, amplitude).

    Images of the source behind the walls; amplitude 0.8 for each wall and 1 / distance, the direct sound being 1.
    """
    direct = np.linalg.norm(_SOURCE - _EAR)
    found = []
    for mirrored, n in itertools.product(itertools.product((0, 1), repeat=3), itertools.product((-1, 0, 1), repeat=3)):
        walls = sum(abs(a - q) + abs(a) for a, q in zip(n, mirrored))
        if walls in (1, 2):
            image = (1 - 2 * np.array(mirrored)) * _SOURCE + 2 * np.array(n) * _ROOM
            distance = np.linalg.norm(image - _EAR)
            found.append((float((distance - direct) / _SPEED_M_S), float(0.8**walls * direct / distance)))
    return sorted(found)


class ImpulseResponse(Widget):
    """A dry sound in a room with a chosen reverberation time, early reflections and mix.

    The tail is `effects.ExpDecayReverb` with unit energy, the reflections are those of a shoebox; the sound is
    (1 - mix) dry + mix room.

    Args:
      reverb_time_s: seconds until the tail has fallen by 60 dB, 0.1 ... 4.
      early: level of the early reflections, 0 ... 1.
      size_m: length of the room, 2 ... 30 m.
      mix: 0 (dry) ... 1 (room alone).
      sound: dry sound, as for `listen.play`; default a clap and three plucked notes.
      sample_rate: Hz.

    >>> ImpulseResponse(reverb_time_s=2)
    ImpulseResponse(early=0.5, mix=0.3, reverb_time_s=2, size_m=8)
    """

    title = "Impulse response: build a room"
    script = "impulse_response"
    controls = (TIME, EARLY, SIZE, MIX)
    rate_hz = traitlets.Int(16000).tag(sync=True)
    dry = traitlets.Bytes().tag(sync=True)
    reflections = traitlets.List().tag(sync=True)
    noise_seed = traitlets.Int().tag(sync=True)
    longer = traitlets.Float(_LONGER).tag(sync=True)

    def __init__(self, *, sound=None, sample_rate=16000, **settings):
        self.sample_rate = int(sample_rate)
        sound = dry_sound(self.sample_rate) if sound is None else one_sound(sound)
        dry = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=self.sample_rate)
        self.dry_samples = np.concatenate([dry, np.zeros(int(_PAUSE_S * self.sample_rate))]).astype(np.float32)
        super().__init__(rate_hz=self.sample_rate, dry=pcm(self.dry_samples), noise_seed=0x0DD5,
                         reflections=[list(pair) for pair in reflections()], **settings)

    def response(self, value=None):
        """The wet impulse response of a value, [1, taps]; tap 0 is 0, the direct sound is not in it."""
        from ddsp_helpers import effects

        value = value or self.value
        taps = round(value["reverb_time_s"] * _LONGER * self.sample_rate)
        fall = math.log(1000.0) / (value["reverb_time_s"] * self.sample_rate)          # nepers a sample
        room = effects.ExpDecayReverb(taps, add_dry=False, gain=_gain_parameter(math.sqrt(6.0 * fall)),
                                      decay=math.log(fall * taps - 2.0))
        early = np.zeros([1, taps], np.float32)
        for per_metre, amplitude in reflections():
            at = round(per_metre * value["size_m"] * self.sample_rate)
            if at < taps:
                early[0, at] += value["early"] * amplitude
        return room.impulse_response() + early

    def render(self, value):
        from ddsp_helpers import effects

        ir = self.response(value)
        wet = effects.Reverb(ir.shape[1], add_dry=False).get_signal(audio=self.dry_samples[None], ir=ir)
        return (1.0 - value["mix"]) * self.dry_samples + value["mix"] * wet[0]

    def picture(self):
        value = self.value
        figure, (axes,) = plots.new(title=self.title)
        times = np.linspace(0, _LONGER * value["reverb_time_s"], 200)
        fall = math.log(1000.0) / (value["reverb_time_s"] * self.sample_rate)
        start_db = amplitude_to_db(value["mix"] * math.sqrt(6.0 * fall))
        tail_db = start_db - 60 * times / value["reverb_time_s"]
        axes.fill_between(times, tail_db, -80, where=tail_db > -80, color=plots.COLOURS[0], alpha=0.4, label="tail")
        early_s, early_db = zip(*((pair[0] * value["size_m"], amplitude_to_db(value["mix"] * value["early"] * pair[1]))
                                  for pair in reflections()))
        axes.vlines(early_s, -80, np.maximum(early_db, -80), color=plots.COLOURS[2], label="early reflections")
        direct_db = max(-80.0, float(amplitude_to_db(1 - value["mix"])))
        axes.vlines([0], -80, direct_db, color="black", lw=3, label="direct sound")
        axes.set(xlabel="time (s)", ylabel="level (dB)", ylim=(-80, 3))
        axes.legend(fontsize=8, frameon=False)
        return plots.Picture(figure, (
            f"Impulse response of a room {value['size_m']:.3g} m long: the direct sound, {len(early_s)} early "
            f"reflections from {1000 * early_s[0]:.3g} to {1000 * early_s[-1]:.3g} ms, and a tail that falls by "
            f"60 dB in {value['reverb_time_s']:.3g} s. The mix is {value['mix']:.2g}."))


def _gain_parameter(gain):
    """The parameter whose exp_sigmoid is this gain (0 < gain < 2)."""
    share = ((gain - 1e-7) / 2.0) ** (1.0 / math.log(10.0))
    return math.log(share / (1.0 - share))


def dry_sound(sample_rate=16000):
    """A clap and three plucked notes without any room, audio.Audio; made here, the same every time.

    >>> dry_sound(16000).samples.shape
    (28800,)
    """
    samples, random = np.zeros(int(1.8 * sample_rate)), np.random.default_rng(4)
    n = int(0.06 * sample_rate)
    fall = np.exp(-np.arange(n) / (0.006 * sample_rate))
    for start_s, level in ((0.05, 0.5), (0.062, 0.6), (0.075, 1.0)):
        _add(samples, int(start_s * sample_rate), 0.5 * level * random.uniform(-1, 1, n) * fall)
    for start_s, hz in ((0.7, 220.0), (0.95, 277.18), (1.2, 329.63)):
        _add(samples, int(start_s * sample_rate), 0.5 * _pluck(hz, int(0.5 * sample_rate), sample_rate, random))
    return audio.Audio(samples.astype(np.float32), sample_rate)


def _add(samples, start, piece):
    stop = min(len(samples), start + len(piece))
    samples[start:stop] += piece[:stop - start]


def _pluck(hz, n, sample_rate, random):
    """A plucked string (Karplus and Strong, 1983) that fades out to exactly nothing."""
    period = round(sample_rate / hz)
    string = np.concatenate([random.uniform(-1, 1, period), np.zeros(n)])
    for i in range(period, len(string)):
        string[i] = 0.49 * (string[i - period] + string[i - period - 1]) if i > period else 0.49 * string[0]
    return string[:n] * np.minimum(1.0, (n - np.arange(n)) / (0.2 * n))
