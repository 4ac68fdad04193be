"""The words of the command line: what each takes, and what it does.  `__main__` reads this table.

A command's docstring is its help.  Rooms are imported when a command runs, so that --help is quick.
"""
import json
import os
from pathlib import Path
import shutil
import sys
import tempfile

from ddsp_helpers.progress import Bar, load_tensorflow
from ddsp_helpers.spec import SPEC_16K, SPEC_48K

_PITCH = ("crepe-tiny", "crepe-small", "crepe-medium", "crepe-large", "crepe-full", "swiftf0", "pyin")
_PITCH_HELP = ("who listens for the pitch: crepe-tiny (default: quick and good), crepe-small, crepe-medium, "
               "crepe-large, crepe-full (each surer and slower), swiftf0 (quickest), pyin (the classic, which learned nothing)")
_SPECS = {"16000": SPEC_16K, "48000": SPEC_48K}


def _pitch_option(sub):
    sub.add_argument("--pitch", choices=_PITCH, default="crepe-tiny", metavar="TRACKER", help=_PITCH_HELP)


def _model_options(sub):
    from ddsp_helpers import assets

    names = ", ".join(assets.trained_instruments())
    which = sub.add_mutually_exclusive_group(required=True)
    which.add_argument("--instrument", metavar="NAME", help=f"an instrument that comes with the course: {names}")
    which.add_argument("--model", metavar="FILE", help="an instrument that you trained: a .npz file or training folder")
    sub.add_argument("--sample-rate", choices=sorted(_SPECS), default="16000",
                     help="which version of --instrument, in Hz (default: %(default)s)")


def model_file(path):
    """The .npz file of a model that may be named by its training folder.

    Raises:
      ValueError: there is none.
    """
    path = Path(path)
    for candidate in (path, path / "best.npz"):
        if candidate.is_file():
            return candidate
    raise ValueError(f"There is no model at {path}; a .npz file or the folder of a training was wanted. Make one with: "
                     "python -m ddsp_helpers train DATASET -o MODEL.npz")


def _load(options):
    from ddsp_helpers import assets

    if options.model:
        file = model_file(options.model)
    else:
        file = assets.checkpoint(options.instrument, sample_rate=int(options.sample_rate))
    load_tensorflow()
    from ddsp_helpers import models

    return models.load(file)


