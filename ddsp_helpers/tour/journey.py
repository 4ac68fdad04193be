"""From recorded notes to a voice that plays: prepare, train, transfer, listen again, write down.

Every step can be repeated: what is already there (fetched sounds, the dataset, the training so far) is used again.
"""
import contextlib
import dataclasses
import importlib.metadata
import json
import os
from pathlib import Path
import platform
import time

import numpy as np

from ddsp_helpers import assets, audio, features, fidelity, transfer, units
from ddsp_helpers.spec import SPEC_16K

VOICES = ("vocadito_10", "vocadito_14")
MUSIC_MINUTES = 10.0
_EXCERPT_S = 8.0
_MOST_MINUTES = 10.0           # of training: what "within minutes" means


def say(text):
    print(text, flush=True)


@dataclasses.dataclass(frozen=True)
class Sound:
    """A sound of the report: its file name, samples [n] at sample_rate Hz, and what is heard in it."""

    file: str
    samples: np.ndarray
    sample_rate: int
    features: "features.Features"


class Clock:
    """Seconds that each step took, by name."""

    def __init__(self):
        self.seconds = {}

    @contextlib.contextmanager
    def __call__(self, name, text):
        say(text)
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)


def run(out="out/tour", *, minutes=8.0, instrument="violin", voice=None, music_minutes=MUSIC_MINUTES, evaluate_s=60.0,
        decoder="gru", pitch="crepe-tiny"):
    """Train an instrument on recorded notes, let it play a voice, and write a report with everything to hear and see.

    Args:
      out: folder for wav files, pictures, report.json and report.html; made if needed.
      minutes: how long to train, above 0 to 10.
      instrument: one of assets.instruments().
      voice: a sound file; None takes two recorded singers.
      music_minutes: how much music the recorded notes are played into, at least 1.
      evaluate_s: seconds of held-out sound to measure on.
      decoder: "gru", "cnn" or "mingru".
      pitch: tracker, a method of `features.f0`.

    Returns:
      What report.json holds, a dict.

    Raises:
      ValueError: minutes out of range, an unknown instrument, a voice that is not sound.
    """
    _check(minutes, music_minutes, instrument, voice)
    from ddsp_helpers.tour import page, pictures

    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    with clock("prepare", f"1/5  Fetching recorded notes of the {instrument} and playing them as music …"):
        dataset = _dataset(out, instrument, music_minutes, decoder, pitch)
    say("     " + dataset.summary().splitlines()[0])
    with clock("train", f"2/5  Training for {minutes:g} minutes …"):
        model, history = _train(out, dataset, instrument, minutes, decoder)
    with clock("transfer", f"3/5  The {instrument} plays what was sung …"):
        songs = [_song(out, path, name, instrument, model, pitch) for name, path in _voices(voice).items()]
    with clock("resynthesize", "4/5  Playing recordings that the training never heard …"):
        excerpts = _excerpts(out, dataset, model)
        lesson = _lesson(out, dataset, instrument)
    with clock("evaluate", "5/5  Measuring, drawing, writing the report …"):
        report = _report(dataset, model, history, songs, excerpts, lesson, minutes=minutes, evaluate_s=evaluate_s,
                         pitch=pitch, voice=voice, instrument=instrument)
        report["pictures"] = pictures.draw(out, report, history, songs, excerpts)
    report["seconds"] = {**clock.seconds, "all": round(sum(clock.seconds.values()), 1)}
    _write(out / "report.json", json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    _write(out / "report.html", page.html(report, out))
    for bar in report["bars"]:
        say(f"     {'holds' if bar['holds'] else 'MISSED':7} {bar['name']}: {bar['value']:.4g} {bar['unit']} ({bar['bar']})")
    say(f"Done in {report['seconds']['all'] / 60:.1f} minutes. Open {out / 'report.html'} in a browser and listen.")
    return report


def _check(minutes, music_minutes, instrument, voice):
    """Refuse early what would fail late."""
    if not 0 < minutes <= _MOST_MINUTES:
        raise ValueError(f"minutes={minutes} came; above 0 and at most {_MOST_MINUTES:g} minutes of training were wanted. "
                         "For longer: python -m ddsp_helpers train. Lesson 09.")
    if not music_minutes >= 1:
        raise ValueError(f"music_minutes={music_minutes} came; at least 1 was wanted. Lesson 07.")
    if instrument not in assets.instruments():
        raise ValueError(f"instrument={instrument!r} came; one of {', '.join(assets.instruments())} was wanted.")
    if voice is not None:
        audio.info(voice)


def _voices(voice):
    """{name: path} of the voices to transfer."""
    return {Path(voice).stem: Path(voice)} if voice is not None else {name: assets.voice(name) for name in VOICES}


def _dataset(out, instrument, music_minutes, decoder, pitch):
    """The prepared dataset, in a folder that tells datasets of other sizes apart."""
    from ddsp_helpers.data import phrases
    from ddsp_helpers.data.prepare import prepare

    recordings = phrases.performances(instrument, minutes=music_minutes)
    folder = out / "work" / f"{instrument}_{music_minutes:g}min_{pitch}"
    return prepare(recordings, folder, spec=SPEC_16K, pitch=pitch)


def _train(out, dataset, instrument, minutes, decoder):
    """(the best model of the training, its history); saved as OUT/instrument.npz."""
    from ddsp_helpers import models, training

    spec = models.ModelSpec(dataset.spec, decoder=decoder, name=instrument)
    folder = out / "work" / f"{dataset.path.name}_{decoder}_{minutes:g}min"
    every_s = min(30.0, minutes * 60 / 6)
    history = training.fit(spec, dataset, out=folder, minutes=minutes, evaluate_every_s=every_s, patience=None)
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    model = models.load(history.best_path)
    models.save(model, out / f"{instrument}.npz")
    return model, history


def _song(out, path, name, instrument, model, pitch):
    """One voice and what the instrument made of it: files, features, figures."""
    rate = model.model_spec.synth.sample_rate
    sung = audio.load(path, sample_rate=rate)
    result = transfer.transfer(sung.samples, sample_rate=rate, model=model, pitch=pitch)
    again = features.extract(result.audio, sample_rate=rate, frame_rate=result.features.frame_rate, pitch=pitch)
    sounds = {
        "voice": Sound(f"{name}_voice.wav", sung.samples, rate, result.features),
        "result": Sound(f"{name}_as_{instrument}.wav", result.audio, rate, again),
    }
    for sound in sounds.values():
        audio.save(out / sound.file, sound.samples, sample_rate=rate, limit=True)
    return {"name": name, **sounds, "adjusted": result.adjusted, "fidelity": fidelity.compare(result, again)}


def _excerpts(out, dataset, model, count=2):
    """Held-out recordings beside the model's own version of them."""
    rate, made = dataset.spec.sample_rate, []
    for number, (name, samples, heard) in enumerate(dataset.read("held_out"), start=1):
        frames = min(len(heard), round(_EXCERPT_S * dataset.spec.frame_rate))
        samples, heard = samples[:frames * dataset.spec.hop], heard[:frames]
        played = transfer.play_features(heard, model=model, duration_s=len(samples) / rate)
        again = features.extract(played, sample_rate=rate, frame_rate=heard.frame_rate, pitch=dataset.pitch)
        pair = {"name": name, "real": Sound(f"held_out_{number}_recording.wav", samples, rate, heard),
                "played": Sound(f"held_out_{number}_played_by_the_model.wav", played, rate, again)}
        for sound in (pair["real"], pair["played"]):
            audio.save(out / sound.file, sound.samples, sample_rate=rate, limit=True)
        made.append(pair)
        if number == count:
            break
    return made


def _lesson(out, dataset, instrument):
    """A little of what the model learnt from."""
    name, samples, heard = next(iter(dataset.read("train")))
    frames = min(len(heard), round(_EXCERPT_S * dataset.spec.frame_rate))
    sound = Sound(f"{instrument}_training_music.wav", samples[:frames * dataset.spec.hop], dataset.spec.sample_rate,
                  heard[:frames])
    audio.save(out / sound.file, sound.samples, sample_rate=sound.sample_rate, limit=True)
    return sound


def _report(dataset, model, history, songs, excerpts, lesson, *, minutes, evaluate_s, pitch, voice, instrument):
    """Everything that report.json says, but the pictures and the clock."""
    from ddsp_helpers.evaluate import evaluate

    judged = evaluate(model, dataset, frechet=False, pitch=pitch, max_s=evaluate_s)
    notes = [note.midi for note in assets.instrument_notes(instrument)]
    packs = [f"{instrument}-notes"] + ([] if voice is not None else ["vocadito"])
    seconds = {side: sum(entry.seconds for entry in entries) for side, entries in
               (("train", dataset.train_recordings), ("held_out", dataset.held_out_recordings))}
    return {
        "instrument": instrument,
        "dataset": {"train_s": round(seconds["train"], 1), "held_out_s": round(seconds["held_out"], 1),
                    "recordings": len(dataset.recordings), "pitch_tracker": pitch,
                    "recorded_notes": len(notes), "lowest_note": units.midi_to_note(min(notes)),
                    "highest_note": units.midi_to_note(max(notes)), "example": lesson.file,
                    "findings": [str(finding) for finding in dataset.findings]},
        "training": {"minutes": minutes, "measured_minutes": round(history.elapsed_s / 60, 2), "steps": history.step,
                     "decoder": model.model_spec.decoder, "parameters": int(model.count_params()),
                     "held_out_loss": history.best_loss, "file": f"{instrument}.npz"},
        "transfer": [_told(song) for song in songs],
        "held_out": [{"name": pair["name"], "recording": pair["real"].file, "played": pair["played"].file}
                     for pair in excerpts],
        "evaluation": judged.to_dict(),
        "bars": _bars(history, songs),
        "credits": assets.credits(packs).splitlines(),
        "versions": _versions(),
    }


def _told(song):
    adjusted = song["adjusted"]
    return {"name": song["name"], "voice": song["voice"].file, "result": song["result"].file,
            "seconds": round(len(song["voice"].samples) / song["voice"].sample_rate, 2), "octave": adjusted.octave,
            "loudness_gain_db": round(adjusted.loudness_gain_db, 2), "remarks": list(adjusted.remarks),
            **song["fidelity"].to_dict()}


def _bars(history, songs):
    """What must hold, and whether it does: the weakest of the songs counts."""
    worst = {
        "median_cents": max(song["fidelity"].median_cents for song in songs),
        "within_50_cents": min(song["fidelity"].within_50_cents for song in songs),
        "loudness_correlation": min(song["fidelity"].loudness_correlation for song in songs),
    }
    minutes = history.elapsed_s / 60
    return [
        _bar("training time", minutes, "minutes", f"at most {_MOST_MINUTES:g}, give or take the last step",
             minutes <= _MOST_MINUTES + 0.25),
        _bar("median pitch error of the transfer", worst["median_cents"], "cents", f"at most {fidelity.MEDIAN_CENTS:g}",
             worst["median_cents"] <= fidelity.MEDIAN_CENTS),
        _bar("notes within 50 cents", 100 * worst["within_50_cents"], "%", f"at least {100 * fidelity.WITHIN_50:g}",
             worst["within_50_cents"] >= fidelity.WITHIN_50),
        _bar("loudness correlation with the voice", worst["loudness_correlation"], "", f"at least {fidelity.CORRELATION}",
             worst["loudness_correlation"] >= fidelity.CORRELATION),
    ]


def _bar(name, value, unit, bar, holds):
    return {"name": name, "value": round(float(value), 4), "unit": unit, "bar": bar, "holds": bool(holds)}


def _versions():
    found = {"python": platform.python_version(), "processors": os.cpu_count()}
    for package in ("tensorflow", "keras", "numpy"):
        found[package] = importlib.metadata.version(package)
    return found


def _write(path, text):
    """A text file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
