"""Audio to controls: pitch, loudness and power, computed on a 16 kHz version of any sound.  Lesson 06.

Frame n is centred at n / frame_rate seconds, for pitch and for loudness alike.
"""
from ddsp_helpers.features.extraction import FEATURE_VERSION, Extractor, Features, extract, extract_file
from ddsp_helpers.features.pitch import METHODS, Track, Tracker, f0

__all__ = ["FEATURE_VERSION", "METHODS", "Extractor", "Features", "Track", "Tracker", "extract",
           "extract_file", "f0"]
