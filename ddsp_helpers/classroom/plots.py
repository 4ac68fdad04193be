"""Pictures for lessons, each with a description made from its data.

Every function returns a `Picture`: a notebook shows `<img alt="...">`, print() the words.  Colours are those of Okabe and
Ito and the map is cividis, both made for all eyes; lines differ in dash as well as in colour.
"""

import base64
import io

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.classroom.describe import describe_line, number, span
from ddsp_helpers.classroom.html import Shown, escape
from ddsp_helpers.classroom.sounds import one_sound

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
MAP = "cividis"
_WIDTH, _HEIGHT, _DPI = 8.0, 2.5, 100


class Picture(Shown):
    """A picture with its description: .alt."""

    def __init__(self, figure, alt):
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=_DPI, metadata={"Software": None})
        self.png, self.alt = stream.getvalue(), alt
        data = base64.b64encode(self.png).decode("ascii")
        super().__init__(f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}" style="max-width:100%">', alt)


def new(rows=1, *, height=_HEIGHT, share_x=True, title=""):
    """A figure and its axes, one below the other: (figure, [axes]); no pyplot, nothing global."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height * rows), layout="constrained")
    axes = list(figure.subplots(rows, 1, sharex=share_x, squeeze=False)[:, 0])
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure, axes


def lines(x, curves, *, x_label, y_label, title="", log_x=False, log_y=False, mark=None):
    """Curves over one axis: lines(t, {"voice": a, "violin": b}, x_label="time (s)", y_label="loudness (dB)").

    Args:
      x: [n].
      curves: {label: [n]}; NaN leaves a gap.
      x_label: with its unit.
      y_label: with its unit.
      title: what it shows.
      log_x: logarithmic axis.
      log_y: logarithmic axis.
      mark: {label: y} for horizontal lines.

    Returns:
      Picture.
    """
    figure, (ax,) = new(title=title)
    alt = _draw_lines(ax, np.asarray(x, float), curves, y_label=y_label, x_label=x_label)
    for label, y in (mark or {}).items():
        ax.axhline(y, color="0.4", lw=1, ls=":")
        ax.annotate(label, (1, y), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8)
        alt += f" A dotted line marks {label} at {number(y)}."
    ax.set_xlabel(x_label)
    ax.set_xscale("log" if log_x else "linear")
    ax.set_yscale("log" if log_y else "linear")
    return Picture(figure, f"{title + '. ' if title else ''}{alt}")


def _draw_lines(ax, x, curves, *, y_label, x_label):
    """Draws curves and returns their description."""
    for (label, y), colour, dash in zip(curves.items(), COLOURS, DASHES):
        ax.plot(x, np.asarray(y, float), color=colour, ls=dash, lw=1.6, label=label, marker="o" if len(x) == 1 else None)
    ax.set_ylabel(y_label)
    if len(curves) > 1:
        _legend_above(ax)
    told = " ".join(describe_line(label, x, y) for label, y in curves.items())
    return f"Line plot of {y_label} over {x_label}, {span(x)}. {told}"


def _legend_above(ax):
    """What each line or part is, above the axes, where it covers nothing."""
    ax.legend(fontsize=8, frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)


def waveform(sound, *, sample_rate=None, title="Waveform"):
    """A sound as pressure over time.

    Args:
      sound: as for `listen.play`.
      sample_rate: Hz, for bare samples.
      title: what it is.
    """
    sound = one_sound(sound, sample_rate=sample_rate)
    samples, times = sound.samples, np.arange(len(sound.samples)) / sound.sample_rate
    figure, (ax,) = new(height=1.8, title=title)
    if len(samples) > 8000:             # more samples than pixels: draw the envelope of each pixel
        count = len(samples) // 2000
        cut = samples[: 2000 * count].reshape(2000, count)
        ax.fill_between(times[: 2000 * count: count], cut.min(1), cut.max(1), color=COLOURS[0], lw=0.5)
    else:
        ax.plot(times, samples, color=COLOURS[0], lw=0.9)
    ax.set(xlabel="time (s)", ylabel="amplitude", xlim=(0, max(times[-1], 1e-3)))
    peak = int(np.argmax(np.abs(samples)))
    return Picture(figure, f"{title}: amplitude over time, {number(len(samples) / sound.sample_rate)} s; the largest value "
                           f"is {number(abs(samples[peak]))} at {number(times[peak])} s.")


def spectrogram(sound, *, sample_rate=None, title="Spectrogram", f0_hz=None, frame_rate=50, n_fft=1024, max_hz=None,
                overlay=None):
    """Energy over time and frequency, 80 dB deep; f0 drawn on top where it is given.

    Args:
      sound: as for `listen.play`.
      sample_rate: Hz, for bare samples.
      title: what it is.
      f0_hz: [frames], Hz; NaN leaves a gap.
      frame_rate: of f0_hz, frames per second.
      n_fft: window length, samples.
      max_hz: highest frequency shown.
      overlay: function(ax) that draws on top and returns the words about it.
    """
    sound = one_sound(sound, sample_rate=sample_rate)
    samples, rate = sound.samples, sound.sample_rate
    hop = max(1, min(n_fft // 4, len(samples) // 64 or 1))
    padded = np.pad(samples, (n_fft // 2, n_fft))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop][: len(samples) // hop + 1]
    power = np.abs(np.fft.rfft(frames * np.hanning(n_fft), axis=1)) ** 2
    db = 10 * np.log10(np.maximum(power, 1e-12))
    db = np.maximum(db - db.max(), -80.0).T
    frequencies, top = np.fft.rfftfreq(n_fft, 1 / rate), max_hz or rate / 2
    figure, (ax,) = new(height=2.9, title=title)
    picture = ax.imshow(db, origin="lower", aspect="auto", cmap=MAP, interpolation="nearest",
                        extent=(0, len(samples) / rate, 0, rate / 2))
    figure.colorbar(picture, ax=ax, label="dB", pad=0.01)
    mean = 10 ** (db / 10)
    strongest = frequencies[int(np.argmax(mean.mean(axis=1)))]
    alt = (f"{title}: spectrogram over {number(len(samples) / rate)} s up to {number(top)} Hz. On average the strongest "
           f"frequency is {number(strongest)} Hz; 95 % of the energy lies below "
           f"{number(frequencies[int(np.searchsorted(np.cumsum(mean.sum(1)) / mean.sum(), 0.95))])} Hz.")
    if f0_hz is not None:
        f0_hz = np.asarray(f0_hz, float)
        ax.plot(np.arange(len(f0_hz)) / frame_rate, f0_hz, color="white", lw=2.6)
        ax.plot(np.arange(len(f0_hz)) / frame_rate, f0_hz, color=COLOURS[1], lw=1.3)
        alt += " " + describe_line("The pitch line (Hz)", np.arange(len(f0_hz)) / frame_rate, f0_hz)
    ax.set(xlabel="time (s)", ylabel="frequency (Hz)", ylim=(0, top))
    if overlay is not None:
        alt += " " + overlay(ax)
    return Picture(figure, alt)


def pitch(tracks, *, frame_rate=50, title="Pitch", confidence=None, at_least=0.0):
    """Pitch tracks on a scale of semitones, with note names.

    Args:
      tracks: {label: f0_hz [frames]}.
      frame_rate: frames per second.
      title: what it is.
      confidence: {label: [frames]}; a second panel.
      at_least: frames of lower confidence are left out of the pitch panel.
    """
    confidence = confidence or {}
    curves = {}
    for label, f0_hz in tracks.items():
        midi = np.array(units.hz_to_midi(np.asarray(f0_hz, float)), float)
        midi[np.asarray(f0_hz) <= 0] = np.nan
        if label in confidence:
            midi[np.asarray(confidence[label]) < at_least] = np.nan
        curves[label] = midi
    times = np.arange(max(map(len, curves.values()))) / frame_rate
    curves = {label: _padded(midi, len(times)) for label, midi in curves.items()}
    figure, axes = new(2 if confidence else 1, title=title)
    alt = _draw_lines(axes[0], times, curves, y_label="pitch (MIDI)", x_label="time (s)")
    _name_notes(axes[0], np.concatenate(list(curves.values())))
    if confidence:
        sure = {label: _padded(np.asarray(value, float), len(times)) for label, value in confidence.items()}
        alt += " " + _draw_lines(axes[1], times, sure, y_label="confidence", x_label="time (s)")
        axes[1].set_ylim(-0.03, 1.03)
    axes[-1].set_xlabel("time (s)")
    return Picture(figure, f"{title}. {alt}")


def _name_notes(ax, midi):
    """Ticks at notes, a dozen at most."""
    midi = midi[np.isfinite(midi)]
    if midi.size == 0:
        return
    low, high = int(np.floor(midi.min())) - 1, int(np.ceil(midi.max())) + 1
    step = next((step for step in (1, 2, 3, 4, 6, 12, 24) if (high - low) / step <= 8), 24)
    ticks = [note for note in range(low, high + 1) if note % step == 0]
    ax.set_yticks(ticks, [units.midi_to_note(note) for note in ticks])
    ax.set(ylim=(low, high), ylabel="pitch (note)")
    ax.grid(axis="y", color="0.9")


def _padded(values, length):
    return np.pad(values.astype(float), (0, length - len(values)), constant_values=np.nan)


def features(found, *, title="Features"):
    """Pitch, confidence and loudness of `features.extract`, one below the other; unsure pitch is left out."""
    figure, axes = new(3, height=1.6, title=title)
    sure = np.where(found.f0_confidence > 0.5, units.hz_to_midi(found.f0_hz), np.nan)
    rows = ((sure, "pitch (MIDI)", None), (found.f0_confidence, "confidence", (-0.03, 1.03)),
            (found.loudness_db, "loudness (dB)", (-82, max(0, float(found.loudness_db.max()) + 3))))
    alts = []
    for ax, (values, label, limits), colour in zip(axes, rows, COLOURS):
        ax.plot(found.times_s, values, color=colour, lw=1.5)
        ax.set_ylabel(label)
        if limits:
            ax.set_ylim(*limits)
        alts.append(describe_line(label, found.times_s, values))
    _name_notes(axes[0], sure)
    axes[-1].set_xlabel("time (s)")
    return Picture(figure, f"{title}: three panels over {number(found.duration_s)} s. {' '.join(alts)}")


def heatmap(values, *, frame_rate, y_label, title="", decibels=True, value_label=None, y_values=None):
    """Channels over time, e.g. a harmonic distribution or noise magnitudes.

    Args:
      values: [frames, channels] or [1, frames, channels].
      frame_rate: frames per second.
      y_label: what a channel is.
      title: what it shows.
      decibels: True shows 20 log10 of the values, 60 dB deep.
      value_label: for the colour bar.
      y_values: (first, last) of the channel axis; default channel numbers from 1.
    """
    values = np.asarray(values, float)
    values = values[0] if values.ndim == 3 else values
    shown = values
    if decibels:
        shown = 20 * np.log10(np.maximum(values, 1e-9))
        shown = np.maximum(shown, shown.max() - 60)
    low, high = y_values or (0.5, values.shape[1] + 0.5)
    figure, (ax,) = new(title=title)
    picture = ax.imshow(shown.T, origin="lower", aspect="auto", cmap=MAP, interpolation="nearest",
                        extent=(0, len(values) / frame_rate, low, high))
    figure.colorbar(picture, ax=ax, pad=0.01, label=value_label or ("dB" if decibels else "value"))
    ax.set(xlabel="time (s)", ylabel=y_label)
    mean = values.mean(axis=0)
    strongest = low + (np.argmax(mean) + 0.5) * (high - low) / values.shape[1]
    loud = int(np.argmax(values.sum(axis=1)))
    return Picture(figure, f"{title}: {y_label} over {number(len(values) / frame_rate)} s as a colour map. On average the "
                           f"largest value is at {y_label} {number(strongest)}; the total is largest at "
                           f"{number(loud / frame_rate)} s.")


def bars(values, *, y_label, title="", horizontal=True):
    """Named numbers: bars({"violin": 0.9, "flute": 0.4}, y_label="distance").

    Args:
      values: {label: number}, or {label: {part: number}} for bars that are made of parts; the same parts in each.
      y_label: with its unit.
      title: what it shows.
      horizontal: bars to the right, where labels are long; else upwards.
    """
    parted = any(isinstance(value, dict) for value in values.values())
    parts = {label: value if parted else {"": value} for label, value in values.items()}
    figure, (ax,) = new(height=max(1.4, 0.32 * len(parts) + 0.7) if horizontal else _HEIGHT, title=title)
    labels, before = list(parts), np.zeros(len(parts))
    for (part, _), colour in zip(parts[labels[0]].items(), COLOURS):
        sizes = np.array([float(parts[label][part]) for label in labels])
        draw, start = (ax.barh, "left") if horizontal else (ax.bar, "bottom")
        draw(labels, sizes, color=colour, edgecolor="white" if parted else None, label=part, **{start: before})
        before += sizes
    if horizontal:
        ax.invert_yaxis()
    (ax.set_xlabel if horizontal else ax.set_ylabel)(y_label)
    if parted:
        _legend_above(ax)
    told = ", ".join(f"{label} {number(total)}{_parts(parts[label]) if parted else ''}"
                     for label, total in zip(labels, before))
    return Picture(figure, f"{title + '. ' if title else ''}Bar chart of {y_label}: {told}.")


def _parts(sizes):
    return f" ({', '.join(f'{part} {number(float(size))}' for part, size in sizes.items())})"


def histogram(samples, *, x_label, title="", bins=40):
    """How often values occur: histogram({"violin": midi}, x_label="pitch (MIDI)").

    Args:
      samples: {label: [n]}.
      x_label: with its unit.
      title: what it shows.
      bins: how many.
    """
    everything = np.concatenate([np.asarray(values, float) for values in samples.values()])
    edges = np.linspace(everything.min(), everything.max() + 1e-9, bins + 1)
    figure, (ax,) = new(title=title)
    told = []
    for (label, values), colour, dash in zip(samples.items(), COLOURS, DASHES):
        values = np.asarray(values, float)
        ax.hist(values, edges, weights=np.full(len(values), 100 / len(values)), color=colour, alpha=0.35)
        ax.hist(values, edges, weights=np.full(len(values), 100 / len(values)), color=colour, histtype="step", ls=dash,
                lw=1.6, label=label)
        told.append(f"{label}: half of the values lie between {number(np.quantile(values, 0.25))} and "
                    f"{number(np.quantile(values, 0.75))}, all between {number(values.min())} and {number(values.max())}.")
    ax.set(xlabel=x_label, ylabel="share (%)")
    if len(samples) > 1:
        ax.legend(fontsize=8, frameon=False)
    return Picture(figure, f"{title + '. ' if title else ''}Histogram of {x_label}. {' '.join(told)}")


def partials(partials_hz, *, amplitudes=None, title="Partials"):
    """Partials as sticks on a frequency axis.

    Args:
      partials_hz: [..., partials]; the first frame is shown, Hz.
      amplitudes: [partials], default 1 / k.
      title: what it shows.
    """
    hz = np.asarray(partials_hz, float)
    hz = hz.reshape(-1, hz.shape[-1])[0]
    heights = 1 / np.arange(1, len(hz) + 1) if amplitudes is None else np.asarray(amplitudes, float)
    figure, (ax,) = new(height=2.0, title=title)
    ax.vlines(hz, 0, heights, color=COLOURS[0], lw=2)
    ax.set(xlabel="frequency (Hz)", ylabel="amplitude", ylim=(0, None), xlim=(0, None))
    return Picture(figure, f"{title}: {len(hz)} partials from {number(hz[0])} to {number(hz[-1])} Hz, "
                           f"{number(float(np.median(np.diff(hz))) if len(hz) > 1 else 0)} Hz apart.")


def descents(x, height, paths, *, x_label, y_label, title=""):
    """A landscape and the ways of balls that rolled on it: a ring where each began, a dot where it stayed.

    Args:
      x: [n], rising.
      height: [n].
      paths: {label: x of each step}.
      x_label: with its unit.
      y_label: with its unit.
      title: what it shows.
    """
    x, height = np.asarray(x, float), np.asarray(height, float)
    figure, (ax,) = new(height=3.0, title=title)
    ax.plot(x, height, color="0.55", lw=1.4)
    told, lift = [], 0.06 * np.ptp(height)
    for (label, path), colour in zip(paths.items(), COLOURS):
        path = np.asarray(path, float)
        y = np.interp(path, x, height) + lift
        ax.plot(path, y, color=colour, lw=1.2)
        ax.plot(path[0], y[0], "o", mfc="white", mec=colour, mew=1.6, ms=8)
        ax.plot(path[-1], y[-1], "o", color=colour, ms=8, label=label)
        told.append(f"{label} begins at {number(path[0])} and stays at {number(path[-1])}.")
    ax.set(xlabel=x_label, ylabel=y_label)
    ax.legend(fontsize=8, frameon=False, ncols=min(4, len(paths)), loc="best")
    return Picture(figure, f"{title + '. ' if title else ''}Landscape of {y_label} over {x_label}. "
                           f"{describe_line(y_label, x, height)} {' '.join(told)}")
