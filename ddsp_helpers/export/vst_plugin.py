"""The DDSP-VST plugin, emulated: it knows nothing but a file, and plays a sound or a score through it.

It looks at a file as the plugin does (`vst_contract`), measures a sound as the plugin does (power over 1024 samples
every 320, at 16 kHz), asks the file for one frame after the other, and turns a frame that is not a number into silence
as the plugin does. Two things are not the plugin's: pitch comes from `features`, because the plugin's own small pitch
network is not ours to copy; and sound is made by `synths`, whose controls move through a whole frame, not through the
half of it.  Lesson 13.
"""

import dataclasses
import pathlib
import warnings

import numpy as np

from ddsp_helpers import features, synths, units
from ddsp_helpers.export import vst_contract as contract
from ddsp_helpers.midi import bend_curve
from ddsp_helpers.spec import SynthSpec

SPEC = SynthSpec(sample_rate=contract.SAMPLE_RATE, frame_rate=contract.FRAME_RATE, n_harmonics=contract.N_HARMONICS,
                 n_noise_bands=contract.N_NOISE_BANDS)
F0_RANGE_HZ = (8.18, 12543.84)          # the plugin takes no pitch below or above
N_PROBE_FRAMES = 256
_NAMES = {"amplitude": contract.AMPLITUDE, "harmonic_distribution": contract.HARMONICS,
          "noise_magnitudes": contract.NOISE}


@dataclasses.dataclass(frozen=True, eq=False)
class Sound:
    """What the plugin played.

    Args:
      audio: [samples] float32 at 16 kHz.
      controls: what its synthesizers were told, {name: [1, frames, channels]}.
      broken_frames: frames that were not numbers; the plugin plays silence there and says nothing.
    """

    audio: np.ndarray
    controls: dict
    broken_frames: int


@dataclasses.dataclass(frozen=True)
class Envelope:
    """How loud a key sounds: it rises in attack_s, falls in decay_s to sustain (0 ... 1), and dies in release_s."""

    attack_s: float = 0.1
    decay_s: float = 0.1
    sustain: float = 0.8
    release_s: float = 0.1

    def __post_init__(self):
        if min(self.attack_s, self.decay_s, self.release_s) <= 0 or not 0 <= self.sustain <= 1:
            raise ValueError(f"{self} came; times above 0 s and a sustain of 0 to 1 were wanted (lesson 13).")

    def level(self, since_s, held_s):
        """Level 0 ... 1 at since_s [frames] after the key went down for held_s seconds."""
        held = np.minimum(since_s, held_s)
        level = np.interp(held, [0.0, self.attack_s, self.attack_s + self.decay_s], [0.0, 1.0, self.sustain])
        return level * np.clip(1.0 - (since_s - held_s) / self.release_s, 0.0, 1.0)


