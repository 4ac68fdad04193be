"""Each metric against a case whose answer is known."""
import numpy as np
import pytest
import scipy.linalg

from ddsp_helpers import metrics


def test_loudness_metrics():
    t = np.linspace(0, 6, 100)
    found = metrics.loudness_metrics(-30 + 5 * np.sin(t), -33 + 5 * np.sin(t))
    assert abs(found["loudness_l1_db"] - 3) < 1e-9 and abs(found["loudness_correlation"] - 1) < 1e-9
    assert np.isnan(metrics.loudness_metrics(np.full(9, -30.0), np.full(9, -20.0))["loudness_correlation"])
    with pytest.raises(ValueError, match=r"\[9\] and \[8\]"):
        metrics.loudness_metrics(np.zeros(9), np.zeros(8))


def test_pitch_metrics_count_only_where_both_have_a_pitch():
    f_hz, sure = np.full(10, 440.0), np.ones(10)
    g_hz = f_hz * 2 ** (10 / 1200)
    g_hz[7:] *= 2                                                  # three wrong octaves
    found = metrics.pitch_metrics((f_hz, sure), (g_hz, sure))
    assert abs(found["f0_median_cents"] - 10) < 1e-6
    assert abs(found["f0_outlier_share"] - 0.3) < 1e-9 and found["voicing_agreement"] == 1
    quiet = np.where(np.arange(10) < 7, 1.0, 0.1)                  # of which the tracker was unsure
    found = metrics.pitch_metrics((f_hz, sure), (g_hz, quiet))
    assert found["f0_outlier_share"] == 0 and abs(found["voicing_agreement"] - 0.7) < 1e-9
    found = metrics.pitch_metrics((f_hz, 0 * sure), (g_hz, sure))
    assert np.isnan(found["f0_median_cents"]) and np.isnan(found["f0_outlier_share"])


def test_frechet_distance_equals_the_matrix_square_root():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=[400, 6]) @ rng.normal(size=[6, 6]), rng.normal(size=[300, 6]) + 1
    s1, s2 = np.cov(a.T), np.cov(b.T)
    gap = np.sum((a.mean(0) - b.mean(0)) ** 2)
    wanted = gap + np.trace(s1 + s2 - 2 * scipy.linalg.sqrtm(s1 @ s2).real)
    assert abs(metrics.frechet_distance(a, b) - wanted) < 1e-8 * wanted
    assert abs(metrics.frechet_distance(a, b) - metrics.frechet_distance(b, a)) < 1e-8
    assert metrics.frechet_distance(a, a) < 1e-8
    few = rng.normal(size=[5, 50])                                  # fewer points than dimensions
    assert 0 <= metrics.frechet_distance(few, few + 1) == pytest.approx(50, rel=1e-6)
    with pytest.raises(ValueError, match="at least 2 points"):
        metrics.frechet_distance(a[:1], b)


def test_spectral_distance():
    rng = np.random.default_rng(0)
    noise = rng.uniform(-0.5, 0.5, 8000).astype(np.float32)
    near = metrics.spectral_distance(noise, noise + 1e-3 * rng.normal(size=8000), sample_rate=16000)
    far = metrics.spectral_distance(noise, 0.1 * noise, sample_rate=16000)
    assert metrics.spectral_distance(noise, noise, sample_rate=16000) == 0 < near < far
    with pytest.raises(ValueError, match="equally many"):
        metrics.spectral_distance(noise, noise[1:], sample_rate=16000)
