"""The pictures of the tour's report: each a PNG and the sentence that tells it to those who cannot see it."""
import io
from pathlib import Path

from matplotlib.figure import Figure
import numpy as np
from PIL import Image

from ddsp_helpers import units

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#666666"     # told apart by every kind of colour vision
_N_FFT, _HOP, _RANGE_DB = 1024, 128, 80.0


def draw(out, report, history, songs, excerpts):
    """Draw everything.

    Args:
      out: folder.
      report: the report so far, a dict.
      history: training.History.
      songs: voices and results, see journey._song.
      excerpts: held-out pairs, see journey._excerpts.

    Returns:
      {picture: {"file", "alt"}} with the keys "learning", "spectrograms NAME", "melody NAME", "held out N".
    """
    made = {"learning": _save(out, "learning.png", *learning(history.rows))}
    for song in songs:
        name = song["name"]
        pair = (song["voice"], "the voice"), (song["result"], f"the {report['instrument']}")
        made[f"spectrograms {name}"] = _save(out, f"{name}_spectrograms.png", *spectrograms(*pair))
        made[f"melody {name}"] = _save(out, f"{name}_melody.png", *melody(song, report["instrument"]))
    for number, pair in enumerate(excerpts, start=1):
        two = (pair["real"], "the recording"), (pair["played"], "the model")
        made[f"held out {number}"] = _save(out, f"held_out_{number}_spectrograms.png", *spectrograms(*two, pitch=False))
    return made


def _save(out, name, figure, alt):
    raw = io.BytesIO()
    figure.savefig(raw, dpi=110, facecolor="white")
    with Image.open(raw) as image:                       # 256 colours are enough, and a third of the bytes
        image.convert("RGB").quantize(256).save(Path(out) / name, optimize=True)
    return {"file": name, "alt": alt}


def spectrogram_db(samples):
    """Magnitudes in dB, [bins, frames], Hann windows of 1,024 samples, 128 apart; 0 dB is a full-scale sine."""
    samples = np.pad(np.asarray(samples, np.float32), _N_FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _N_FFT)[::_HOP]
    window = np.hanning(_N_FFT + 1)[:-1]
    magnitude = np.abs(np.fft.rfft(frames * window, axis=1)).T / (window.sum() / 2)
    return 20 * np.log10(np.maximum(magnitude, 1e-6))


def spectrograms(*sounds, pitch=True):
    """Sounds under each other, same scale of level, time and frequency: (figure, alt text)."""
    figure = Figure(figsize=(9.5, 3.1 * len(sounds)), layout="constrained")
    axes = figure.subplots(len(sounds), 1, sharex=True, sharey=True)
    pictures = [spectrogram_db(sound.samples) for sound, _ in sounds]
    top = max(picture.max() for picture in pictures)
    words = []
    for axis, picture, (sound, title) in zip(axes, pictures, sounds):
        seconds = len(sound.samples) / sound.sample_rate
        shown = axis.imshow(picture, origin="lower", aspect="auto", cmap="magma", vmin=top - _RANGE_DB, vmax=top,
                            extent=(0, seconds, 0, sound.sample_rate / 2000), interpolation="bilinear")
        heard = sound.features
        sure = (heard.f0_confidence > 0.5) & (heard.loudness_db > heard.loudness_db.max() - 40)
        if pitch:
            axis.plot(heard.times_s, np.where(sure, heard.f0_hz / 1000, np.nan), color="#56b4e9", lw=1.4, label="pitch")
            axis.legend(loc="upper right", fontsize=8, framealpha=0.6)
        axis.set(title=title, ylabel="frequency (kHz)")
        words.append(f"{title}, {_span(heard, sure)}, strongest harmonics up to {_reach_khz(picture, sound):.1f} kHz")
    axes[-1].set_xlabel("time (s)")
    figure.colorbar(shown, ax=list(axes), label="level (dB)", pad=0.01)
    return figure, f"Spectrograms of {len(sounds)} sounds under each other: " + "; ".join(words) + "."


def _span(heard, sure):
    """The notes between which a melody moves, in words."""
    if not sure.any():
        return "no clear pitch"
    low, high = np.quantile(units.hz_to_midi(heard.f0_hz[sure]), [0.02, 0.98])
    return f"pitch between {units.midi_to_note(low)} and {units.midi_to_note(high)}"


def _reach_khz(picture, sound):
    """The frequency below which all the average spectrum within 40 dB of its peak lies, kHz."""
    mean = 10 * np.log10((10 ** (picture / 10)).mean(axis=1))
    return np.flatnonzero(mean > mean.max() - 40)[-1] / (len(mean) - 1) * sound.sample_rate / 2000


def melody(song, instrument):
    """Pitch and loudness that were asked for and that are heard in the result: (figure, alt text)."""
    played, mask, again = song["adjusted"].features, song["adjusted"].note_mask, song["result"].features
    n = min(len(played), len(again))
    times, on = played.times_s[:n], mask[:n]
    figure = Figure(figsize=(9.5, 5.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper.plot(times, np.where(on, units.hz_to_midi(played.f0_hz[:n]), np.nan), color=BLUE, lw=4, alpha=0.45,
               label="asked for (the voice, moved)")
    upper.plot(times, np.where(on, units.hz_to_midi(again.f0_hz[:n]), np.nan), color=ORANGE, lw=1.2,
               label=f"heard in the {instrument}")
    ticks = np.arange(*np.round(upper.get_ylim()).astype(int), 2)
    upper.set_yticks(ticks, [units.midi_to_note(tick) for tick in ticks])
    upper.set(ylabel="pitch")
    lower.plot(times, song["voice"].features.loudness_db[:n], color=BLUE, lw=4, alpha=0.45, label="the voice")
    lower.plot(times, again.loudness_db[:n], color=ORANGE, lw=1.2, label=f"the {instrument}")
    lower.set(ylabel="loudness (dB)", xlabel="time (s)")
    for axis in (upper, lower):
        axis.legend(fontsize=8)
        axis.grid(alpha=0.25)
    found = song["fidelity"]
    return figure, (
        f"Two curves over {times[-1]:.0f} seconds. Above, the pitch asked for and the pitch heard lie on each other, "
        f"{found.median_cents:.1f} cents apart in the median, {found.within_50_cents:.0%} of the notes within 50 cents. "
        f"Below, loudness of voice and {instrument}, correlation {found.loudness_correlation:.2f}.")


def learning(rows):
    """Loss against minutes: (figure, alt text)."""
    minutes = np.array([row["elapsed_s"] for row in rows]) / 60
    held_out = np.array([row["held_out_loss"] for row in rows])
    figure = Figure(figsize=(9.5, 3.4), layout="constrained")
    axis = figure.subplots()
    axis.plot(minutes, [row["loss"] for row in rows], color=GREY, marker=".", lw=1, label="on what it learns from")
    axis.plot(minutes, held_out, color=ORANGE, marker="o", lw=1.8, label="on what it never hears")
    best = int(np.argmin(held_out))
    axis.annotate("kept", (minutes[best], held_out[best]), xytext=(0, -18), textcoords="offset points", ha="center",
                  color=ORANGE)
    axis.set(xlabel="minutes of training", ylabel="spectral distance", ylim=(0, None))
    axis.grid(alpha=0.25)
    axis.legend(fontsize=8)
    return figure, (
        f"The distance on held-out music falls from {held_out[0]:.2f} after {minutes[0]:.1f} minutes to "
        f"{held_out[best]:.2f} after {minutes[best]:.1f} minutes, over {len(rows)} measurements.")
