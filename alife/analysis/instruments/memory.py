"""Memory: what a genome writes and recalls along a life, how exactly, and what its fitness loses without a memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared import memory_pictures
from alife.analysis.instruments.shared.ablations import held_columns, variants
from alife.analysis.instruments.shared.along import actions_along
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.memory_life import MemoryLife, memory_lives
from alife.analysis.instruments.shared.paired import Paired, paired
from alife.analysis.instruments.shared.sweep import swept
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.instruments.shared.worlds import has_episodes, is_external
from alife.analysis.report.finding import Facts, Finding, NotApplicable
from alife.analysis.report.living import Living
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains.shared.base import NetworkBase
from alife.config import params


class Params(params.Params):
    """Resolution of the sweeps, length of the recorded lives, number of trials."""

    points: int = pydantic.Field(33, ge=3, le=1001, description="values of each sense, from its lowest to its highest")
    steps: int = pydantic.Field(200, ge=1, le=10**5, description="steps of a recorded life at most")
    lives: int = pydantic.Field(4, ge=1, le=1000, description="episodes that are recorded; the picture shows the first")
    episodes: int = pydantic.Field(32, ge=2, le=10**5, description="E, held-out episodes with and without memories")
    external: int = pydantic.Field(
        4, ge=2, le=10**5, description="E in worlds that other code computes, one copy after another"
    )


@dataclass(frozen=True)
class Result:
    """The memories of one genome.

    gates: [I, P] gate of the first memory as each sense is swept. lives: each memory along the recorded life; none if
    there is no world. episode: [T] int64 of its steps, from 0. names: of the V variants without memories, the first
    unchanged. fitness: [V, E] in the same held-out episodes, with the differences from the unchanged genome, of V - 1
    variants; None in a world without episodes. changes: [V, O] there: mean distance of actions along the life.
    """

    gates: np.ndarray
    lives: tuple[MemoryLife, ...]
    episode: np.ndarray
    names: tuple[str, ...]
    fitness: np.ndarray | None
    differences: Paired | None
    changes: np.ndarray | None


class Memory(Instrument[Params]):
    """The memories of one genome along a recorded life; for a run also the effect of emptying those of the living."""

    order = 40
    definition = (
        "Load: distinct keys written over K, the number of orthogonal keys (K in each block). Recall error: at the end "
        "of an episode each distinct key written is recalled from the stored weights and compared with the value it "
        "last got.\n"
        "Law, delta rule, independent random keys, m stores, age a, q = 1 - 1/K: E(recall - v)^2 / s^2 = r - 2 q^a + "
        "1, with r = 1 and u = 1 - q^(m - a) at the store, then r <- (1 - 2/K + 2/K^2) r + (1/K - 2/K^2) u + 1/K and u "
        "<- q u + 1/K; rule hebb: (m - 1)/K. Derived for this program and tested against drawn keys. Rows of a "
        "Hadamard matrix (keys walk, tape) are orthogonal: no error up to K distinct keys. s^2 is the mean square of "
        "the values stored; m counts every store, also one at a key that was written before, which the law takes for a "
        "new key. O'Connor, associative memory by locality-sensitive hashing (ai462qqq.blogspot.com, 2023/04).\n"
        "no memory: what is stored is emptied before each recall. memories of others: each episode gets what the next "
        "one stored. Differences are paired by episode; 95 % percentile bootstrap over the episodes of one genome."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts and pictures. Raises NotApplicable for an extinct run and for a brain without a memory."""
        result = measure(subject, self.params)
        facts: Facts = {"gate open in the sweeps": f"{(result.gates > 0).mean():.0%}"}
        finding = Finding("Memory", TEXT, facts)
        if result.lives:
            finding.text += TEXT_LIFE + (TEXT_FITNESS if result.fitness is not None else TEXT_ACTIONS)
            facts.update(_life_facts(result))
            finding.pictures += memory_pictures.time_lines(result.lives, result.episode)
            finding.pictures.append(memory_pictures.use(result.lives, result.names, result.differences, result.changes))
        finding.pictures.append(memory_pictures.gate_map(result.gates, subject.sensors))
        if subject.living is not None:
            changes = np.abs(forgotten(subject, subject.living)).mean(axis=0)
            finding.text += TEXT_LIVING
            facts.update(_living_facts(subject, subject.living))
            gate = _gate_of(subject, subject.living)
            finding.pictures.append(memory_pictures.living(gate, changes, subject.actuators))
        return finding