class Plugin:
    """An instrument in the plugin, made of the bytes of its file alone.

    Args:
      path: a .tflite.

    Raises:
      ValueError: the plugin would not load the file; the reason.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not self.path.is_file():
            raise ValueError(f"{path} is not a file; a .tflite was wanted (lesson 13).")
        data = self.path.read_bytes()
        self.metadata, self.checks = contract.inspect(data)
        self._interpreter = _interpreter(data, self.path)
        self._inputs = {tensor["name"]: tensor for tensor in self._interpreter.get_input_details()}
        self._outputs = {tensor["name"]: tensor for tensor in self._interpreter.get_output_details()}

    @property
    def identity(self):
        """By what a music program finds the instrument again."""
        return self.metadata["export_time"]

    def frame(self, f0_scaled, pw_scaled, state):
        """One frame: {tensor name: [numbers]} of scaled pitch, scaled power and the state [512] of the frame before."""
        for name, value in zip(contract.INPUTS, (f0_scaled, pw_scaled, state)):
            tensor = self._inputs[name]
            self._interpreter.set_tensor(tensor["index"], np.asarray(value, np.float32).reshape(tensor["shape"]))
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise ValueError(f"{self.path} loads and does not run: {' '.join(str(error).split())} Weights were left "
                             "behind where it was converted (lesson 13).") from error
        return {name: self._interpreter.get_tensor(tensor["index"]).reshape(-1)
                for name, tensor in self._outputs.items()}

    def controls(self, f0_hz, power_db):
        """The frames of a sound, one after the other, as they come out.

        Args:
          f0_hz: [frames], Hz; kept within 8.18 and 12543.84.
          power_db: [frames], dB.

        Returns:
          {"f0_hz", "amplitude", "harmonic_distribution", "noise_magnitudes"}, each [1, frames, channels] float32.
        """
        f0_hz = np.clip(np.asarray(f0_hz, np.float32), *F0_RANGE_HZ)
        state, frames = np.zeros(contract.N_STATE, np.float32), []
        for f0_scaled, pw_scaled in zip(units.scale_f0(f0_hz), units.scale_loudness(power_db), strict=True):
            frames.append(self.frame(f0_scaled, pw_scaled, state))
            state = frames[-1][contract.STATE]
        made = {name: np.stack([frame[tensor] for frame in frames])[None] for name, tensor in _NAMES.items()}
        return {"f0_hz": f0_hz[None, :, None], **made}

    def play(self, f0_hz, power_db):
        """Plays pitch and power, [frames] each, 50 frames a second.  Returns Sound."""
        controls = self.controls(f0_hz, power_db)
        broken = ~np.all([np.isfinite(values).all(axis=-1) for values in controls.values()], axis=0)     # [1, frames]
        controls = {name: np.nan_to_num(values, posinf=0.0, neginf=0.0) for name, values in controls.items()}
        for name in ("amplitude", "noise_magnitudes"):
            controls[name] = np.where(broken[..., None], np.float32(0.0), controls[name])
        return Sound(render(controls), controls, int(broken.sum()))

    def play_audio(self, audio, *, sample_rate, pitch="crepe-tiny"):
        """Plays along with a recorded voice, [samples].  Returns Sound, 320 samples for each frame of the voice."""
        heard = features.extract(audio, sample_rate=sample_rate, frame_rate=contract.FRAME_RATE, pitch=pitch)
        return self.play(heard.f0_hz, heard.power_db)

    def play_part(self, part, *, envelope=Envelope()):
        """Plays a midi.Part, one key at a time.  Returns Sound."""
        return self.play(*keys(part, envelope=envelope))

    def require_numbers(self):
        """Refuses a file that would be silent: the plugin mutes what is not a number, without a word.

        Raises:
          ValueError: a weight, or a frame of a sweep over all pitches and levels, is not a number.
        """
        named = contract.broken_weights(self.path.read_bytes())
        if named:
            raise ValueError(f"{self.path} holds weights that are not numbers, in {named[0]!r}: the plugin would be "
                             "silent. Train again (lesson 13).")
        sweep = np.linspace(0.0, 1.0, N_PROBE_FRAMES)
        broken = self.play(units.midi_to_hz(127 * sweep), -80.0 * np.cos(40 * sweep) ** 2).broken_frames
        if broken:
            raise ValueError(f"{self.path} gave {broken} of {N_PROBE_FRAMES} frames that are not numbers: the plugin "
                             "would be silent there. Weights were left behind or broken (lesson 13).")


def folder(path):
    """The instruments of a folder and of the folders in it, {name: Plugin}, as the plugin lists them.

    Raises:
      ValueError: a file would not load, or two have one identity: a music program would open the wrong one.
    """
    found, owners = {}, {}
    for file in sorted(pathlib.Path(path).rglob("*.tflite")):
        found[file.stem] = Plugin(file)
        owner = owners.setdefault(found[file.stem].identity, file)
        if owner != file:
            raise ValueError(f"{file} and {owner} have the same export_time, {found[file.stem].identity}; the plugin "
                             "tells instruments apart by it. Export one of them again, do not copy (lesson 13).")
    return found


def keys(part, *, envelope=Envelope()):
    """Pitch and power of played keys: the newest key counts; scaled power is velocity times the envelope.

    Args:
      part: midi.Part.
      envelope: Envelope.

    Returns:
      f0_hz and power_db, [frames] each, 50 frames a second, until the last key has died away.

    Raises:
      ValueError: the part has no notes.
    """
    if not part.notes:
        raise ValueError("The part has no notes; at least one was wanted (lesson 11).")
    times_s = np.arange(round((part.end_s + envelope.release_s) * contract.FRAME_RATE) + 1) / contract.FRAME_RATE
    midi, scaled = np.full(len(times_s), part.notes[0].midi), np.zeros(len(times_s))
    for note in part.notes:
        sounding = times_s >= note.onset_s
        midi[sounding] = note.midi
        scaled[sounding] = note.velocity * envelope.level(times_s[sounding] - note.onset_s, note.duration_s)
    return units.midi_to_hz(midi + bend_curve(part.bends, times_s)), units.unscale_loudness(scaled)


def render(controls):
    """Audio [frames * 320] float32 of controls as Plugin.controls gives them, by the project's own synthesizers."""
    controls = {name: np.asarray(values, np.float32) for name, values in controls.items()}
    noise = controls.pop("noise_magnitudes")
    sound = synths.Harmonic(SPEC).get_signal(**controls) + synths.FilteredNoise(SPEC).get_signal(noise_magnitudes=noise)
    return np.asarray(sound)[0]


def _interpreter(data, path):
    """TensorFlow Lite's interpreter with none but built-in operations."""
    import tensorflow as tf

    plain = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    try:
        with warnings.catch_warnings(action="ignore"):      # that it will move to another package one day
            interpreter = tf.lite.Interpreter(model_content=data, num_threads=1, experimental_op_resolver_type=plain)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"{path} does not load: {' '.join(str(error).split())} (lesson 13).") from error
    return interpreter
