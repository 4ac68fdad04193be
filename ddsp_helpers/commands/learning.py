"""Words that make an instrument: prepare, train, evaluate."""
from ddsp_helpers.commands.options import (SPECS, copy_whole, instrument_file, model_file, new_file, pitch_option,
                                           place, version_option)
from ddsp_helpers.progress import load_tensorflow


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

        sub.add_argument("recordings", nargs="?", type=place, metavar="RECORDINGS",
                         help="folder of sound files, or one file")
        sub.add_argument("--instrument", metavar="NAME", help="instead of RECORDINGS, recorded notes that are fetched "
                         f"for you: {', '.join(assets.instruments())}")
        sub.add_argument("-o", "--out", type=place, required=True, metavar="DATASET", help="folder to make")
        sub.add_argument("--sample-rate", choices=sorted(SPECS), default="16000",
                         help="of the instrument, in Hz; 48000 sounds brighter and trains slower "
                              "(default: %(default)s)")
        sub.add_argument("--take", type=float, metavar="SECONDS",
                         help="cut each recording at its quietest moments into takes of about this long, such as 30: a "
                              "single recording needs it, so that a part can be kept aside")
        sub.add_argument("--held-out", type=float, default=0.15, metavar="SHARE",
                         help="share of the recordings (or takes) that is kept aside, never learnt from, to judge the "
                              "result honestly (above 0, up to 0.5, default: %(default)s)")
        sub.add_argument("--workers", type=int, metavar="N",
                         help="how many recordings to work on at once (default: one for each processor core)")
        pitch_option(sub)

    @staticmethod
    def run(options):
        from ddsp_helpers.data import phrases, sources
        from ddsp_helpers.data.prepare import prepare

        if bool(options.recordings) == bool(options.instrument):
            raise ValueError("Name either a folder of recordings or --instrument NAME.")
        if options.instrument and options.take:
            raise ValueError("--take came with --instrument; it belongs to recordings of your own.")
        if not 0 < options.held_out <= 0.5:
            raise ValueError(f"--held-out came as {options.held_out:g}; a share above 0, up to 0.5, was wanted: "
                             "what is kept aside decides which version of an instrument is the best (lesson 07).")
        load_tensorflow()
        if options.instrument:
            recordings = phrases.performances(options.instrument)
        else:
            recordings = sources.folder(options.recordings, take_s=options.take)
        dataset = prepare(recordings, options.out, spec=SPECS[options.sample_rate], held_out=options.held_out,
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
        sub.add_argument("dataset", type=place, metavar="DATASET", help="a folder made by `prepare`")
        sub.add_argument("-o", "--out", type=place, required=True, metavar="MODEL",
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

        out = options.out
        if out.suffix == ".npz":
            new_file(out, endings=(".npz",))
        elif out.is_file():
            raise ValueError(f"{out} is a file; a name ending in .npz, or a folder, was wanted.")
        elif out.suffix and not out.is_dir():
            raise ValueError(f"{out} ends in {out.suffix!r}; .npz was wanted, or a folder's name without an ending.")
        folder = out.with_suffix(".training") if out.suffix == ".npz" else out
        spec = models.ModelSpec(dataset.spec, decoder=options.decoder, reverb_s=options.reverb, name=out.stem)
        minutes = options.minutes if options.steps is None else None
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
        print(f"{out}: trained for {done.elapsed_s / 60:.1f} minutes. "
              f"Next: python -m ddsp_helpers transfer voice.wav --model {out} -o out.wav")


class Evaluate:
    """Judge an instrument in numbers: let it play recordings and compare.

    RECORDINGS is a folder of sound files that the model has not learnt from, or a dataset (its held-out part is used).
    The table says how far the spectrum, the loudness and the pitch are from the recordings, and how quick the model is.

      python -m ddsp_helpers evaluate my_instrument.npz other_recordings --json report.json
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("model", type=place, metavar="MODEL",
                         help="a .npz file, a training folder, or the name of one that comes with the course")
        version_option(sub)
        sub.add_argument("recordings", type=place, metavar="RECORDINGS",
                         help="a folder, or a dataset made by `prepare`")
        sub.add_argument("--json", type=place, metavar="FILE", help="also write the table as JSON")
        sub.add_argument("--no-frechet", action="store_true", help="leave out the slowest figure, the Fréchet audio "
                         "distance (how alike two sets of sounds are)")
        pitch_option(sub)

    @staticmethod
    def run(options):
        if options.json:
            new_file(options.json, endings=(".json",))
        file = instrument_file(options.model, sample_rate=int(options.sample_rate))
        recordings = _recordings(options.recordings)
        load_tensorflow()
        from ddsp_helpers import models
        from ddsp_helpers.evaluate import evaluate

        report = evaluate(models.load(file), recordings, frechet=not options.no_frechet, pitch=options.pitch)
        print(report.table())
        if options.json:
            report.to_json(options.json)


def _recordings(path):
    """A dataset if the folder is one, else the folder's recordings."""
    from ddsp_helpers.data import sources
    from ddsp_helpers.data.dataset import Dataset

    is_dataset = path.is_dir() and (path / "dataset.json").is_file()
    return Dataset.open(path) if is_dataset else sources.folder(path)
