"""Chooses the fastest of some variants by trying them in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Variant = TypeVar("Variant")
Clock = Callable[[], float]

SECONDS = 0.05  # of trials, about, that a choice takes; long calls take more
FINE = 1e-6  # seconds that a clock must tell apart
ROUNDS = (7, 40)  # of trials, at least and at most; of 3, one choice in fifteen was slower by 4 to 9 %
WORTH = 0.97  # of the time of the first variant; one that saves less is not chosen


def clock_of(threads: int) -> Clock:
    """Returns the clock to measure with: that of the thread, or of the process, which stand still while others run."""
    if threads == 1:
        fine, clock = time.get_clock_info("thread_time").resolution < FINE, time.thread_time
    else:
        fine, clock = time.get_clock_info("process_time").resolution < FINE, time.process_time
    return clock if fine else time.perf_counter


def fastest(
    variants: Sequence[Variant],
    run: Callable[[Variant], None],
    clock: Clock,
    before: Callable[[], None] | None = None,
) -> Variant:
    """Returns the variant with the shortest time.

    All are run in turn, in one order and then in the other, so that a change of the machine's load meets all of them.

    Args:
        variants: the first one is kept unless another is faster by some percent.
        run: runs a variant.
        clock: returns seconds.
        before: is called before each run and not measured.
    """
    best = [float("inf")] * len(variants)
    spent = 0.0
    for number in range(ROUNDS[1]):
        for place in _order(len(variants), number):
            if before:
                before()
            began = clock()
            run(variants[place])
            took = clock() - began
            spent += took
            best[place] = min(best[place], took)
        if number + 1 >= ROUNDS[0] and spent > SECONDS:
            break
    first = min(range(len(variants)), key=lambda place: best[place])
    return variants[first if best[first] < WORTH * best[0] else 0]


def _order(count: int, number: int) -> range:
    return range(count) if number % 2 == 0 else range(count - 1, -1, -1)