def _new_file(path, *, endings):
    """A path to write to, refused before hours of work rather than after."""
    path = Path(path)
    if path.suffix.lower() not in endings:
        raise ValueError(f"{path} ends in {path.suffix!r}; {' or '.join(endings)} was wanted.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


class Prepare:
    """Turn recordings into a dataset to train on.

    RECORDINGS is a folder of sound files (wav, flac, ogg, mp3), best ten minutes or more of ONE instrument playing ONE
    note at a time, without reverb or accompaniment.  Or name --instrument and recorded notes are fetched and played
    as phrases.  What is wrong with a recording (silence, clipping, several voices) is said, with a remedy.
    Interrupted?  The same command goes on where it was.

      python -m ddsp_helpers prepare my_recordings -o my_dataset
      python -m ddsp_helpers prepare --instrument flute -o flute_dataset
    """

    @staticmethod
    def arguments(sub):
        from ddsp_helpers import assets

        sub.add_argument("recordings", nargs="?", metavar="RECORDINGS", help="folder of sound files, or one file")
        sub.add_argument("--instrument", metavar="NAME", help="instead of RECORDINGS, recorded notes that are fetched "
                         f"for you: {', '.join(assets.instruments())}")
        sub.add_argument("-o", "--out", required=True, metavar="DATASET", help="folder to make")
        sub.add_argument("--sample-rate", choices=sorted(_SPECS), default="16000",
                         help="of the instrument, in Hz; 48000 sounds brighter and trains slower "
                              "(default: %(default)s)")
        sub.add_argument("--held-out", type=float, default=0.15, metavar="SHARE",
                         help="share of the recordings that is kept aside, never learnt from, to judge the result "
                              "honestly (default: %(default)s)")
        sub.add_argument("--workers", type=int, metavar="N",
                         help="how many recordings to work on at once (default: one for each processor core)")
        _pitch_option(sub)

    @staticmethod
    def run(options):
        from ddsp_helpers.data import phrases, sources
        from ddsp_helpers.data.prepare import prepare

        if bool(options.recordings) == bool(options.instrument):
            raise ValueError("Name either a folder of recordings or --instrument NAME.")
        load_tensorflow()
        if options.instrument:
            recordings = phrases.performances(options.instrument)
        else:
            recordings = sources.folder(options.recordings)
        dataset = prepare(recordings, options.out, spec=_SPECS[options.sample_rate], held_out=options.held_out,
                          pitch=options.pitch, workers=options.workers)
        print(f"{options.out}: {len(dataset.train_recordings)} recordings to learn from, "
              f"{len(dataset.held_out_recordings)} held out, {dataset.statistics.seconds / 60:.1f} minutes.")
        print(f"Next: python -m ddsp_helpers train {options.out} --minutes 10 -o MODEL.npz")


class Train:
    """Teach an instrument to the computer, from a dataset.

    Ten minutes on two processor cores give an instrument that plays; longer makes it finer.  While it trains, it is
    judged on recordings it never hears, and the best version is kept.  Stopped or crashed?  The same command goes on
    where it was.

      python -m ddsp_helpers train my_dataset --minutes 10 -o my_instrument.npz
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("dataset", metavar="DATASET", help="a folder made by `prepare`")
        sub.add_argument("-o", "--out", required=True, metavar="MODEL",
                         help="the .npz file to make (its training is kept beside it), or a folder")
        sub.add_argument("--minutes", type=float, default=10.0, help="how long to train (default: %(default)g)")
        sub.add_argument("--steps", type=int, help="instead of --minutes: how many corrections the computer makes")
        sub.add_argument("--decoder", choices=("gru", "cnn", "mingru"), default="gru",
                         help="the kind of player that learns: gru (default), cnn (tiny, for real time), mingru (quick "
                              "on long sounds)")
        sub.add_argument("--reverb", type=float, default=0.0, metavar="SECONDS",
                         help="also learn the room it was recorded in, an echo this long, such as 1.5 (default: none)")
        sub.add_argument("--batch-size", type=int, default=16, metavar="CLIPS",
                         help="how many short clips are heard before each correction (default: %(default)s)")
        sub.add_argument("--seed", type=int, default=0,
                         help="where chance begins: another number gives a slightly different instrument "
                              "(default: %(default)s)")
        sub.add_argument("--tensorboard", action="store_true",
                         help="also write curves, pictures and sounds to look at with TensorBoard")
        sub.add_argument("--distribute", choices=("mirrored", "multiworker"),
                         help="share the work: mirrored (all graphics cards of this computer) or multiworker (several "
                              "computers, each started with this command and told about the others in TF_CONFIG)")

    @staticmethod
    def run(options):
        from ddsp_helpers.data.dataset import Dataset

        dataset = Dataset.open(options.dataset)
        load_tensorflow()
        from ddsp_helpers import models, training

        out = Path(options.out)
        folder = out.with_suffix(".training") if out.suffix == ".npz" else out
        spec = models.ModelSpec(dataset.spec, decoder=options.decoder, reverb_s=options.reverb, name=out.stem)
        minutes = None if options.steps else options.minutes
        done = training.fit(spec, dataset, out=folder, minutes=minutes, steps=options.steps, seed=options.seed,
                            batch_size=options.batch_size, tensorboard=options.tensorboard,
                            distribute=options.distribute)
        if done.stopped == "interrupted":
            raise KeyboardInterrupt
        if options.distribute == "multiworker" and not (folder / "best.npz").is_file():
            print("This worker's part is done; the first worker keeps the instrument.")
            return
        if folder != out:
            copy_whole(model_file(folder), out)
        print(f"{out}: trained. Next: python -m ddsp_helpers transfer voice.wav --model {out} -o out.wav")


def copy_whole(source, target):
    """Copy a file so that the target is complete or as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        part = shutil.copyfile(source, Path(scratch) / target.name)
        os.replace(part, target)


class Transfer:
    """Let an instrument play what you sing, hum, whistle or play.

    VOICE is a sound file of one voice at a time, of any length.  The melody is moved into the instrument's octave and
    loudness by itself; the options below turn it further.

      python -m ddsp_helpers transfer voice.wav --instrument violin -o out.wav
      python -m ddsp_helpers transfer voice.wav --model my_instrument.npz --octave 1 --autotune 0.5 -o out.wav
    """

    @staticmethod
    def arguments(sub):
        from ddsp_helpers import controls

        sub.add_argument("voice", metavar="VOICE", help="a sound file: wav, flac, ogg or mp3")
        _model_options(sub)
        sub.add_argument("-o", "--out", required=True, metavar="OUT", help="the .wav or .flac file to make")
        sub.add_argument("--octave", default="auto", help="auto (default), or whole octaves up or down: 1, -1, …")
        for flag, control, text in (
            ("--pitch-shift", controls.PITCH_SHIFT, "transpose by semitones"),
            ("--loudness-shift", controls.LOUDNESS_SHIFT, "play louder or softer, dB: this also changes the tone"),
            ("--threshold", controls.THRESHOLD, "how sure a note must be: lower catches more, higher is cleaner"),
            ("--quiet", controls.QUIET, "turn down what is between the notes, dB"),
            ("--autotune", controls.AUTOTUNE, "pull the pitch to the scale you sing in"),
        ):
            span = f"{control.minimum:g} to {control.maximum:g}"
            sub.add_argument(flag, type=float, default=control.default, metavar="X",
                             help=f"{text} ({span}, default {control.default:g})")
        sub.add_argument("--keep-loudness", action="store_true",
                         help="do not bring your loudness to what the instrument knows")
        sub.add_argument("--check", action="store_true", help="listen to the result again and say how close it is")
        _pitch_option(sub)

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import transfer

        out = _new_file(options.out, endings=(".wav", ".flac"))
        settings = transfer.Settings(
            octave=_octave(options.octave), pitch_shift_semitones=options.pitch_shift,
            loudness_shift_db=options.loudness_shift, threshold=options.threshold, quiet_db=options.quiet,
            autotune=options.autotune, match_loudness=not options.keep_loudness)
        _sound(options.voice)
        model = _load(options)
        with Bar(f"{Path(options.voice).name} -> {out.name}") as bar:
            heard, adjusted = transfer.transfer_file(options.voice, out, model=model, settings=settings,
                                                     pitch=options.pitch, progress=bar)
        moved = f"{adjusted.octave:+d} octave{'s' * (abs(adjusted.octave) != 1)}, " if adjusted.octave else ""
        print(f"{out}: {heard.duration_s:.1f} s, {moved}loudness {adjusted.loudness_gain_db:+.1f} dB on notes.")
        for remark in adjusted.remarks:
            print(f"note: {remark}")
        if options.check:
            Transfer.listen(out, heard, adjusted, options.pitch)

    @staticmethod
    def listen(out, heard, adjusted, pitch):
        """Say how closely the result follows the voice."""
        from ddsp_helpers import audio, transfer

        sound = audio.load(out)
        found = transfer.check(transfer.Result(sound.samples, sound.sample_rate, heard, adjusted), pitch=pitch)
        print(f"pitch: {found.median_cents:.1f} cents off in the median, {found.within_50_cents:.1%} of the notes "
              f"within 50 cents; loudness follows with a correlation of {found.loudness_correlation:.2f}.")


def _octave(text):
    """--octave as "auto", "classic" or a whole number."""
    if text in ("auto", "classic"):
        return text
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"--octave came as {text!r}; auto or a whole number such as -1 was wanted.") from error


