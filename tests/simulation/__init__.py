"""The whole consultation of 2024 under a moved clock: its people, what staff do, a run, and what must come of it."""
