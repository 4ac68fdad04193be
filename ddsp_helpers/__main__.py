"""The course's work without a notebook: `python -m ddsp_helpers --help`.

Each word is one step from recordings to music.  Whatever cannot be done ends with one line that says why, and exit code 2.
"""
import argparse
import inspect
import sys
import warnings

from ddsp_helpers import commands

ABOUT = """\
Teach the computer an instrument from recordings, then let it play what you sing.

  from your recordings to an instrument:
    python -m ddsp_helpers prepare my_recordings -o my_dataset
    python -m ddsp_helpers train my_dataset --minutes 10 -o my_instrument.npz

  from your voice to an instrument:
    python -m ddsp_helpers transfer voice.wav --instrument violin -o out.wav
    python -m ddsp_helpers transfer voice.wav --model my_instrument.npz -o out.wav
    python -m ddsp_helpers live --instrument violin

  from a score to an instrument:
    python -m ddsp_helpers midi score.mid --instrument violin -o out.wav

  from the notebook into your music software:
    python -m ddsp_helpers export violin --format vst -o Violin.tflite

  everything at once, with sounds that are fetched for you:
    python -m ddsp_helpers tour
"""


def parser():
    """The argument parser with all its words."""
    top = argparse.ArgumentParser(prog="python -m ddsp_helpers", description=ABOUT,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    words = top.add_subparsers(title="words", metavar="WORD", required=True)
    for name, command in commands.COMMANDS.items():
        text = inspect.cleandoc(command.__doc__)
        sub = words.add_parser(name, help=text.splitlines()[0], description=text,
                               formatter_class=argparse.RawDescriptionHelpFormatter)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return top


def main(argv=None):
    """Run one command; returns the exit code: 0 done, 2 it could not be done, 130 interrupted."""
    options = parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            warnings.simplefilter("ignore", DeprecationWarning)     # for those who write programs
            options.run(options)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped. Nothing is lost: the same command goes on where it was.", file=sys.stderr)
        return 130
    return 0


def _show_warning(message, *_, **__):
    """A warning as a sentence, without the line of code it came from."""
    print(f"note: {' '.join(str(message).split())}", file=sys.stderr)


def one_line(error):
    """An exception as one line of plain words."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return " ".join(f"{where}{error.strerror}".split())
    if isinstance(error, ModuleNotFoundError):
        return (f"the package {error.name} is missing; `python course.py` installs what the lessons need, "
                f"`pip install {error.name}` the rest")
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
