"""Streams of random numbers of the parts: one for each purpose, so that no two draws are the same."""

from __future__ import annotations

from alife.world import FIRST_WORLD_STREAM

GROUND, FOUND, PLACE, TRAITS, NEUTRAL, POISON, GROWTH = (FIRST_WORLD_STREAM + k for k in range(7))
FIRST_OWN_STREAM = FIRST_WORLD_STREAM + 32  # of a world's own laws beside parts
