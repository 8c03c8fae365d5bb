"""Kernels in several variants, of which the fastest on this processor is measured once and kept.

A kernel starts with its usual plan. When it has run for about as long as compiling and trying its variants takes
(`AFTER`), they are tried on the rows at hand, and the fastest plan is kept in the code cache for the processor, the
kernel's text, the number of threads and the class of the rows' size. Later runs use it from their first step on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from alife.atomic_files import parse_json
from alife.backends.cpu import jit
from alife.backends.cpu.cache_files import fetch, store
from alife.backends.cpu.measure import Clock, clock_of, fastest
from alife.backends.cpu.plan import KernelText, Plan, fixed_plan, parse_plan
from alife.backends.cpu.size_class import cache_sizes
from alife.cached import cached_property
from alife.errors import UserError

PLAN_FORMAT = 2  # to be raised when kept plans are to be measured anew
AFTER = 10_000_000  # agent-steps that a kernel has run before its variants are tried: some seconds


@dataclass(frozen=True)
class Kernel:
    """A compiled variant. address: of its function."""

    address: int
    plan: Plan


class Place(NamedTuple):
    """The circumstances that a plan is kept for.

    cache: the nearest that holds the rows, or "memory". threads: their number.
    """

    cache: str
    threads: int


class PlannedKernel:
    """A kernel whose plan is chosen when it runs. One stands for all calls of the same kernel.

    Args:
        symbol: name of the function in the text.
        text: prints the kernel for a plan; raises UserError where it would be too long.
        usual: the plan to start with.
        others: plans worth a trial.
        grains: on several threads, rows worth a trial as what a thread takes at a time.

    Raises:
        UserError: the text of the plan to begin with is too long to be worth compiling, or `ALIFE_PLAN` holds no plan.
    """

    def __init__(
        self,
        symbol: str,
        text: Callable[[Plan], KernelText],
        usual: Plan,
        others: Sequence[Plan],
        grains: Sequence[int],
    ) -> None:
        self._symbol, self._text, self._others, self._grains = symbol, text, others, grains
        self._given = usual
        self._printed: dict[Plan, KernelText] = {}  # not compiled yet
        fixed = fixed_plan(usual)
        if fixed in (None, usual):
            self._printed[self.usual.code] = self._first
        else:
            self._printed[fixed.code] = text(fixed)
        self._compiled: dict[Plan, Kernel] = {}
        self._chosen: dict[Place, Plan | None] = {}  # None: nothing kept
        self._agent_steps: dict[Place, int] = {}

    @cached_property
    def _first(self) -> KernelText:
        return self._text(self._given)

    @property
    def usual(self) -> Plan:
        """The plan to start with, as far as its text can follow it."""
        return self._first.plan

    def kernel(self, place: Place) -> Kernel:
        """Returns the kernel to run now: of the plan that is fixed, chosen or kept, or else usual."""
        fixed = fixed_plan(self._given)
        if fixed is not None and fixed != self._given:
            return self._compile(fixed)
        return self._compile(self.usual if fixed else self._known(place) or self.usual)

    def unknown(self, place: Place) -> bool:
        """Returns True if no plan is fixed, chosen or kept."""
        return self._known(place) is None and fixed_plan(self._given) is None

    def due(self, place: Place, agent_steps: int) -> bool:
        """Counts agent-steps that are about to be run, and returns True if the variants are to be tried on them."""
        if not self.unknown(place):
            return False
        self._agent_steps[place] = self._agent_steps.get(place, 0) + agent_steps
        return self._agent_steps[place] > AFTER

    def measure(
        self,
        place: Place,
        run: Callable[[Kernel], None],
        before: Callable[[], None] | None = None,
        clock: Clock | None = None,
    ) -> Kernel:
        """Tries the variants, keeps the fastest, and returns it.

        Args:
            place: what the plan is for.
            run: runs a variant over the rows at hand; called many times.
            before: is called before each run and not measured.
            clock: returns seconds.
        """
        clock = clock or clock_of(place.threads)
        chosen = fastest(self.variants(), run, clock, before)
        if place.threads > 1:
            grains = dict.fromkeys((chosen.plan.grain, *self._grains))
            plans = [replace(chosen.plan, grain=grain) for grain in grains]
            chosen = fastest([self._compile(plan) for plan in plans], run, clock, before)
        self._chosen[place] = chosen.plan
        store("plans", self._name(place), json.dumps({"plan": str(chosen.plan)}).encode())
        return chosen

    def variants(self) -> list[Kernel]:
        """Returns the kernel of the usual plan, then those of the others whose text differs and can be compiled."""
        texts = {_digest(self._first.ir): self.usual}
        for plan in self._others:
            try:
                made = self._text(plan)
            except UserError:
                continue
            if texts.setdefault(_digest(made.ir), made.plan) is made.plan:
                self._printed[made.plan.code] = made
        return [self._compile(plan) for plan in texts.values()]

    def _compile(self, plan: Plan) -> Kernel:
        if plan not in self._compiled:
            made = self._printed.pop(plan.code, None) or self._text(plan)
            address = jit.load(made.ir, [self._symbol])[self._symbol]
            grain = plan.grain or self._given.grain
            self._compiled[plan] = Kernel(address, replace(made.plan, grain=grain))
        return self._compiled[plan]

    def _known(self, place: Place) -> Plan | None:
        if place not in self._chosen:
            self._chosen[place] = self._kept(place)
        return self._chosen[place]

    def _kept(self, place: Place) -> Plan | None:
        """Returns the plan in the cache, or None if there is none that can be read."""
        content = fetch("plans", self._name(place))
        try:
            return None if content is None else parse_plan(parse_json(content)["plan"])
        except (ValueError, KeyError, TypeError, AttributeError, UserError):
            return None

    def _name(self, place: Place) -> str:
        processor = [jit.processor(), cache_sizes()]
        known = [PLAN_FORMAT, processor, place, [*map(str, self._others)], self._grains, _digest(self._first.ir)]
        return _digest(json.dumps(known)) + ".plan"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
