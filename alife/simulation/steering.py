"""Carries out interventions in a shared world on the CPU: each is checked whole before anything changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from alife.backends.binding import translated, typed
from alife.backends.cpu.engine import CpuEngine
from alife.backends.program import Bindings
from alife.brains import Brain
from alife.cached import cached_property
from alife.errors import UserError, unknown
from alife.laws.law import Law
from alife.simulation.arrivals import arrive, list_living
from alife.simulation.death_log import DeathLog
from alife.simulation.founding import place_founders
from alife.simulation.interventions import Change, Clone, Move, Paint, Place, Remove, Set
from alife.simulation.shared_program import SharedProgram
from alife.simulation.world_numbers import WorldNumbers
from alife.world import SharedWorld

Action = Callable[[], None]


@dataclass(frozen=True)
class Parts:
    """The parts of a shared life that interventions need. removed: number of the cause of death."""

    world: SharedWorld
    brain: Brain
    seed: int
    program: SharedProgram
    engine: CpuEngine
    bindings: Bindings
    log: DeathLog
    removed: int


class Steering:
    """Interventions in one life."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._fields = parts, parts.bindings.fields

    @cached_property
    def numbers(self) -> WorldNumbers:
        """The numbers of the world that may change."""
        parts = self._parts
        return WorldNumbers(parts.world, parts.bindings.names, parts.program.stages())

    @cached_property
    def _own(self) -> tuple[str, ...]:
        """Saved columns that belong to an agent, as laws set them for a newborn; any other belongs to its slot."""
        names, fields = self._parts.bindings.names, self._fields
        written: set[str] = set()
        for law in self._parts.program.stages():
            if isinstance(law, Law) and law.rows == "newborn":
                form = law.array_form
                bound = dict(zip(form.parameters, form.arguments, strict=True))
                written |= {bound[name] for name in translated(typed(law, names, fields.tables)).writes}
        table = fields.table.values()
        return tuple(one.name for one in table if one.name in written and one.kept and one.table == "agents")

    def prepare(self, change: Change) -> Action:
        """Returns what carries out a change; nothing has changed yet, and it does not fail.

        Raises:
            UserError: the change does not fit the world as it is now.
        """
        match change:
            case Remove():
                return self._remove(change)
            case Clone():
                return self._clone(change)
            case Move():
                return self._move(change)
            case Place():
                return self._place(change)
            case Set():
                self.numbers.check(change.param, change.value)
                return partial(self.numbers.set, change.param, change.value)
            case Paint():
                return self._paint(change)

    # ---- agents

    def _remove(self, change: Remove) -> Action:
        self._check_account("remove")
        rows = np.array([self._row(change.id)])

        def act() -> None:
            parts, step = self._parts, int(self._fields["clock"][0])
            parts.log.add_leaving(rows, step, parts.removed)
            parts.world.account(self._fields, rows, placed=False)
            self._fields["alive"][rows] = 0
            list_living(self._fields)

        return act

    def _move(self, change: Move) -> Action:
        row, x, y = self._row(change.id), *self._place_of(change.x, change.y)

        def act() -> None:
            self._fields["x"][row], self._fields["y"][row] = x, y

        return act

    def _clone(self, change: Clone) -> Action:
        self._check_account("clone")
        row, x, y = self._row(change.id), *self._place_of(change.x, change.y)
        return partial(self._enter, self._free(1), {name: self._fields.row(name, row) for name in self._own}, x, y)

    def _place(self, change: Place) -> Action:
        self._check_account("place")
        x, y = self._place_of(change.x, change.y)
        rows, genome = self._free(change.count), change.genome
        brain = self._parts.brain
        if len(genome) != brain.num_genes:
            raise UserError(f"intervene place: expected {brain.num_genes} genes for this brain, got {len(genome)}")
        for name in change.traits:
            if name not in self._parts.world.heritable:
                raise unknown("trait", name, self._parts.world.heritable)
        return partial(self._enter, rows, self._founders(change, genome), x, y)

    def _founders(self, change: Place, genome: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the columns of new founders, begun in a world of their own: [count, ...] each."""
        parts = self._parts
        given = {"genome": genome[None].astype(parts.brain.gene_type)}
        given |= {name: np.array([value], np.float32) for name, value in change.traits.items()}
        program = parts.program.sized(change.count)
        alone = CpuEngine(program.bindings(), 1)
        first_id = int(self._fields["next_id"][0])
        founding = (parts.world, parts.brain, parts.seed, program.mates, given, change.count, first_id)
        place_founders(alone, *founding)
        rows = np.arange(change.count)
        return {name: alone.fields.rows(name, rows) for name in self._own}

    def _enter(self, rows: np.ndarray, columns: dict[str, np.ndarray], x: float, y: float) -> None:
        """Lets agents live in free slots, at one place. columns: [K, ...] or [...] each."""
        parts, f = self._parts, self._fields
        marks = {"alive": 1, "died": 0, "wants_child": 0}
        arrive(parts.engine, parts.brain, parts.seed, rows, {**columns, **marks, "x": x, "y": y}, int(f["clock"][0]))
        parts.world.account(f, rows, placed=True)
        list_living(f)

    def _row(self, id: int) -> int:
        f = self._fields
        found = np.flatnonzero((f["id"] == id) & (f["alive"] > 0))
        if not len(found):
            raise UserError(f"intervene: expected the id of a living agent, got {id}; see population['id']")
        return int(found[0])

    def _free(self, count: int) -> np.ndarray:
        free = np.flatnonzero(self._fields["alive"] == 0)
        if len(free) < count:
            raise UserError(
                f"intervene: expected room for {count} more agents, got {len(free)} free slots; remove others, or "
                "write a larger run.capacity"
            )
        return free[:count]

    def _check_account(self, kind: str) -> None:
        world = self._parts.world
        if not world.has_account():
            raise UserError(
                f"intervene {kind}: expected a world that counts what agents hold, got {world.entry_name()} without; "
                "write def account(self, fields, rows, placed)"
            )

    # ---- places

    def _place_of(self, x: float, y: float) -> Sequence[float]:
        """Returns a place as the columns hold it. Raises UserError for one outside of the world."""
        return [self._coordinate(name, value) for name, value in (("x", x), ("y", y))]

    def _coordinate(self, name: str, value: float) -> float:
        world, column = self._parts.world, self._fields.table.get(name)
        if column is None or column.dtype != "float32" or column.table != "agents":
            raise UserError(f"intervene: expected a world whose agents have {name}, got {world.entry_name()}")
        high = getattr(world.params, column.high) if isinstance(column.high, str) else column.high
        low, high = -np.inf if column.low is None else column.low, np.inf if high is None else high
        found = np.float32(value)
        if not (low <= found < high and np.isfinite(found)):
            raise UserError(f"intervene: expected {name} from {low} to below {high}, got {value}")
        return float(found)

    def _paint(self, change: Paint) -> Action:
        world = self._parts.world
        paints = {paint.name: paint for paint in world.paints}
        if not paints:
            raise UserError(f"intervene paint: expected a world with paints, got {world.entry_name()}, which has none")
        if change.field not in paints:
            raise unknown("paint", change.field, paints)
        paint = paints[change.field]
        if not paint.low <= change.value <= paint.high:
            raise UserError(
                f"intervene paint: expected {paint.name} from {paint.low} to {paint.high} {paint.unit}, "
                f"got {change.value}"
            )
        ends = (change.x, change.to_x, "x"), (change.y, change.to_y, "y")
        for start, end, name in ends:
            self._coordinate(name, start)
            self._coordinate(name, start if end is None else end)
        places = [self._place_of(x, y) for x, y in change.discs()]

        def act() -> None:
            for x, y in places:
                world.paint(self._fields, change.field, x, y, change.radius, change.value)

        return act
