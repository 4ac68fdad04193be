"""The whole story in one go, with real sound: `python course.py tour`, or `python -m ddsp_helpers tour`.

`journey.run` does the work, `pictures` draws, `page` writes the report that a person reads.
"""
from ddsp_helpers.tour.journey import run

__all__ = ["run"]
