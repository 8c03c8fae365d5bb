"""The tree of those alive at the end, as a handful of lines: who branched off from whom, and how many each carries.

A line goes on from an agent to a child where more of the living descend from the child than from the agent as it lives
on. Where there are many lines, those that carry most are kept, and each tells how many of the living it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Phylogeny:
    """Every agent of a run, by id. All [A].

    ids: ascending. parents: index into these arrays, -1 for a founder. born, died: steps; died is inf for the living.
    """

    ids: np.ndarray
    parents: np.ndarray
    born: np.ndarray
    died: np.ndarray

    @property
    def end(self) -> float:
        """The last step anybody is known of."""
        return float(max(self.born.max(), self.died[np.isfinite(self.died)].max(initial=0)))


@dataclass
class Branch:
    """A line of descent.

    agent: index of who it begins with. start: step. parent: index of the line it branches off, -1: none. founder:
    index of its first ancestor. carries: of the living, in all. alone: of those, how many no other shown line carries.
    """

    agent: int
    start: float
    parent: int
    founder: int
    carries: int
    alone: int


def carriers(tree: Phylogeny) -> np.ndarray:
    """[A] the step until which an agent carries a line of the living, -1: never; those alive carry it past the end."""
    until = np.where(np.isinf(tree.died), tree.end + 1, -1.0)
    young = np.flatnonzero(until > 0)
    while young.size:
        young = young[tree.parents[young] >= 0]
        parents = tree.parents[young]
        fresh = np.unique(parents[until[parents] < 0])
        np.maximum.at(until, parents, tree.born[young])
        young = fresh
    return until


def branches(tree: Phylogeny, until: np.ndarray, most: int) -> tuple[list[Branch], int]:
    """The `most` lines that carry most of the living, in the order to draw them, and how many there are in all."""
    agents = np.flatnonzero(until >= 0)
    weights = _weights(tree, agents)
    every = _every(tree, agents, weights)
    chosen = sorted(range(len(every)), key=lambda row: (-every[row].carries, every[row].agent))[:most]
    place = {row: number for number, row in enumerate(chosen)}
    kept = [every[row] for row in chosen]
    for branch in kept:
        branch.parent = place.get(branch.parent, -1)
    for branch in kept:
        if branch.parent >= 0:
            kept[branch.parent].alone -= branch.carries
    return _ordered(kept), len(every)


def _weights(tree: Phylogeny, agents: np.ndarray) -> dict[int, int]:
    """How many of the living each of these agents carries, itself included. Children have higher indices."""
    weights = dict(zip(agents.tolist(), np.isinf(tree.died[agents]).astype(int).tolist(), strict=True))
    parents = tree.parents[agents].tolist()
    for agent, parent in zip(reversed(weights), reversed(parents), strict=True):
        if parent >= 0:
            weights[parent] += weights[agent]
    return weights


def _every(tree: Phylogeny, agents: np.ndarray, weights: dict[int, int]) -> list[Branch]:
    """All lines, each after the one it branches off; `parent` counts in this list.

    At every birth the line goes on where more of the living descend, in the child or in the parent as it lives on.
    """
    found: list[Branch] = []
    rest, line = dict(weights), {-1: -1}
    carried = np.fromiter(weights.values(), np.int64, len(weights))
    order = agents[np.lexsort((agents, carried, tree.born[agents]))]
    for agent, parent, start in zip(
        order.tolist(), tree.parents[order].tolist(), tree.born[order].tolist(), strict=True
    ):
        carries, above = weights[agent], line[parent]
        left = 0 if parent < 0 else rest[parent] - carries
        if parent >= 0:
            rest[parent] = left
        line[agent] = above if parent >= 0 and carries > left else len(found)
        if parent < 0 or 0 < carries <= left:
            founder = agent if parent < 0 else found[above].founder
            found.append(Branch(agent, start, above, founder, carries, carries))
        elif left:
            line[parent] = len(found)
            found.append(Branch(parent, start, above, found[above].founder, left, left))
    return found


def _ordered(kept: list[Branch]) -> list[Branch]:
    """Each line above those that branch off it, the latest first, so that no two cross."""
    children: dict[int, list[int]] = {}
    for number, branch in enumerate(kept):
        children.setdefault(branch.parent, []).append(number)
    order: list[int] = []
    waiting = sorted(children.get(-1, []), key=lambda number: (kept[number].carries, -kept[number].agent))
    while waiting:
        number = waiting.pop()
        order.append(number)
        waiting += sorted(children.get(number, []), key=lambda child: (kept[child].start, -kept[child].agent))
    place = {number: row for row, number in enumerate(order)}
    for branch in kept:
        branch.parent = place.get(branch.parent, -1)
    return [kept[number] for number in order]
