"""Where the widgets' files lie, and their joiner."""

import pathlib

from ddsp_helpers.javascript import join

__all__ = ["FOLDER", "join"]

FOLDER = pathlib.Path(__file__).parent