TEXT = (
    "In each step an agent reads its memory, then its brain computes, and it writes if its gate is above zero. The map "
    "sweeps one sense at a time, as in Behavior: blue situations are written, red ones are not. Of several memories "
    "the gate is that of the first."
)
TEXT_LIFE = (
    " The time line is a real life of the genome: what it recalls and writes, how many different keys it has written, "
    "and how near the key it reads is to one of them. Keys that overlap more than independent ones disturb each other "
    "more than the law says."
)
TEXT_FITNESS = (
    " Whether the memory matters is measured by taking it away, or by giving each episode what another one stored: if "
    "the fitness stays the same, the genome does not use it."
)
TEXT_ACTIONS = (
    " Whether the memory matters is measured by taking it away, or by giving each step what one half a life away had "
    "stored; this world has no episodes and so no fitness, so it is said how far the next actions move."
)
TEXT_LIVING = (
    " The effect of the memory is measured by removing it: the next step of each living agent is computed twice, "
    "with its own memories and with empty ones."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Returns what a genome does with its memories.

    Args:
        subject: a genome; without its world only the gates are measured.
        params: by default those of `Params`.

    Raises:
        NotApplicable: no genome, or a brain without a memory.
        ExternalError: code of others fails.
    """
    subject = as_subject(subject)
    p = params or Params()
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    if "memory" not in subject.brain.layout:
        raise NotApplicable("its brain has no memory")
    if not isinstance(subject.brain.network, NetworkBase):
        raise NotApplicable(f"the memory of the brain {subject.brain.name} is its own, of which nothing is known here")
    gate, nothing = gates(subject, p.points), np.zeros(0, np.int64)
    try:
        episodic = has_episodes(subject)
    except NotApplicable:
        return Result(gate, (), nothing, (), None, None, None)
    life = recorded(subject, p.steps, p.lives)
    lives = tuple(memory_lives(subject.brain, subject.genome.params, life))
    names, edit = variants(subject.brain, 1 if episodic else len(life) // 2)
    if not episodic:
        actions = actions_along(subject, life, len(names), edit_states=edit)
        changes = np.abs(actions - actions[0]).mean(axis=1)
        return Result(gate, lives, life.episode, tuple(names), None, None, changes)
    episodes = p.external if is_external(subject) else p.episodes
    fitness = held_out_fitness(subject, episodes, len(names), edit_states=edit)
    return Result(gate, lives, life.episode, tuple(names), fitness, paired(fitness[1:], fitness[0]), None)


def gates(subject: Subject, points: int) -> np.ndarray:
    """Returns the gate as each sense is swept through P points: [I, P]; other senses typical, the memory empty."""
    assert subject.genome is not None and subject.brain is not None
    values, rows = swept(subject, points)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    notes = subject.brain.notes(genomes, subject.brain.new_states(len(rows)), rows)
    gate: np.ndarray = notes["gate"][:, 0].reshape(values.shape)
    return gate


def forgotten(subject: Subject, living: Living) -> np.ndarray:
    """Returns each action of the living less the one with an empty memory: [N, O], -2 to 2."""
    assert subject.brain is not None
    own, empty = living.states.copy(), living.states.copy()
    empty[:, held_columns(subject.brain)] = 0
    with_own, without = (subject.brain.step(living.genomes, s, living.observations) for s in (own, empty))
    difference: np.ndarray = np.clip(with_own, -1, 1) - np.clip(without, -1, 1)
    return difference


def _life_facts(result: Result) -> Facts:
    facts: Facts = {}
    for number, memory in enumerate(result.lives, 1):
        mark = f", memory {number}" if len(result.lives) > 1 else ""
        facts[f"steps that write{mark}"] = f"{memory.writes.mean():.0%}"
        if len(memory.distinct):
            ends = np.flatnonzero(np.diff(result.episode, append=-1))
            facts[f"different keys at the end{mark}"] = f"{memory.distinct[ends].mean():.3g} of {memory.capacity}"
            facts[f"recalls at a key written before{mark}"] = f"{(memory.match == 1).mean():.0%}"
        if len(memory.stored.error):
            measured, law = (float(np.sqrt((e**2).mean())) for e in (memory.stored.error, memory.stored.predicted))
            facts[f"error of recall{mark}"] = f"{measured:.3g} (law: {law:.3g})"
        if len(memory.stored.overlaps):
            mean = float(np.sqrt((memory.stored.overlaps**2).mean()))
            facts[f"overlap of keys{mark}"] = f"{mean:.3g} (independent: {memory.params.bits**-0.5:.3g})"
    for number, name in enumerate(result.names[1:]):
        if result.differences is not None:
            facts[f"change of fitness, {name}"] = result.differences.text(number)
        elif result.changes is not None:
            facts[f"change of actions, {name}"] = float(result.changes[number + 1].mean())
    if result.fitness is not None and result.differences is not None:
        facts["fitness, unchanged"] = f"{result.fitness[0].mean():.3g} ({result.differences.episodes} episodes)"
    return facts


def _living_facts(subject: Subject, living: Living) -> Facts:
    assert subject.brain is not None
    held = subject.brain.values("memory", living.states)
    written = (held != 0).reshape(len(held), -1).any(axis=1)
    return {
        "living that write": f"{(_gate_of(subject, living) > 0).mean():.0%}",
        "living with memories": f"{written.mean():.0%}",
    }


def _gate_of(subject: Subject, living: Living) -> np.ndarray:
    assert subject.brain is not None
    gate: np.ndarray = subject.brain.notes(living.genomes, living.states, living.observations)["gate"][:, 0]
    return gate
