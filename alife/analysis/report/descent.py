"""The tree of the agents alive at the end, reduced to a few lines of descent: where they branch, and what each carries.

A line *carries* the living agents that descend from it. It goes on from an agent to a child if more of the living
descend from the child than from the agent in its later life. Of many lines those that carry most are kept, and each
stands for the living that no other kept line carries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Phylogeny:
    """Every agent of a run; all arrays are [A], ordered by id.

    ids: ascending. parents: indices into these arrays, -1 for a founder. born, died: steps; died is inf for the living.
    """

    ids: np.ndarray
    parents: np.ndarray
    born: np.ndarray
    died: np.ndarray

    @property
    def end(self) -> float:
        """The last step of a birth or a death."""
        return float(max(self.born.max(), self.died[np.isfinite(self.died)].max(initial=0)))


@dataclass
class Branch:
    """A line of descent.

    agent: index of its first agent. start: step at which it begins. parent: index of the line it branches off, -1 if
    none. founder: index of its first ancestor. carries: number of the living that descend from it. alone: number of
    those that no other shown line carries.
    """

    agent: int
    start: float
    parent: int
    founder: int
    carries: int
    alone: int


def carriers(tree: Phylogeny) -> np.ndarray:
    """Returns the step until which each agent carries a line to the living: [A]; -1: never, end + 1 for the living."""
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
    """Returns the `most` lines that carry most, in the order to draw them, and the number of all lines.

    until: [A] as `carriers` returns it.
    """
    agents = np.flatnonzero(until >= 0)
    weights = _weights(tree, agents)
    lines = _all_lines(tree, agents, weights)
    chosen = sorted(range(len(lines)), key=lambda row: (-lines[row].carries, lines[row].agent))[:most]
    place = {row: number for number, row in enumerate(chosen)}
    kept = [lines[row] for row in chosen]
    for branch in kept:
        branch.parent = place.get(branch.parent, -1)
    for branch in kept:
        if branch.parent >= 0:
            kept[branch.parent].alone -= branch.carries
    return _ordered(kept), len(lines)


def _weights(tree: Phylogeny, agents: np.ndarray) -> dict[int, int]:
    """Returns {agent: number of the living that it carries, itself included}. Children have higher indices."""
    weights = dict(zip(agents.tolist(), np.isinf(tree.died[agents]).astype(int).tolist(), strict=True))
    parents = tree.parents[agents].tolist()
    for agent, parent in zip(reversed(weights), reversed(parents), strict=True):
        if parent >= 0:
            weights[parent] += weights[agent]
    return weights


def _all_lines(tree: Phylogeny, agents: np.ndarray, weights: dict[int, int]) -> list[Branch]:
    """Returns all lines, each after the one it branches off; `parent` is an index into this list.

    At every birth the line goes on in the child or in the parent, whichever more of the living descend from.
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
    """Returns the lines in the order of their rows: each above those that branch off it, latest first; none cross."""
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
