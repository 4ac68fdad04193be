"""What is wrong with a recording, where, and what to do about it.  No TensorFlow.  Lesson 07.

Each check is a function of its own; `diagnose` runs them all.  A finding is an "error" when nothing can be learned from
the recording (it is left out of a dataset) and a "warning" when it will be heard in the result.
"""

import dataclasses

import numpy as np

from ddsp_helpers.data.statistics import note_mask
from ddsp_helpers.levels import peak_db

SHORTEST_S = 0.5
_SILENT_DB = -60.0
_QUIET_DB = -45.0
_RANGE_HZ = (41.0, 1900.0)          # where the pitch trackers can be trusted
_WINDOW_S, _LATTICE = 0.256, 0.17   # of the check for several voices


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing found in a recording.

    Args:
      kind: "nan", "too short", "too long", "silence", "quiet", "pauses", "clipping", "offset", "several voices",
        "out of range" or "no pitch".
      severity: "error" or "warning".
      where_s: (start, end) of the first place, seconds.
      message: what was found.
      remedy: what to do.
      recording: name of the recording, where it is known.
    """

    kind: str
    severity: str
    where_s: tuple
    message: str
    remedy: str
    recording: str = ""

    def __str__(self):
        place = f" at {self.where_s[0]:.1f} s" if self.where_s[1] > self.where_s[0] > 0 else ""
        name = f"{self.recording}: " if self.recording else ""
        return f"{name}{self.message}{place}. {self.remedy}."


def diagnose(audio, features=None, *, sample_rate, recording=""):
    """Looks for everything that spoils a dataset.

    Args:
      audio: one recording, [samples].
      features: its features.Features; None checks only what can be seen without them.
      sample_rate: Hz.
      recording: its name, for the messages.

    Returns:
      list of Finding, errors first; empty when nothing is wrong.

    >>> [finding.kind for finding in diagnose(np.zeros(16000), sample_rate=16000)]
    ['silence']
    """
    audio = np.asarray(audio)
    found = _samples(audio, sample_rate)
    if not any(finding.severity == "error" for finding in found):
        found += _levels(audio, sample_rate)
        if features is not None and not any(finding.kind == "silence" for finding in found):
            found += _music(audio, features, sample_rate)
    found.sort(key=lambda finding: finding.severity)
    return [dataclasses.replace(finding, recording=recording) for finding in found]


def _samples(audio, rate):
    """Not a number, too short, too long."""
    length_s = audio.size / rate
    bad = np.flatnonzero(~np.isfinite(audio))
    if bad.size:
        return [Finding("nan", "error", (bad[0] / rate, (bad[-1] + 1) / rate), f"{bad.size} samples are not numbers",
                        "Export the recording again; a plug-in or a broken file wrote NaN or infinity")]
    if length_s < SHORTEST_S:
        return [Finding("too short", "error", (0.0, length_s), f"It lasts {length_s:.3f} s",
                        f"At least {SHORTEST_S} s are wanted: join short pieces, or leave this file out")]
    if length_s > 3600:
        return [Finding("too long", "warning", (0.0, length_s), f"It lasts {length_s / 3600:.1f} h in one piece",
                        "Read it with data.folder, which cuts long files into takes")]
    return []


def _levels(audio, rate):
    """Silence, pauses, low level, clipping, a constant offset."""
    peak = float(np.max(np.abs(audio)))
    length_s = audio.size / rate
    if peak_db(audio) < _SILENT_DB:
        return [Finding("silence", "error", (0.0, length_s), f"It is silent (peak {peak_db(audio):.0f} dB)",
                        "Check the microphone and its input; leave this file out")]
    found = _pauses(audio, rate, length_s) + _clipped(audio, peak, rate)
    rms_db = 10 * np.log10(np.mean(np.square(audio, dtype=np.float64)))
    if rms_db < _QUIET_DB:
        found.append(Finding("quiet", "warning", (0.0, length_s), f"It is very quiet (RMS {rms_db:.0f} dB)",
                             "Raise the level of the recording to about -20 dB RMS: audio.match_level"))
    offset = float(np.mean(audio, dtype=np.float64))
    if abs(offset) > 0.05 * peak and abs(offset) > 0.01:
        found.append(Finding("offset", "warning", (0.0, length_s), f"Its samples are shifted by {offset:+.3f}",
                             "Filter everything below 20 Hz away, or subtract the mean"))
    return found


def _pauses(audio, rate, length_s):
    """More than half of the recording is silence."""
    step = max(1, rate // 20)
    count = audio.size // step
    power = np.square(audio[:count * step], dtype=np.float64).reshape(count, step).mean(axis=1)
    silent = 10 * np.log10(power + 1e-12) < _SILENT_DB
    if silent.mean() < 0.5:
        return []
    first = int(np.argmax(silent))
    last = first + int(np.argmin(np.append(silent[first:], False)))
    return [Finding("pauses", "warning", (first / 20, last / 20), f"{silent.mean():.0%} of its {length_s:.0f} s is silence",
                    "Cut the pauses out: a model that hears mostly silence learns silence")]


def _clipped(audio, peak, rate):
    """Flat tops: at least three neighbouring samples at the very peak, several times."""
    top = np.abs(audio) >= peak * (1 - 1e-4)
    edges = np.diff(np.concatenate([[0], top.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    flat = ends - starts >= 3
    if flat.sum() < 3 or peak < 0.05:
        return []
    at = starts[flat]
    return [Finding("clipping", "warning", (at[0] / rate, (at[-1] + 1) / rate),
                    f"It is clipped in {flat.sum()} places (flat tops at {20 * np.log10(peak):.1f} dB)",
                    "Record again with 10 dB less gain; what was cut off cannot be brought back")]


def _music(audio, features, rate):
    """No pitch, out of range, several voices."""
    mask = note_mask(features)
    confident = float(np.mean(features.f0_confidence[features.loudness_db > features.loudness_db.max() - 35.0]))
    length_s = len(features) / features.frame_rate
    share, where_s = several_voices(audio, features, sample_rate=rate)
    if share > 0.3:
        return [Finding("several voices", "warning", where_s, f"{share:.0%} of it sounds like two notes at once",
                        "Only one note at a time can be learned: record a single line, damp ringing strings, less room")]
    if mask.mean() < 0.1 or confident < 0.4:
        return [Finding("no pitch", "warning", (0.0, length_s),
                        f"A note is heard in {mask.mean():.0%} of it (mean confidence {confident:.2f})",
                        "Percussion, noise, speech or chords have no single pitch: leave it out or separate it")]
    low, high = _RANGE_HZ
    outside = mask & ((features.f0_hz < low) | (features.f0_hz > high))
    if outside.sum() > 0.05 * mask.sum():
        first = np.flatnonzero(outside)[0] / features.frame_rate
        return [Finding("out of range", "warning", (first, first + 1 / features.frame_rate),
                        f"{outside.sum() / mask.sum():.0%} of its notes lie outside {low:.0f} to {high:.0f} Hz",
                        "Their pitch cannot be trusted there: leave those notes out, or transpose the recording")]
    return []


def several_voices(audio, features, *, sample_rate):
    """How much of a recording sounds like two notes at once.

    The partials of one note lie at whole multiples of f0.  In a steady frame, strong peaks elsewhere belong to somebody
    else.  An octave cannot be told apart this way.

    Returns:
      (share of the loud frames, (start, end) of the first such place in seconds).
    """
    size = 2 ** round(np.log2(_WINDOW_S * sample_rate))
    hop = sample_rate / features.frame_rate
    loud = np.flatnonzero(features.loudness_db > features.loudness_db.max() - 25.0)
    frames = [frame for frame in loud[::max(1, len(loud) // 400)] if size / 2 <= frame * hop <= len(audio) - size / 2]
    if not frames:
        return 0.0, (0.0, 0.0)
    window = np.hanning(size)
    foreign = np.array([
        _foreign(audio[int(frame * hop) - size // 2:][:size] * window, _steady_f0(features, frame, hop, size), sample_rate)
        for frame in frames
    ])
    judged = foreign >= 0
    if judged.sum() < 5:
        return 0.0, (0.0, 0.0)
    odd = foreign > 0.08
    first = frames[int(np.argmax(odd))] / features.frame_rate
    return float(odd.sum() / judged.sum()), (first, first + _WINDOW_S)


def _steady_f0(features, frame, hop, size):
    """The pitch of a frame, or 0 when it moves by more than a semitone within the window."""
    half = max(1, int(size / hop / 2))
    near = features.f0_hz[max(0, frame - half):frame + half + 1]
    return float(np.median(near)) if near.max() < 1.06 * near.min() else 0.0


def _foreign(frame, f0_hz, rate):
    """Share of the energy of the spectral peaks that lies between the partials of f0; -1 where it cannot be judged."""
    if f0_hz < 40:
        return -1.0
    power = np.square(np.abs(np.fft.rfft(frame)))
    top = min(len(power) - 1, int(min(5000.0, 10.5 * f0_hz) * len(frame) / rate))
    inner = power[1:top]
    peaks = 1 + np.flatnonzero((inner > power[:top - 1]) & (inner >= power[2:top + 1]) & (inner > 1e-4 * inner.max()))
    multiple = peaks * rate / len(frame) / f0_hz
    blur = 2.5 * rate / len(frame) / f0_hz            # width of a peak, in partials
    if blur > 0.4:
        return -1.0
    number = np.round(multiple)
    total = power[peaks].sum() + 1e-20
    if power[peaks][np.isin(number, (1, 5, 7))].sum() < 0.002 * total:
        return 1.0                                    # partials 2, 3, 4, 6 alone: two notes a fifth apart, above nobody
    off = (np.abs(multiple - number) > max(_LATTICE, blur)) | (multiple < 0.5)
    return float(power[peaks][off & (multiple * f0_hz > 50.0)].sum() / total)
