"""Words that let an instrument play a recording or a microphone: transfer, resynthesize, live."""
import importlib

from ddsp_helpers.commands.options import load_model, model_options, new_file, pitch_option, place, sound_file
from ddsp_helpers.progress import Bar, load_tensorflow


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

        sub.add_argument("voice", type=place, metavar="VOICE", help="a sound file: wav, flac, ogg or mp3")
        model_options(sub)
        sub.add_argument("-o", "--out", type=place, required=True, metavar="OUT", help="the .wav or .flac file to make")
        recipe_options(sub)
        sub.add_argument("--check", action="store_true", help="listen to the result again and say how close it is")
        pitch_option(sub)

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import transfer

        settings = settings_of(options)
        sound_file(options.voice)
        out = new_file(options.out, endings=(".wav", ".flac"), source=options.voice)
        model = load_model(options)
        with Bar(f"{options.voice.name} -> {out.name}") as bar:
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


def recipe_options(sub):
    """What may be turned of the transfer recipe."""
    from ddsp_helpers import controls

    sub.add_argument("--octave", default="auto", help="auto (default), classic (the rule of the DDSP notebook), or "
                     "whole octaves up or down: -4 to 4")
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


def settings_of(options):
    """transfer.Settings of recipe_options."""
    from ddsp_helpers import transfer

    return transfer.Settings(
        octave=_octave(options.octave), pitch_shift_semitones=options.pitch_shift,
        loudness_shift_db=options.loudness_shift, threshold=options.threshold, quiet_db=options.quiet,
        autotune=options.autotune, match_loudness=not options.keep_loudness)


def _octave(text):
    """--octave as "auto", "classic" or a whole number."""
    if text in ("auto", "classic"):
        return text
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"--octave came as {text!r}; auto, classic or a whole number such as -1 was "
                         "wanted.") from error


class Resynthesize:
    """Let an instrument play a recording of itself: what did it learn, what is missing?

    Unlike `transfer`, nothing is moved: pitch and loudness go in as they are.

      python -m ddsp_helpers resynthesize phrase.wav --model my_instrument.npz -o out.wav
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("phrase", type=place, metavar="PHRASE", help="a recording of the same instrument")
        model_options(sub)
        sub.add_argument("-o", "--out", type=place, required=True, metavar="OUT", help="the .wav or .flac file to make")
        pitch_option(sub)

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import transfer

        sound_file(options.phrase)
        out = new_file(options.out, endings=(".wav", ".flac"), source=options.phrase)
        model = load_model(options)
        with Bar(f"{options.phrase.name} -> {out.name}") as bar:
            heard = transfer.resynthesize_file(options.phrase, out, model=model, pitch=options.pitch, progress=bar)
        print(f"{out}: {heard.duration_s:.1f} s.")


class Live:
    """Sing into the microphone and hear the instrument, at once.

    Wear headphones, or the microphone hears the loudspeaker.  Ctrl-C ends it.  Needs the package sounddevice
    (pip install sounddevice); `python -m sounddevice` lists microphones and loudspeakers.  With --voice the sound of a
    file is played through the same blocks into --out, as a rehearsal without a sound card.

      python -m ddsp_helpers live --instrument violin
      python -m ddsp_helpers live --instrument flute --sample-rate 48000 --block 512
      python -m ddsp_helpers live --instrument violin --voice voice.wav -o out.wav
    """

    @staticmethod
    def arguments(sub):
        model_options(sub)
        sub.add_argument("--block", type=int, default=256, metavar="SAMPLES",
                         help="samples at a time: fewer answer sooner and ask more of the computer (default: %(default)s)")
        sub.add_argument("--seconds", type=float, metavar="S", help="how long; until Ctrl-C if not given")
        sub.add_argument("--microphone", metavar="NAME", help="another microphone than the usual one: its name or number")
        sub.add_argument("--loudspeaker", metavar="NAME", help="another loudspeaker than the usual one")
        sub.add_argument("--voice", type=place, metavar="VOICE", help="play this sound file instead of the microphone")
        sub.add_argument("-o", "--out", type=place, metavar="OUT", help="with --voice: the .wav or .flac file to make")
        recipe_options(sub)

    @staticmethod
    def run(options):
        if options.block < 1:
            raise ValueError(f"--block came as {options.block}; at least 1 sample was wanted, usually 128 to 1024.")
        if bool(options.voice) != bool(options.out):
            raise ValueError("--voice and --out came one without the other; both were wanted, or neither.")
        if options.voice:
            sound_file(options.voice)
            out = new_file(options.out, endings=(".wav", ".flac"), source=options.voice)
        load_tensorflow()
        from ddsp_helpers import audio, streaming

        live = streaming.Live(load_model(options), settings=settings_of(options))
        if options.voice:
            voice = audio.load(options.voice)
            rate = live.synth.sample_rate
            sung = audio.resample(voice.samples, from_hz=voice.sample_rate, to_hz=rate)
            played = streaming.simulate(live, sung, block=options.block)
            audio.save(out, played.audio, sample_rate=rate)
            print(f"{out}: {played}")
            return
        importlib.import_module("sounddevice")              # a missing package is said before anyone sings
        print(f"Sing. Latency {live.latency(options.block)}, and a little for the sound card.  Ctrl-C ends it.")
        print(streaming.sound_card(live, block=options.block, seconds=options.seconds,
                                   microphone=_device(options.microphone), loudspeaker=_device(options.loudspeaker)))


def _device(name):
    """A device's number where it is one, else its name or None."""
    return int(name) if name is not None and name.isdigit() else name