def _sound(path):
    """Refuse what is not a sound before anything heavy is loaded."""
    from ddsp_helpers import audio

    return audio.info(path)


class Resynthesize:
    """Let an instrument play a recording of itself: what did it learn, what is missing?

    Unlike `transfer`, nothing is moved: pitch and loudness go in as they are.

      python -m ddsp_helpers resynthesize phrase.wav --model my_instrument.npz -o out.wav
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("phrase", metavar="PHRASE", help="a recording of the same instrument")
        _model_options(sub)
        sub.add_argument("-o", "--out", required=True, metavar="OUT", help="the .wav or .flac file to make")
        _pitch_option(sub)

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import transfer

        out = _new_file(options.out, endings=(".wav", ".flac"))
        _sound(options.phrase)
        model = _load(options)
        with Bar(f"{Path(options.phrase).name} -> {out.name}") as bar:
            heard = transfer.resynthesize_file(options.phrase, out, model=model, pitch=options.pitch, progress=bar)
        print(f"{out}: {heard.duration_s:.1f} s.")


class Evaluate:
    """Judge an instrument in numbers: let it play recordings and compare.

    RECORDINGS is a folder of sound files that the model has not learnt from, or a dataset (its held-out part is used).
    The table says how far the spectrum, the loudness and the pitch are from the recordings, and how quick the model is.

      python -m ddsp_helpers evaluate my_instrument.npz other_recordings --json report.json
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("model", metavar="MODEL", help="a .npz file, a training folder, or an instrument's name")
        sub.add_argument("recordings", metavar="RECORDINGS", help="a folder, or a dataset made by `prepare`")
        sub.add_argument("--json", metavar="FILE", help="also write the table as JSON")
        sub.add_argument("--no-frechet", action="store_true", help="leave out the slowest figure, the Fréchet audio "
                         "distance (how alike two sets of sounds are)")
        _pitch_option(sub)

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import models
        from ddsp_helpers.evaluate import evaluate

        if options.json:
            _new_file(options.json, endings=(".json",))
        named = not Path(options.model).exists() and not Path(options.model).suffix and os.sep not in options.model
        model = models.load_instrument(options.model) if named else models.load(model_file(options.model))
        report = evaluate(model, _recordings(options.recordings), frechet=not options.no_frechet, pitch=options.pitch)
        print(report.table())
        if options.json:
            report.to_json(options.json)


