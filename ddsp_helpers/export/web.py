"""An instrument as one web page: sing, play keys or drop a file, and it plays; without a network.  Lesson 13.

The page holds the weights in few bits (`quantise`), the network, the synthesizers and the pitch tracker in JavaScript
(web_page/, joined with the widgets' sound and controls) and what the recipe of `streaming.Live` must know.  The idea is
that of Tone Transfer (Google, 2020), here with the learner's own models.
"""

import html
import inspect
import json
import pathlib
import re

import numpy as np

from ddsp_helpers import javascript
from ddsp_helpers.export import quantise
from ddsp_helpers.export.report import Report, only
from ddsp_helpers.models import store

LARGEST = 1_500_000         # bytes of a page
MOST = 4                    # instruments of a page
AUDIBLE_DB = 1.0            # levels of harmonics may differ so much from the model's, in 95 of 100 places
N_QUANTILES = 33
_STYLES = (javascript.WIDGETS / "ddsp.css", javascript.PAGE / "page.css")
_DATA = re.compile(r'<script type="application/octet-stream" id="([\w-]+)">([^<]*)</script>')

_ASKING = re.compile(r"""\b(?:src|href|action)\s*=\s*["']?(?:https?:)?//[^"'\s>]*|url\(\s*["']?(?:https?:)?//"""
                     r"""|\bfetch\(|XMLHttpRequest|\bimport\(""")


def write(models, out, *, title=None, levels=None):
    """Writes a page with one to four instruments, reads it back and compares.

    Args:
      models: models.Autoencoder, or a list of up to four of one frame rate, with statistics and without z.
      out: the .html file.
      title: what the page is called; by default "Play the violin" and so on.
      levels: largest whole number of a weight, 1 to 127; by default the finest of `quantise.LEVELS` with which the page
        is small enough.

    Returns:
      Report.

    Raises:
      ValueError: a model that a page cannot play, a page that would be too large, or one that plays something else.
    """
    models = checked(models)
    names, out = _names(models), pathlib.Path(out)
    for chosen in [levels] if levels else [some for some in quantise.LEVELS if _fits(models, names, some)]:
        coarse = [quantise.quantised(model, chosen) for model in models]
        text = _page(models, names, [part[:2] for part in coarse], title or _title(names))
        if len(text.encode()) <= LARGEST:
            break
    else:
        raise ValueError(f"The page would have more than the {LARGEST} bytes that were wanted: take fewer instruments, "
                         "smaller ones or shorter rooms (lesson 13).")
    out.write_text(text, encoding="utf-8")
    return Report("web", out, (
        ("instruments", ", ".join(names)), ("size", f"{len(text.encode()) / 1e6:.2f} MB of {LARGEST / 1e6:.1f} MB"),
        *_proof(out, models, names, [part[2] for part in coarse], chosen)))


def _fits(models, names, levels):
    """Whether a page is small enough before its weights are corrected, which hardly changes their size."""
    packed = [quantise.pack(quantise.decoder_weights(model), levels) for model in models]
    return len(_page(models, names, packed, _title(names)).encode()) <= LARGEST


def checked(models):
    """The models as a list, if a page can play them.

    Raises:
      ValueError: it cannot; the message says why.
    """
    models = list(models) if isinstance(models, (list, tuple)) else [models]
    if not 1 <= len(models) <= MOST:
        raise ValueError(f"{len(models)} instruments came; one to {MOST} were wanted for a page (lesson 13).")
    for model in models:
        spec = only([model], format="web").model_spec
        if model.statistics is None:
            raise ValueError(f"The instrument {spec.name!r} carries no statistics (pitch and loudness range); save it "
                             "with models.save(model, path, statistics=dataset.statistics) (lesson 10).")
        if spec.synth.hop < spec.synth.n_noise_bands - 1:
            raise ValueError(f"The instrument {spec.name!r} has {spec.synth.n_noise_bands} noise bands for a hop of "
                             f"{spec.synth.hop}; no more than {spec.synth.hop + 1} were wanted to stream (lesson 13).")
    rates = sorted({model.model_spec.synth.frame_rate for model in models})
    if len(rates) > 1:
        raise ValueError(f"Instruments with {rates} frames a second came; one frame rate was wanted for a page "
                         "(lesson 13).")
    return models


def settings(models, layouts):
    """What the page must know beside the weights, ready for JSON: {"instruments": […], "rules": {…}}."""
    instruments = [_instrument(*one) for one in zip(models, _names(models), layouts, strict=True)]
    return {"instruments": instruments, "rules": rules()}


def rules():
    """The constants of the pitch tracker and of the recipe, so that none is written twice."""
    from ddsp_helpers import transfer
    from ddsp_helpers.dsp import spectra
    from ddsp_helpers.features import framing, live
    from ddsp_helpers.streaming import follow

    listener = {name.lower(): getattr(live, name) for name in
                ("WINDOW_S", "RESOLUTION_HZ", "TOP_HZ", "N_CANDIDATES", "UNVOICED", "OCTAVE", "JUMP", "SWITCH")}
    asked = inspect.signature(live.Listener.__init__).parameters
    listener |= {name: asked[name].default for name in ("f_min", "f_max")}
    listener |= {"silence_db": framing.SILENCE_DB, "floor_db": spectra.FLOOR_DB}
    names = ("SURE", "RANGE_DB", "TRUST_S", "MEMORY_S", "HYSTERESIS")
    follower = {name.lower(): getattr(follow, name) for name in names}
    follower |= {"floor_db": transfer.FLOOR_DB, "highest_midi": transfer.HIGHEST_MIDI}
    return {"listener": listener, "follower": follower}


