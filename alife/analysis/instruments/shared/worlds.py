"""The kind of world of a subject, as far as interventions depend on it."""

from __future__ import annotations

from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import Subject
from alife.experiment.build import make_world
from alife.world import EpisodicWorld, ExternalWorld, SharedWorld

SECONDS = 3e-7  # of a lane of a layer in a step of the definition, as measured on two cores


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


def cost(subject: Subject, variants: int, episodes: int, steps: int, scale: float = 1.0, before: float = 1.0) -> str:
    """Returns what variants of a genome cost, such as "1,296 episodes, at most about 2 s".

    Args:
        subject: a genome whose world is here.
        variants: the unchanged genome is one of them.
        episodes: of each variant, in a world of episodes.
        steps: of the recorded life in which the variants act, in a world without episodes.
        scale: time of a step relative to that of the definition of the brain.
        before: seconds until the variants begin.

    Raises:
        NotApplicable: as `has_episodes`.
    """
    single = has_episodes(subject)
    assert subject.config is not None and subject.brain is not None
    world, p = make_world(subject.config), subject.brain.params
    lanes = p.width * max(getattr(p, "layers", 1) * getattr(p, "ensemble", 1), 2)
    longest = episodes * world.lifetime if single and isinstance(world, EpisodicWorld | ExternalWorld) else steps
    seconds = f"at most about {before + variants * longest * lanes * SECONDS * scale:,.0f} s"
    if not single:
        return f"{variants:,} variants in a life of at most {steps:,} steps, {seconds}"
    beside = ", and the time of its environment" if isinstance(world, ExternalWorld) else ""
    return f"{variants * episodes:,} episodes, {seconds}{beside}"
