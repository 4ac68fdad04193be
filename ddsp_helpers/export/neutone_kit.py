"""PyTorch and the Neutone kit: whether they are there, and a file that passes all of the kit's checks."""

import contextlib
import importlib
import io
import logging
import os
import pathlib
import random
import sys
import tempfile
import types

import numpy as np

from ddsp_helpers import audio

INSTALL = "pip install torch torchaudio neutone_sdk"


def need():
    """Imports PyTorch and the kit.

    The kit imports torchaudio for one class, which resamples the recordings that it shows; where torchaudio cannot be
    loaded (its builds do not fit every build of PyTorch), `audio.resample` does that work.

    Returns:
      The version of the kit.

    Raises:
      ValueError: one of them is not installed.
    """
    try:
        importlib.import_module("torch")
        with _torchaudio():
            return importlib.import_module("neutone_sdk").constants.SDK_VERSION
    except ImportError as missing:
        raise ValueError(f"The format neutone needs PyTorch and the Neutone kit; {missing.name} is not installed: "
                         f"{INSTALL}. They are large and bring versions of their own, so give them an environment of "
                         "their own (lesson 13).") from missing


@contextlib.contextmanager
def one_thread():
    """Lets PyTorch compute in one thread: a hop is so little work that several threads mostly wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def _torchaudio():
    """Lets `import torchaudio` succeed, for as long as this lasts."""
    names = ("torchaudio", "torchaudio.transforms")
    try:
        importlib.import_module(names[1])
    except (ImportError, OSError):
        sys.modules[names[0]] = types.ModuleType(names[0])
        sys.modules[names[1]] = sys.modules[names[0]].transforms = types.ModuleType(names[1])
        sys.modules[names[1]].Resample = _Resample
        try:
            yield
        finally:
            for name in names:
                del sys.modules[name]
    else:
        yield


class _Resample:
    """torchaudio.transforms.Resample by audio.resample: [channels, samples] from one rate to another."""

    def __init__(self, orig_freq, new_freq):
        self.rates = {"from_hz": orig_freq, "to_hz": new_freq}

    def __call__(self, sound):
        return sound.new_tensor(np.stack([audio.resample(channel, **self.rates) for channel in sound.numpy()]))


def save(wrapped, out, *, sound):
    """Lets the kit write its file, with all its checks, quietly.

    Args:
      wrapped: torch_neutone.NeutoneInstrument.
      out: the .nm file.
      sound: what goes into the example that the file carries, [samples] at the instrument's rate.

    Raises:
      ValueError: a check of the kit failed.
    """
    import torch
    from neutone_sdk import SampleQueueWrapper
    from neutone_sdk.audio import AudioSample, AudioSamplePair, render_audio_sample
    from neutone_sdk.utils import save_neutone_model

    out, numbers = pathlib.Path(out), random.getstate()
    with tempfile.TemporaryDirectory(dir=out.parent) as folder, torch.random.fork_rng(devices=[]), _quiet():
        try:
            heard = AudioSample(torch.from_numpy(sound)[None], wrapped.sample_rate)
            played = render_audio_sample(SampleQueueWrapper(wrapped), heard)[0]
            save_neutone_model(wrapped, pathlib.Path(folder), dump_samples=True, submission=True, speed_benchmark=False,
                               audio_sample_pairs=[AudioSamplePair(heard, played)])
        except Exception as refused:
            raise ValueError(f"The Neutone kit refused the file, {type(refused).__name__}: {refused} "
                             "(lesson 13).") from refused
        finally:
            random.setstate(numbers)                           # the kit sets a seed for everybody
        os.replace(pathlib.Path(folder) / "model.nm", out)


def play(path, sound, *, sample_rate, block):
    """Plays a .nm file alone, as a host does, without the delay that the file states.

    Args:
      path: the file.
      sound: what goes in, [samples].
      sample_rate: of the host, Hz.
      block: samples that the host gives at a time.

    Returns:
      Sound of the same length, and the loaded file.
    """
    import torch

    file = torch.jit.load(path)
    file.set_daw_sample_rate_and_buffer_size(sample_rate, block)
    delay = file.calc_buffering_delay_samples() + file.calc_model_delay_samples()
    padded = np.pad(sound, (0, -(-(len(sound) + delay) // block) * block - len(sound)))
    with torch.no_grad():
        played = [file(part[None]).numpy()[0].copy() for part in torch.from_numpy(padded).split(block)]
    return np.concatenate(played)[delay:delay + len(sound)], file


@contextlib.contextmanager
def _quiet():
    """Keeps the kit's progress to itself."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(level)