def _instrument(model, name, layout):
    """One instrument's specification and habits."""
    from ddsp_helpers import transfer

    spec, statistics = model.model_spec, model.statistics
    low, high = transfer.usual_range(statistics)
    fields = {"decoder": spec.decoder, "width": spec.width, "synth": spec.synth.to_dict(),
              "noise_bias": model.noise.bias}
    if spec.decoder == "mingru":
        fields["depth"] = len(model.decoder.memories)
    if spec.decoder == "cnn":
        layers = model.decoder.convolutions
        fields["convolutions"] = [{"name": layer.name, "dilation": layer.dilation} for layer in layers]
    return {
        "name": name, "spec": fields, "layout": layout, "room_samples": spec.reverb_samples,
        "range": {"low": low, "high": high, "mean_midi": statistics.pitch_midi_notes.mean,
                  "mean_db": statistics.loudness_db_notes.mean},
        "quantiles_db": [round(float(x), 2) for x in np.interp(
            np.linspace(0, 1, N_QUANTILES), np.linspace(0, 1, len(statistics.loudness_quantiles_db)),
            np.maximum.accumulate(statistics.loudness_quantiles_db))],
        "credits": list((model.card or {}).get("data", [])),
    }


def room(model):
    """The learned room of a model, packed in blocks of 64 samples with a step size each; b"" without a room."""
    if model.reverb is None:
        return b""
    response = store.get_weights(model)["reverb/ir"].astype(np.float32)
    response[0] = 0.0                                        # the dry sound is played beside it
    blocks = np.pad(response, (0, -len(response) % 64)).reshape(-1, 64)
    return quantise.pack({"room": blocks.T}, quantise.LEVELS[0])[0]


def _page(models, names, packed, title):
    """The whole page, text."""
    data = settings(models, [layout for _, layout in packed])
    blobs = {f"{kind}-{n}": blob for n, model in enumerate(models)
             for kind, blob in (("weights", packed[n][0]), ("room", room(model))) if blob}
    parts = {
        "title": html.escape(title), "style": "\n".join(path.read_text(encoding="utf-8") for path in _STYLES),
        "noscript": html.escape(f"{', '.join(names)}: this page makes sound with JavaScript; allow it to play."),
        "settings": json.dumps(data, separators=(",", ":")).replace("</", "<\\/"),
        "data": "\n".join(f'<script type="application/octet-stream" id="{name}">{quantise.as_text(blob)}</script>'
                          for name, blob in blobs.items()),
        "script": javascript.join("page").replace("</script", "<\\/script"),
    }
    text = (javascript.PAGE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match.group(1)], text)


def read(path):
    """What a written page carries: its settings, and the bytes of its weights and rooms by name."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="settings">(.*?)</script>', text, re.DOTALL)
    return json.loads(found.group(1)), {name: quantise.from_text(data) for name, data in _DATA.findall(text)}


def _proof(path, models, names, coarse, levels):
    """Reads the page back: does it need a network, are these the weights, and how far do they play from the models?"""
    asked = _ASKING.findall(path.read_text(encoding="utf-8"))
    if asked:
        raise ValueError(f"The page would load {asked[0]!r}; everything that it needs was wanted in it (lesson 13).")
    yield "without a network", "nothing in it is loaded from elsewhere"
    told, blobs = read(path)
    for n, model in enumerate(coarse):
        mine = store.get_weights(model)
        for name, values in quantise.unpack(blobs[f"weights-{n}"], told["instruments"][n]["layout"]).items():
            if not np.array_equal(values.reshape(mine[name].shape), mine[name]):
                raise ValueError(f"{name} of the {names[n]} came back from the page as other numbers (lesson 13).")
    yield "weights", f"whole numbers up to {levels}, one step size a column; read back as written"
    for name, model, other in zip(names, models, coarse, strict=True):
        harmonics, noise = quantise.difference_db(model, other)
        if not max(harmonics, noise) <= AUDIBLE_DB:
            raise ValueError(f"With weights of {levels} levels the {name}'s harmonics are up to {harmonics:.2f} dB and "
                             f"its noise up to {noise:.2f} dB from the model; at most {AUDIBLE_DB} dB was wanted: finer "
                             "weights, so fewer instruments (lesson 13).")
        yield f"{name}, beside the model", f"harmonics within {harmonics:.2f} dB, noise within {noise:.2f} dB (95 %)"


def _names(models):
    """What each instrument is called; a second violin is "violin 2"."""
    names = []
    for n, model in enumerate(models):
        name = model.model_spec.name or f"instrument {n + 1}"
        same = sum(other == name or other.startswith(f"{name} ") for other in names)
        names.append(f"{name} {same + 1}" if same else name)
    return names


def _title(names):
    return f"Play the {', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else f"Play the {names[0]}"
