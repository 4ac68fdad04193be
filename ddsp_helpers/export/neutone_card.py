"""What the Neutone plugin shows of an instrument: its name, its texts, its credits."""

from typing import NamedTuple

LIMITS = {"name": 30, "short": 150, "long": 500, "technical": 500}    # characters that the plugin takes


class Texts(NamedTuple):
    """What the plugin shows of a model; `LIMITS` says how long each may be."""

    name: str
    short: str
    long: str
    technical: str
    authors: tuple
    tags: tuple


def describe(model, *, authors):
    """The texts of a model, from its specification and its card; the credits that licences ask for are always there.

    Raises:
      ValueError: the credits or the name are too long, or there are no or more than 5 authors.
    """
    spec, card = model.model_spec, model.card or {}
    name = spec.name or "instrument"
    credits = "; ".join(card.get("data", ())) or "recordings that its file does not name"
    long = [f"Learned from: {credits}."]
    long.append(f"Sing or play one voice at a time, and the {name} follows its pitch and loudness. {long[0]}")
    synth = spec.synth
    technical = [f"DDSP autoencoder, decoder {spec.decoder} of width {spec.width}, {synth.n_harmonics} harmonics and "
                 f"{synth.n_noise_bands} noise bands at {synth.sample_rate} Hz, {synth.frame_rate} frames a second."]
    distance = (card.get("held_out") or {}).get("spectral_distance")
    if distance is not None:
        technical.append(f"{technical[0]} Spectral distance on held-out recordings: {distance:.3g}.")
    texts = Texts(
        f"DDSP {name}", f"Your voice, played by a {name} that was learned from recordings.", _fitting(long, "long"),
        _fitting(technical, "technical"), tuple(authors), ("DDSP", "timbre transfer", "voice", "instrument"))
    for field in ("name", "short", "long", "technical"):
        if len(getattr(texts, field)) > LIMITS[field]:
            raise ValueError(f"The {field} text came with {len(getattr(texts, field))} characters; the plugin takes "
                             f"{LIMITS[field]}: {getattr(texts, field)!r}. Shorten the model's name or its card's data "
                             "(lesson 13).")
    if not 1 <= len(set(texts.authors)) == len(texts.authors) <= 5:
        raise ValueError(f"authors came as {list(authors)}; 1 to 5 different names were wanted (lesson 13).")
    return texts


def _fitting(texts, field):
    """The longest of some texts that the plugin takes, or the first."""
    return max((text for text in texts if len(text) <= LIMITS[field]), key=len, default=texts[0])
