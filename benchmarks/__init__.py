"""Timed and measured comparisons: `python -m benchmarks` lists them. Never run as tests."""
