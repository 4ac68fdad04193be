"""The word with which an instrument leaves Python: export."""
from ddsp_helpers.commands.options import instrument_file, place, version_option
from ddsp_helpers.progress import load_tensorflow

WHERE = {
    "vst": """\
Where it belongs: the folder Magenta/DDSP/Models in your documents, then restart the plugin DDSP-VST (free, by Magenta).
  Windows   C:\\Users\\YOU\\Documents\\Magenta\\DDSP\\Models
  macOS     /Users/YOU/Documents/Magenta/DDSP/Models
  Linux     /home/YOU/Documents/Magenta/DDSP/Models
The plugin calls it by the name of the file.""",
    "web": "Where it belongs: anywhere. A double click opens it in the browser, also without internet.",
    "neutone": "Where it belongs: anywhere. In the plugin Neutone FX (free, by Neutone) load your own model.",
    "savedmodel": "In a program: tf.saved_model.load(\"{out}\").signatures, with the names controls, play and step.",
    "onnx": "In a program: onnxruntime.InferenceSession(\"{out}\"); state_0 and its like begin as zeros.",
}


class Export:
    """Take an instrument out of Python: into a plugin, a web page, another program.

    INSTRUMENT is one that comes with the course, or one that you trained: a .npz file or training folder. A web page
    takes up to four. The finished file is opened again and compared with the instrument, and what was measured is
    shown; a file that differs is not left behind.

      python -m ddsp_helpers export violin --format vst -o Violin.tflite
      python -m ddsp_helpers export my_instrument.npz violin flute --format web -o instruments.html
    """

    @staticmethod
    def arguments(sub):
        from ddsp_helpers import assets, export

        names = ", ".join(assets.trained_instruments()) or "none yet"
        formats = "; ".join(f"{name}: {each.about} ({each.ending or 'a folder'})"
                            for name, each in export.FORMATS.items())
        sub.add_argument("instruments", nargs="+", type=place, metavar="INSTRUMENT",
                         help=f"a .npz file, a training folder, or one that comes with the course: {names}")
        sub.add_argument("--format", required=True, choices=list(export.FORMATS), metavar="FORMAT", help=formats)
        sub.add_argument("-o", "--out", type=place, required=True, metavar="OUT", help="the file (or folder) to make")
        version_option(sub)
        sub.add_argument("--title", metavar="TEXT", help="the title of a web page")

    @staticmethod
    def run(options):
        from ddsp_helpers import export

        settings = {} if options.title is None else {"title": options.title}
        files = [instrument_file(name, sample_rate=int(options.sample_rate)) for name in options.instruments]
        load_tensorflow()
        from ddsp_helpers import models

        print(export.export([models.load(file) for file in files], options.out, format=options.format, **settings))
        print(WHERE[options.format].format(out=options.out.as_posix()))
