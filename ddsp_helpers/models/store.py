"""Instruments and players in files: one .npz with the weights, the specification, the statistics and the card; no pickle."""

import json
import os
import pathlib
import zipfile

import numpy as np

from ddsp_helpers.features import FEATURE_VERSION
from ddsp_helpers.models.model_spec import ModelSpec
from ddsp_helpers.models.player_spec import PlayerSpec

KIND = "ddsp_helpers instrument"
VERSION = 1
_KINDS = {ModelSpec: KIND, PlayerSpec: "ddsp_helpers player"}


def kind_of(model_spec):
    """What a file with a model of this specification calls itself."""
    return _KINDS[type(model_spec)]


def build(model_spec):
    """A new model of a ModelSpec (models.Autoencoder) or of a PlayerSpec (models.Player)."""
    if isinstance(model_spec, PlayerSpec):
        from ddsp_helpers.models.player import Player

        return Player(model_spec)
    from ddsp_helpers.models.autoencoder import Autoencoder

    return Autoencoder(model_spec)


def write_npz(path, arrays, header, *, compress=True):
    """Writes arrays and a JSON header to one file, whole or not at all.

    Args:
      path: file name ending in .npz; its folder is made.
      arrays: name to array.
      header: what json can write.
      compress: a smaller file, slower.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            (np.savez_compressed if compress else np.savez)(file, header=text, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_npz(path, *, kind):
    """Reads what write_npz wrote.

    Args:
      path: file name.
      kind: what header["kind"] must be.

    Returns:
      Arrays by name, and the header.

    Raises:
      ValueError: no such file, not an .npz, or one of another kind.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"{path} is not a file; a {kind} (.npz) was wanted (lesson 09).")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("header").tobytes())
        found = header["kind"]
    except (ValueError, KeyError, TypeError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read as a {kind}: it is damaged, cut short or something else. A file that "
            "models.save wrote was wanted (lesson 09).") from error
    if found != kind:
        raise ValueError(f"{path} holds a {found!r}; a {kind!r} was wanted (lesson 09).")
    return arrays, header


def get_weights(model):
    """The weights of a model by their paths."""
    return {weight.path.split("/", 1)[1] if weight.path.startswith(model.name + "/") else weight.path:
            np.asarray(weight) for weight in model.weights}


def set_weights(model, arrays, *, source="file"):
    """Gives a model the weights of get_weights.

    Raises:
      ValueError: a weight is missing, unknown, of another shape or not a number.
    """
    mine = dict(zip(get_weights(model), model.weights, strict=True))
    if set(mine) != set(arrays):
        raise ValueError(
            f"The weights of the {source} are not those of {model.model_spec}: "
            f"missing {sorted(set(mine) - set(arrays))}, unknown {sorted(set(arrays) - set(mine))} (lesson 09).")
    for name, weight in mine.items():
        if tuple(weight.shape) != arrays[name].shape:
            raise ValueError(
                f"{name} came with shape {arrays[name].shape} from the {source}; {tuple(weight.shape)} was wanted "
                "(lesson 09).")
        if not np.all(np.isfinite(arrays[name])):
            raise ValueError(f"{name} of the {source} holds values that are not numbers; train again (lesson 09).")
    for name, weight in mine.items():
        weight.assign(arrays[name].astype(np.float32))


def save(model, path, *, statistics=None, half=True, card=None):
    """Writes an instrument to one file.  Nothing is left behind if the disk is full.

    Args:
      model: Autoencoder or Player.
      path: file name ending in .npz.
      statistics: data.Statistics of the training recordings; by default the model's own.
      half: store weights in 16 bits: half the size, and a difference that is not heard.
      card: dictionary with data, licence, command, minutes, held-out figures; by default the model's own.

    Raises:
      ValueError: path does not end in .npz.
    """
    if pathlib.Path(path).suffix != ".npz":
        raise ValueError(f"{path} came; a file name ending in .npz was wanted (lesson 09).")
    statistics = model.statistics if statistics is None else statistics
    header = {
        "kind": kind_of(model.model_spec), "version": VERSION, "feature_version": FEATURE_VERSION, "model": model.model_spec.to_dict(),
        "statistics": statistics.to_dict() if hasattr(statistics, "to_dict") else statistics,
        "card": dict(model.card or {}) if card is None else card,
    }
    dtype = np.float16 if half else np.float32
    write_npz(path, {name: value.astype(dtype) for name, value in get_weights(model).items()}, header)


def load(path, *, synth=None):
    """Reads an instrument.

    Args:
      path: file that save wrote.
      synth: SynthSpec that the instrument must have, for instance of a dataset; None takes any.

    Returns:
      Autoencoder with `.statistics` and `.card`.

    Raises:
      ValueError: the file is missing, damaged, of another kind, made with other features or another specification.
    """
    return _load(path, ModelSpec, synth)


def load_player(path, *, synth=None):
    """Reads a player, as load an instrument.

    Returns:
      Player with `.statistics` and `.card`.
    """
    return _load(path, PlayerSpec, synth)


def _load(path, specification, synth):
    """The model of a file that holds a specification of this class."""
    from ddsp_helpers.data.statistics import Statistics

    arrays, header = read_npz(path, kind=_KINDS[specification])
    if header["version"] != VERSION:
        raise ValueError(f"{path} has file version {header['version']}; version {VERSION} was wanted: train it again.")
    if header["feature_version"] != FEATURE_VERSION:
        raise ValueError(
            f"{path} learned from features of version {header['feature_version']!r}, and this package extracts version "
            f"{FEATURE_VERSION!r}: pitch and loudness would mean something else. Train it again (lesson 06).")
    model_spec = specification.from_dict(header["model"])
    source = f"instrument {pathlib.Path(path).name}"
    if synth is not None:
        synth.require_same(model_spec.synth, mine="dataset", theirs=source)
    model = build(model_spec)
    set_weights(model, arrays, source=source)
    model.statistics = Statistics.from_dict(header["statistics"]) if header["statistics"] else None
    model.card = header["card"]
    return model


def load_instrument(name, *, sample_rate=16000):
    """An instrument that ships with the course, such as "violin", "flute", "trumpet" or "saxophone".

    Args:
      name: of the instrument.
      sample_rate: 16000 or 48000, Hz.

    Returns:
      Autoencoder with `.statistics` and `.card`.

    Raises:
      ValueError: no such instrument ships.
    """
    from ddsp_helpers import assets

    return load(assets.checkpoint(name, sample_rate=sample_rate))


def load_shipped_player(name, *, sample_rate=16000):
    """A player that ships with the course, such as "violin"; as load_instrument.

    Returns:
      Player.
    """
    from ddsp_helpers import assets

    return load_player(assets.checkpoint(name, sample_rate=sample_rate, folder="players"))
