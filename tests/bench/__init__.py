"""Measurements, run by hand: `python -m tests.bench.<name>`. They state figures and are no tests."""
