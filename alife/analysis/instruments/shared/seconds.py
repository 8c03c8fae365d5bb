"""Estimates of the time that instruments take, from one life of the subject or a few steps of its world.

They are said before the work begins, for a machine that is quiet. Constants were measured on two cores; what depends on
the world most, the length of its episodes or the time of a step, is taken from the subject itself.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

from alife.analysis.instruments.shared.contest import Contest, ContestParams
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.trials import ROWS
from alife.analysis.instruments.shared.worlds import has_episodes, is_external
from alife.analysis.report.subject import Subject
from alife.errors import UserError
from alife.experiment.build import make_world
from alife.world import EpisodicWorld, ExternalWorld

LANE = 2e-7  # seconds of a lane of a layer in a step of the definition of a brain
CALL = 2e-3  # seconds of a step of the definition, however few rows take it
COMPILED = 4e-7  # seconds of a row in a compiled step of brain and world
COMPILED_CALL = 2e-4  # seconds of a compiled step, however few rows take it
OUTSIDE = 1e-5  # seconds of a step of an environment of others, if it is a light one
NEWBORNS = 4  # random genomes whose lives say how long those of others are
LONGEST = 1000  # steps of the life from which the length of an episode is taken; longer ones count in full
KEPT = "_probed_worlds"  # attribute of a subject
SHARE = 0.75  # of founders and room that a world of a contest has on average; measured from 0.3 to 1.0
PROBE = 20  # steps of a shared world that are timed
MINUTES = 100  # seconds from which on minutes are said


def about(seconds: float) -> str:
    """Returns a time as text, such as "about 40 s" or "about 3 min"."""
    if seconds >= MINUTES:
        return f"about {seconds / 60:,.0f} min"
    return f"about {max(1, round(seconds, -1 if seconds >= 20 else None)):,.0f} s"


def cost(subject: Subject, variants: int, episodes: int, steps: int, scale: float = 1.0, before: float = 0.5) -> str:
    """Returns what edited variants of a genome cost, such as "1,296 episodes, about 2 s".

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
    assert subject.brain is not None
    p = subject.brain.params
    lanes = p.width * max(getattr(p, "layers", 1) * getattr(p, "ensemble", 1), 2)
    rows = variants * episodes if single else variants
    length = episode_length(subject) if single else steps
    calls = length * math.ceil(variants * episodes / ROWS) if single else math.ceil(variants * steps / ROWS)
    seconds = before + calls * CALL + rows * length * (lanes * LANE * scale + outside(subject))
    if not single:
        return f"{variants:,} variants in a life of at most {steps:,} steps, {about(seconds)}"
    return f"{rows:,} episodes, {about(seconds)}{beside(subject)}"


def genomes_cost(subject: Subject, own: int, newborns: int, episodes: int, before: float = 0.2) -> str:
    """Returns what genomes cost in held-out episodes, by the compiled step.

    Args:
        subject: a genome of a world of episodes.
        own: number of genomes that live as long as the subject.
        newborns: number of genomes that live as long as random ones.
        episodes: of each.
        before: seconds until they begin.
    """
    lengths = [(own, episode_length(subject))]
    if newborns:
        lived = [episode_length(_newborn(subject, seed)) for seed in range(1, 1 + NEWBORNS)]
        lengths.append((newborns, sum(lived) // NEWBORNS))
    rows, longest = (own + newborns) * episodes, max(length for _, length in lengths)
    steps = episodes * sum(genomes * length for genomes, length in lengths)
    calls = longest * math.ceil(rows / ROWS)
    seconds = before + calls * COMPILED_CALL + steps * (COMPILED + outside(subject))
    return f"{rows:,} episodes, {about(seconds)}{beside(subject)}"


def _newborn(subject: Subject, seed: int) -> Subject:
    """Returns a random genome in place of the subject's."""
    assert subject.genome is not None and subject.brain is not None
    return replace(subject, genome=replace(subject.genome, params=subject.brain.init(1, seed=seed)[0]), run=None)


def contests_cost(subject: Subject, params: ContestParams, comparisons: int) -> str:
    """Returns what comparisons cost, each of the number of worlds in the Params, by a few steps of one world.

    A world is taken to have SHARE of the agents at its beginning and those for which it has room: the living of the
    run, or the founders of its configuration. The time is that of one thread; several may need less.

    Raises:
        NotApplicable: as `Contest`.
    """
    worlds, agents = comparisons * params.worlds, round(SHARE * (2 * params.each + _room(subject)))
    opening, step = _probed(subject, params, agents)
    seconds = worlds * (opening + params.steps * step)
    return f"{worlds} worlds of {params.steps:,} steps, {about(seconds)}"


def _probed(subject: Subject, params: ContestParams, agents: int) -> tuple[float, float]:
    """Returns the seconds in which a world of a contest is made, and those of a step of that number of agents in it."""
    kept: dict[int, tuple[float, float]] = vars(subject).setdefault(KEPT, {})
    if agents not in kept:
        one = params.model_copy(update={"threads": 1, "each": max(1, agents // 2)})
        simulation = Contest(one, subject, "own").clones(subject)
        simulation.step(PROBE)  # compiles
        begun = time.process_time()
        Contest(one, subject, "own").clones(subject)
        opened = time.process_time()
        simulation.step(PROBE)
        kept[agents] = opened - begun, (time.process_time() - opened) / PROBE
    return kept[agents]


def _room(subject: Subject) -> int:
    """Returns about how many agents live in the world of a subject: those of its run, or its founders."""
    living = subject.living if subject.run else None
    return len(living.genomes) if living else int(getattr(subject.config and subject.config.world, "population", 0))


def episode_length(subject: Subject) -> int:
    """Returns the number of steps of an episode, that of one life; a life of LONGEST steps counts as a whole one."""
    assert subject.config is not None
    world = make_world(subject.config)
    assert isinstance(world, EpisodicWorld | ExternalWorld)
    longest = min(world.lifetime, LONGEST)
    try:
        lived = len(recorded(subject, longest))
    except UserError:  # which the measurement will raise
        return world.lifetime
    return lived if lived < longest else world.lifetime


def outside(subject: Subject) -> float:
    """Returns the seconds of a step of a light environment of others; 0 for a world in the language of laws."""
    return OUTSIDE if is_external(subject) else 0.0


def beside(subject: Subject) -> str:
    """Returns what an estimate leaves out."""
    return ", more if its environment is slow" if is_external(subject) else ""
