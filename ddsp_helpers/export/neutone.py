"""An instrument for the Neutone plugin: a voice goes in, the instrument comes out, in any music software.

The file is TorchScript and holds everything: all of streaming.Live, from the pitch tracker to the room, and four
knobs.  PyTorch and the plugin's kit are an extra of their own.  Lesson 13 says where it is at home.
"""

import math
import pathlib

import numpy as np

from ddsp_helpers import controls, effects, streaming
from ddsp_helpers.export import neutone_kit as kit
from ddsp_helpers.export.neutone_card import describe
from ddsp_helpers.export.report import Report, only
from ddsp_helpers.transfer import Settings

PARITY = 1e-4                 # largest difference of controls
FIDELITY_DB = 30.0            # level of the sound over the difference: f0 rounds otherwise, so phases drift a little
_FRAMES = 250


def write(models, out, *, settings=Settings(), authors=("ddsp_helpers",)):
    """Writes an instrument as a Neutone model.

    Args:
      models: a list with one models.Autoencoder, without z, with statistics.
      out: the .nm file.
      settings: transfer.Settings, as streaming.Live takes them; two knobs move pitch and loudness further.
      authors: who made the instrument, at most 5 names; the plugin shows them.

    Returns:
      Report.

    Raises:
      ValueError: PyTorch or the kit is not installed, the model cannot be carried, its texts are too long, the kit
        refused the file, or the file sounds different from the model.
    """
    model = only(models, format="neutone")
    texts = describe(model, authors=authors)
    live = streaming.Live(model, settings=settings)
    model.init_sound(1)                                        # refuses a noise filter that no stream can carry
    version = kit.need()
    from ddsp_helpers.export import torch_instrument, torch_neutone

    room, level = _room(model)
    rate = model.model_spec.synth.sample_rate
    with kit.one_thread():
        instrument = torch_instrument.Instrument(live, room)
        difference = _parity(model, instrument)
        kit.save(torch_neutone.NeutoneInstrument(instrument, texts, room=level), out, sound=_glide(rate))
        delay_samples, fidelity_db = _listen(live, out)
    return Report("neutone", pathlib.Path(out), (
        (f"controls of {_FRAMES} random frames", f"differ by {difference:.1e} at most ({PARITY:g} is allowed)"),
        ("checks of the Neutone kit", f"passed, version {version}"),
        ("a glide, played by the file", f"streaming.Live's sound, {fidelity_db:.0f} dB above the difference"),
        ("delay", f"{delay_samples} samples, {1000 * delay_samples / rate:.0f} ms, beside the host's blocks"),
        ("size", f"{pathlib.Path(out).stat().st_size / 1e6:.1f} MB"),
    ))


def _room(model):
    """Impulse response without the dry sound, [taps], and the level of the room at first.

    A learned room is as loud as it was learned.  Other instruments get one of exponentially decaying noise, as loud as
    the dry sound, and silent until its knob is turned.
    """
    if model.reverb is not None:
        ir, level = model.reverb.impulse_response().numpy()[0], controls.REVERB_MIX.maximum
        return np.append(0.0, ir[1:]), level
    taps = round(controls.REVERB_TIME.default * model.model_spec.synth.sample_rate)
    room = effects.ExpDecayReverb(taps, decay=math.log(math.log(1000.0) - 2.0))          # -60 dB at its end
    ir = np.append(0.0, room.impulse_response().numpy()[0, 1:])
    return ir / np.sqrt(np.sum(np.square(ir))), controls.REVERB_MIX.minimum


def _parity(model, instrument):
    """Largest difference of the decoder's controls between the model and its copy in PyTorch, over random frames."""
    import torch

    random_frames = np.random.default_rng(0)
    f0_hz = random_frames.uniform(60.0, 1500.0, _FRAMES).astype(np.float32)
    loudness_db = random_frames.uniform(-80.0, 10.0, _FRAMES).astype(np.float32)
    wanted = model.controls({"f0_hz": f0_hz[None, :, None], "loudness_db": loudness_db[None, :, None]})
    wanted = [(wanted["amplitude"] * wanted["harmonic_distribution"]).numpy()[0], wanted["noise_magnitudes"].numpy()[0]]
    instrument.reset()
    with torch.no_grad():
        frames = [instrument.controls(*torch.tensor([frame]).T) for frame in zip(f0_hz.tolist(), loudness_db.tolist())]
    instrument.reset()
    worst = np.max([np.max(np.abs(torch.stack(copy).numpy() - want)) for copy, want in zip(zip(*frames), wanted)])
    if not worst <= PARITY:
        raise ValueError(f"The copy of the instrument in PyTorch plays other controls: they differ by {worst:.1e} and "
                         f"{PARITY:g} was allowed. Is a weight not a number? Then train again (lesson 13).")
    return worst


def _listen(live, out):
    """Plays the file alone, as a host with blocks of 512 would, and compares it with streaming.Live.

    Returns:
      The delay that the file states, samples; and the level of its sound over the difference, dB.

    Raises:
      ValueError: they differ by more than FIDELITY_DB.
    """
    sound = _glide(live.synth.sample_rate)
    wanted = live.step(live.init_state(), np.append(sound, np.zeros(live.delay, np.float32)))[1][live.delay:]
    played, file = kit.play(out, sound, sample_rate=live.synth.sample_rate, block=512)
    difference = max(np.sum(np.square(wanted - played)), 1e-20)
    fidelity_db = float(10.0 * np.log10(np.sum(np.square(wanted)) / difference))
    if not fidelity_db >= FIDELITY_DB:
        raise ValueError(f"The file sounds different from its model: its sound is {fidelity_db:.1f} dB above the "
                         f"difference; {FIDELITY_DB:g} dB was wanted (lesson 13).")
    return file.calc_model_delay_samples(), fidelity_db


def _glide(sample_rate):
    """Two seconds of a voice-like tone that glides over an octave and swells, [samples] float32."""
    t = np.arange(2 * sample_rate) / sample_rate
    f0_hz = 220.0 * 2.0 ** (0.5 - 0.5 * np.cos(np.pi * t / 2.0)) * (1.0 + 0.01 * np.sin(2.0 * np.pi * 5.0 * t))
    cycles = np.cumsum(f0_hz) / sample_rate
    tone = sum(np.sin(2.0 * np.pi * k * cycles) / k**2 for k in range(1, 9))
    return (0.2 * np.sin(np.pi * t / 2.0) * tone).astype(np.float32)