def _recordings(path):
    """A dataset if the folder is one, else the folder's recordings."""
    from ddsp_helpers.data import sources
    from ddsp_helpers.data.dataset import Dataset

    is_dataset = Path(path).is_dir() and (Path(path) / "dataset.json").is_file()
    return Dataset.open(path) if is_dataset else sources.folder(path)


class Assets:
    """Fetch the sounds that the lessons use, once; afterwards everything works offline.

    Without a name: what there is, and what is already here.

      python -m ddsp_helpers assets violin-notes vocadito
      python -m ddsp_helpers assets all
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("names", nargs="*", metavar="NAME", help="what to fetch, such as violin-notes; `all` for all")
        sub.add_argument("--credits", action="store_true", help="who made the sounds, and their licences")
        sub.add_argument("--json", action="store_true", help="print the list as JSON")
        sub.add_argument("--from", dest="source", metavar="FOLDER",
                         help="first copy what is in this folder, the recordings of an offline pack")

    @staticmethod
    def run(options):
        from ddsp_helpers import assets

        packs = assets.catalogue()
        if options.credits:
            print(assets.credits(options.names or None))
            return
        if options.source:
            assets.copy_from(options.source)
        for name in packs if options.names == ["all"] else options.names:
            if name in packs and not packs[name].is_cached:
                print(f"{name}: fetching {packs[name].bytes / 1e6:.0f} MB with {packs[name].client} …", flush=True)
            print(f"{name}: {assets.fetch(name)}", flush=True)
        if options.names:
            return
        if options.json:
            rows = [{"name": pack.name, "title": pack.title, "licence": pack.licence, "bytes": pack.bytes,
                     "here": pack.is_cached} for pack in packs.values()]
            json.dump(rows, sys.stdout, indent=2, ensure_ascii=False)
            print()
            return
        for pack in packs.values():
            here = "here" if pack.is_cached else f"{pack.bytes / 1e6:.0f} MB"
            print(f"{pack.name:24} {here:>8}  {pack.title} ({pack.licence})")
        print(f"kept in {assets.cache_folder()}")


class Tour:
    """The whole story in one go: recordings, training, a voice becomes a violin.

    Fetches recorded violin notes and a real voice, trains a violin for a few minutes, and writes a page with everything
    to hear and see: OUT/report.html.
    """

    @staticmethod
    def arguments(sub):
        from ddsp_helpers import assets

        sub.add_argument("-o", "--out", default="out/tour", metavar="OUT", help="folder to fill (default: %(default)s)")
        sub.add_argument("--minutes", type=float, default=float(os.environ.get("DDSP_TOUR_MINUTES", "8")),
                         help="how long to train (default: %(default)g; less is quicker and rougher)")
        sub.add_argument("--instrument", default="violin", metavar="NAME",
                         help=f"which instrument (default: violin): {', '.join(assets.instruments())}")
        sub.add_argument("--voice", metavar="FILE", help="your own voice instead of the one that is fetched")

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import tour

        tour.run(options.out, minutes=options.minutes, instrument=options.instrument, voice=options.voice)


COMMANDS = {
    "prepare": Prepare, "train": Train, "transfer": Transfer, "resynthesize": Resynthesize, "evaluate": Evaluate,
    "assets": Assets, "tour": Tour,
}
