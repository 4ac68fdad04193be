"""How far one sound is from another, in numbers that each measure one thing.  Lessons 09 and 17 use them."""
import dataclasses

import numpy as np

from ddsp_helpers.levels import as_samples

VOICED = 0.5                 # confidence from which a frame counts as having a pitch
OUTLIER_CENTS = 50.0         # an f0 error beyond this is a wrong note, not a wide one
ENOUGH_WINDOWS = 200         # windows (3 s each) below which a Fréchet distance is only indicative


@dataclasses.dataclass(frozen=True)
class Metric:
    """A number of the report: its name, its unit, which way is better, and what it says."""

    name: str
    unit: str
    better: str
    says: str


METRICS = {metric.name: metric for metric in (
    Metric("spectral_distance", "", "lower", "mean L1 distance of spectra and log spectra, six sizes"),
    Metric("loudness_l1_db", "dB", "lower", "mean difference of A-weighted loudness"),
    Metric("loudness_correlation", "", "higher", "does the loudness rise and fall together? 1 is always"),
    Metric("f0_median_cents", "cents", "lower", "median pitch error where both sounds have a pitch"),
    Metric("f0_outlier_share", "", "lower", f"share of those frames more than {OUTLIER_CENTS:.0f} cents off"),
    Metric("voicing_agreement", "", "higher", "share of frames where both, or neither, have a pitch"),
    Metric("frechet_distance", "", "lower", "distance of the two sets of sounds in musicnn's embedding"),
    Metric("real_time_factor", "x", "higher", "seconds of sound made in one second of one core"),
    Metric("parameters", "", "lower", "trained numbers in the model"),
)}


def spectral_distance(reference, audio, *, sample_rate):
    """Multi-scale spectral distance of two sounds, the training loss used as a measure.

    Args:
      reference: sound, [samples].
      audio: sound, [samples], of the same length.
      sample_rate: of both, Hz; the FFT sizes keep their duration in milliseconds.

    Returns:
      Distance, at least 0, a float.

    >>> spectral_distance(np.ones(8000), np.ones(8000), sample_rate=16000)
    0.0
    """
    from ddsp_helpers import losses

    reference, audio = as_samples(reference, "reference"), as_samples(audio, "audio")
    if len(reference) != len(audio):
        raise ValueError(f"reference has {len(reference)} samples and audio {len(audio)}; wanted equally "
                         "many. Lesson 09.")
    loss = losses.MultiScaleSpectralLoss.for_sample_rate(sample_rate)
    return float(np.asarray(losses.spectral_distance(reference[None], audio[None], loss=loss)).reshape(-1)[0])


def loudness_metrics(reference_db, loudness_db):
    """How two loudness curves differ.

    Args:
      reference_db: loudness of the reference, [frames], dB.
      loudness_db: loudness of the sound, [frames], dB.

    Returns:
      {"loudness_l1_db", "loudness_correlation"}; the correlation is nan where a curve is flat.

    >>> loudness_metrics([-40.0, -20.0], [-42.0, -22.0])["loudness_l1_db"]
    2.0
    """
    reference_db, loudness_db = _same_frames(reference_db, loudness_db)
    flat = len(reference_db) < 2 or min(np.std(reference_db), np.std(loudness_db)) < 1e-6
    correlation = float("nan") if flat else float(np.corrcoef(reference_db, loudness_db)[0, 1])
    difference_db = float(np.mean(np.abs(reference_db - loudness_db)))
    return {"loudness_l1_db": difference_db, "loudness_correlation": correlation}


def pitch_metrics(reference, track):
    """How two pitch tracks differ, where both have a pitch.

    Args:
      reference: (f0_hz [frames], confidence [frames]) of the reference.
      track: the same of the sound.

    Returns:
      {"f0_median_cents", "f0_outlier_share", "voicing_agreement"}; the first two are nan where no
      frame has a pitch in both.

    >>> steady = np.full(10, 440.0), np.ones(10)
    >>> sharp = np.full(10, 440.0 * 2 ** (1 / 12)), np.ones(10)
    >>> round(pitch_metrics(steady, sharp)["f0_median_cents"], 6)
    100.0
    """
    f_hz, g_hz = _same_frames(reference[0], track[0])
    heard, heard_too = (np.asarray(confidence) >= VOICED for confidence in (reference[1], track[1]))
    both = heard & heard_too & (f_hz > 0) & (g_hz > 0)
    error = np.abs(1200.0 * np.log2(g_hz[both] / f_hz[both])) if both.any() else np.array([np.nan])
    return {"f0_median_cents": float(np.median(error)),
            "f0_outlier_share": float(np.mean(error > OUTLIER_CENTS)) if both.any() else float("nan"),
            "voicing_agreement": float(np.mean(heard == heard_too))}


def _same_frames(a, b):
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(a) == 0:
        raise ValueError(f"two curves have shapes {list(a.shape)} and {list(b.shape)}; wanted [frames] "
                         "twice. Lesson 09.")
    return a, b


def frechet_distance(embedding, other):
    """Fréchet distance of two sets of points, each seen as one Gaussian.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)).  Kilgour et al., "Fréchet Audio Distance", Interspeech 2019.
    Below some 200 points the covariance of a 200-dimensional embedding is singular: quote their number.

    Args:
      embedding: [points, dimensions], at least 2 points.
      other: [other points, dimensions].

    Returns:
      Distance, at least 0, a float.

    >>> points = np.random.default_rng(0).normal(size=[500, 3])
    >>> round(frechet_distance(points, points + [3.0, 0.0, 4.0]), 6)
    25.0
    """
    first, second = np.asarray(embedding, np.float64), np.asarray(other, np.float64)
    fits = first.ndim == second.ndim == 2 and first.shape[1] == second.shape[1]
    if not fits or min(len(first), len(second)) < 2:
        raise ValueError(f"embeddings have shapes {list(first.shape)} and {list(second.shape)}; wanted "
                         "[points, dimensions] with at least 2 points each. Lesson 17.")
    s1, s2 = (np.atleast_2d(np.cov(points, rowvar=False)) for points in (first, second))
    values, vectors = np.linalg.eigh(s1)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T                    # S1^(1/2)
    mixed = np.linalg.eigvalsh(root @ s2 @ root)                    # the eigenvalues of S1 S2, all real
    apart = np.sum((first.mean(axis=0) - second.mean(axis=0)) ** 2)
    return float(max(0.0, apart + np.trace(s1) + np.trace(s2) - 2.0 * np.sqrt(np.maximum(mixed, 0.0)).sum()))
