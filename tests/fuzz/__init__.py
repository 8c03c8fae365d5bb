"""Inputs damaged at random, and what is promised of every input: `python -m tests.fuzz TARGET --cases N`."""
