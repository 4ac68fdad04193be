"""Words of the course itself: assets, tour."""
import json
import os
import sys

from ddsp_helpers.commands.options import place
from ddsp_helpers.progress import load_tensorflow


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
        sub.add_argument("--from", dest="source", type=place, metavar="FOLDER",
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

        sub.add_argument("-o", "--out", type=place, default="out/tour", metavar="OUT",
                         help="folder to fill (default: %(default)s)")
        sub.add_argument("--minutes", type=float, default=float(os.environ.get("DDSP_TOUR_MINUTES", "8")),
                         help="how long to train (default: %(default)g; less is quicker and rougher)")
        sub.add_argument("--instrument", default="violin", metavar="NAME",
                         help=f"which instrument (default: violin): {', '.join(assets.instruments())}")
        sub.add_argument("--voice", type=place, metavar="FILE",
                         help="your own voice instead of the one that is fetched")

    @staticmethod
    def run(options):
        load_tensorflow()
        from ddsp_helpers import tour

        tour.run(options.out, minutes=options.minutes, instrument=options.instrument, voice=options.voice)
