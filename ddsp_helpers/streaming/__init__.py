"""Sound that never waits for its end: in pieces, in constant memory, live.  Lesson 13.

`render` plays pitch and loudness of any length; `Live` plays what a microphone hears, block by block; `sound_card` and
`simulate` let blocks come and go in real time.
"""
from ddsp_helpers.streaming.follow import Follower
from ddsp_helpers.streaming.live import Latency, Live
from ddsp_helpers.streaming.loop import Played, simulate, sound_card
from ddsp_helpers.streaming.pieces import Stream, render

__all__ = ["Follower", "Latency", "Live", "Played", "Stream", "render", "simulate", "sound_card"]
