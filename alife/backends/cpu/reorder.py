"""Another order of the instructions of a step, in which a processor waits less.

A step is printed value by value, so that few vectors are alive at a time. Long stretches of it then add, others
multiply or shuffle, and each waits for the sum before it; a processor looks only some hundred instructions ahead to
fill its units. Here a simple model of one runs the text, first from the end and then from the beginning, and looks as
far ahead as it is told. Its order of beginning the instructions becomes that of the text, which computes the same.
Reference: Gibbons, Muchnick: Efficient instruction scheduling for a pipelined architecture (SIGPLAN 1986); here the
priority is the order as printed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from alife.backends.cpu.instructions import Instruction, parse

LATER = 2  # times the window: of the pass that places lines late
PER_CYCLE = 2  # vector instructions that begin in a cycle, of 512 bits, and at most one of a unit


@dataclass
class _Node:
    """An instruction of a stretch without jumps, in one of the two directions.

    Attributes:
        line: the instruction.
        waits_for: the number of others that come first.
        after: those that wait for it, each with the cycles until it may begin.
        ready: the earliest cycle that those before it allow.
    """

    line: Instruction
    waits_for: int = 0
    after: list[tuple[int, float]] = field(default_factory=list)
    ready: float = 0.0


def reorder(lines: Sequence[str], window: int, before: Sequence[str] = ()) -> list[str]:
    """Returns the lines in another order, which computes the same.

    Args:
        lines: instructions and labels of LLVM IR; none leaves its block.
        window: the number of lines that one may be moved over in a pass; 0 changes nothing.
        before: lines that precede them, which say what pointers point to.
    """
    if not window:
        return list(lines)
    parsed = parse(lines, before)
    result: list[str] = []
    for stretch in _stretches(parsed):
        result += [line.text for line in _scheduled(stretch, window)]
    return result


def _stretches(lines: Sequence[Instruction]) -> Iterator[list[Instruction]]:
    """Cuts lines where none may be moved past: at labels, jumps, phis and what is not understood."""
    stretch: list[Instruction] = []
    for line in lines:
        if line.fixed:
            yield from (stretch, [line])
            stretch = []
        else:
            stretch.append(line)
    yield stretch


def _scheduled(lines: Sequence[Instruction], window: int) -> list[Instruction]:
    """First begins each line as late as those that need it allow, then as early as it need not wait.

    A value that is computed late occupies a register for a short time, and what nothing waits for yet is left for
    cycles in which the rest has to wait.
    """
    backward = list(reversed(lines))
    late = [backward[number] for number in _begun(_reversed(_graph(lines)), LATER * window)]
    late.reverse()
    return [late[number] for number in _begun(_graph(late), window)]


def _begun(nodes: Sequence[_Node], window: int) -> Iterator[int]:
    """Numbers of nodes in the order in which the model begins them: the first in the text that need not wait."""
    free: dict[str, float] = {}  # unit -> the cycle in which it takes the next instruction
    waiting = [number for number, node in enumerate(nodes) if not node.waits_for]  # a heap, by place in the text
    begun, first, now = [False] * len(nodes), 0, 0.0
    while waiting:
        while begun[first]:
            first += 1
        chosen = _choice(waiting, first + window, lambda n: max(nodes[n].ready, free.get(nodes[n].line.unit, 0.0)), now)
        if isinstance(chosen, float):
            now = chosen
            continue
        line, begun[chosen] = nodes[chosen].line, True
        yield chosen
        if line.unit:
            free[line.unit] = now + 1
        _release(nodes, chosen, now, waiting)
        now += line.slots / PER_CYCLE


def _choice(waiting: list[int], end: int, start: Callable[[int], float], now: float) -> int | float:
    """Takes the first of a heap that may start now; or returns the cycle in which the next one may."""
    passed: list[int] = []
    soonest, chosen = float("inf"), None
    while waiting and waiting[0] <= end and chosen is None:
        number = heapq.heappop(waiting)
        begin = start(number)
        if begin <= now:
            chosen = number
        else:
            passed.append(number)
            soonest = min(soonest, begin)
    for number in passed:
        heapq.heappush(waiting, number)
    return soonest if chosen is None else chosen


def _release(nodes: Sequence[_Node], number: int, now: float, waiting: list[int]) -> None:
    """Lets those that wait for a node know the cycle from which on they may begin."""
    for other, latency in nodes[number].after:
        node = nodes[other]
        node.ready, node.waits_for = max(node.ready, now + latency), node.waits_for - 1
        if not node.waits_for:
            heapq.heappush(waiting, other)


def _graph(lines: Sequence[Instruction]) -> list[_Node]:
    """Returns the lines, each with those that wait for it: for its result, or for memory that one of both stores to."""
    nodes = [_Node(line) for line in lines]
    named: dict[str, int] = {}
    stored: dict[str, int] = {}  # memory -> its last store
    loaded: dict[str, list[int]] = {}  # memory -> its loads since
    for number, line in enumerate(lines):
        needed = {named[name] for name in line.operands if name in named}
        if line.memory:
            needed |= {stored[line.memory]} if line.memory in stored else set()
            if line.stores:
                needed |= set(loaded.pop(line.memory, []))
                stored[line.memory] = number
            else:
                loaded.setdefault(line.memory, []).append(number)
        for other in needed:
            nodes[other].after.append((number, lines[other].latency))
        nodes[number].waits_for = len(needed)
        if line.name:
            named[line.name] = number
    return nodes


def _reversed(nodes: Sequence[_Node]) -> list[_Node]:
    """Returns the nodes from the last to the first, each with those that it waits for."""
    last = len(nodes) - 1
    result = [_Node(node.line, len(node.after)) for node in reversed(nodes)]
    for number, node in enumerate(nodes):
        for other, latency in node.after:
            result[last - other].after.append((last - number, latency))
    return result
