"""The kind of world of a subject, as far as interventions depend on it."""

from __future__ import annotations

from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.experiment.build import make_world
from alife.world import EpisodicWorld, ExternalWorld, SharedWorld


def has_episodes(subject: Subject) -> bool:
    """Returns True if agents live alone in episodes, which have a fitness; False in a world that all share.

    Raises:
        NotApplicable: no genome, no world of it here, or agents that meet in arenas.
    """
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    if subject.config is None:
        raise NotApplicable("the world of this genome is not here, or has other sensors now")
    world = make_world(subject.config)
    if not isinstance(world, EpisodicWorld | ExternalWorld | SharedWorld):
        raise NotApplicable(f"agents of {world.entry_name()} meet in arenas, where no one of them has a fitness alone")
    return not isinstance(world, SharedWorld)


def is_external(subject: Subject) -> bool:
    """Returns True for a world that other code computes, one copy after another."""
    return subject.config is not None and isinstance(make_world(subject.config), ExternalWorld)
