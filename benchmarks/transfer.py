"""A real voice through every shipped instrument; the result is tracked again."""

from benchmarks import checkpoints
from benchmarks.rows import Row
from ddsp_helpers import assets, audio, features, fidelity, models
from ddsp_helpers import transfer as transfers

VOICES = ("vocadito_10", "vocadito_14")


def run():
    rows = []
    for voice in VOICES:
        sung = audio.load(assets.voice(voice))
        heard = features.extract(sung.samples, sample_rate=sung.sample_rate)
        for path in checkpoints.paths():
            model = models.load(path)
            found = fidelity.check(transfers.transfer_features(heard, model=model))
            name = f"{voice} on {path.stem}"
            rows += [
                Row(f"{name}: median pitch error", found.median_cents, "cents", "<=", fidelity.MEDIAN_CENTS),
                Row(f"{name}: within 50 cents", found.within_50_cents, "share", ">=", fidelity.WITHIN_50),
                Row(f"{name}: loudness correlation", found.loudness_correlation, "", ">=", fidelity.CORRELATION),
            ]
    return rows
