"""The words of the command line: what each takes, and what it does.  `__main__` reads this table.

A command's docstring is its help.  Rooms are imported when a command runs, so that --help is quick.
"""
from ddsp_helpers.commands.course import Assets, Tour
from ddsp_helpers.commands.learning import Evaluate, Prepare, Train
from ddsp_helpers.commands.leaving import Export
from ddsp_helpers.commands.score import Midi
from ddsp_helpers.commands.voice import Live, Resynthesize, Transfer

COMMANDS = {
    "prepare": Prepare, "train": Train, "transfer": Transfer, "resynthesize": Resynthesize, "live": Live,
    "midi": Midi, "evaluate": Evaluate, "export": Export, "assets": Assets, "tour": Tour,
}
