"""Rows of slots in CUDA C, lanes picked at run time through shared memory, and loops.

Threads of an agent see each other's stores only after a __syncwarp. One is written where two accesses since the last
one could conflict: the same slot, one of them a store, and not certainly the same lanes in the same threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alife.backends.cuda.register_builder import RegisterBuilder, Registers, clamped_index, index_text
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Place, Value

ANY = -1  # a row or lane that is known only at run time
_VECTOR = {False: "float4", True: "ushort4"}  # four lanes in memory; True: kept as float16
AHEAD = 16  # loads of four lanes that the compiler may start early: with more it would run out of registers


class Memory:
    """Accesses of one kernel: an agent's rows in global memory, and one row for it in shared memory.

    Args:
        builder: writes the registers.

    Attributes:
        used: kinds of slots that the step loads or stores.
        written: kinds of slots that it stores.
        shares: True if it uses the row in shared memory.
    """

    def __init__(self, builder: RegisterBuilder) -> None:
        self._b, self._text = builder, builder.text
        self.used: set[str] = set()
        self.written: set[str] = set()
        self.shares = False
        self._stores = self._loads = 0
        self._since: list[tuple[str, int, int, bool]] = []  # accesses since the last barrier: slot, row, lane, stored

    def load(self, place: Place) -> Registers:
        """`Operations.load`."""
        self._note_access(place, False)
        pointer, aligned = self._pointer(place)
        fixed = place.slot.kind in ("genome", "phenotype") and isinstance(place.row, int)
        quads = (self._load_quad(pointer, aligned, first, place, fixed) for first in self._firsts())
        return [lane for quad in quads for lane in quad]

    def _load_quad(self, pointer: str, aligned: bool, first: int, place: Place, fixed: bool) -> list[str]:
        """Four lanes of each thread, from the half of the lanes that begins with lane `first`."""
        at, end, lane, half = place.at, place.at + place.slot.length, f"lane + {first}", place.slot.half
        if end <= first or at >= first + self._b.width // 2:
            return ["0.0f"] * 4
        if self._covers(first, at, end) and aligned:
            four = f"*(const {_VECTOR[half]}*)({pointer} + {lane})"
            quad = self._text.read(f"alife_floats({four})" if half else four, "float4", fixed)
        elif self._covers(first, at, end):
            ones = (f"{pointer}[{lane} + {k}]" for k in range(4))
            return [self._text.read(f"alife_float({one})" if half else one, fixed=fixed) for one in ones]
        else:
            move = f"alife_load{'_aligned' * aligned}({pointer}, {lane}, {at}, {end})"
            quad = self._text.read(move, "float4", fixed)
        self._limit_early_loads(fixed and self._text.ahead)
        return [f"{quad}.{part}" for part in "xyzw"]

    def _limit_early_loads(self, ahead: bool) -> None:
        """After every `AHEAD` loads, keeps the compiler from moving later loads, and what depends on `t`, up to here.

        ahead: the loads are written before the loop over steps.
        """
        self._loads += 1
        if self._loads % AHEAD:
            return
        if ahead:
            self._text.before.append("    __syncwarp();")
        else:
            self._barrier()
            self._text.line('asm volatile("" : "+r"(t));')

    def store(self, place: Place, value: Registers, when: Value | None) -> None:
        """`Operations.store`; threads beyond the last agent store nothing."""
        at, end, half = place.at, place.at + place.slot.length, place.slot.half
        self._note_access(place, True)
        pointer, aligned = self._pointer(place)
        gate = "live" if when is None else self._text.let(f"live && {self._b.one(when.data, 0)} > 0.0f", "bool")
        for quad, first in enumerate(self._firsts()):
            four, lane = f"float4{{{', '.join(value[4 * quad : 4 * quad + 4])}}}", f"lane + {first}"
            if self._covers(first, at, end) and aligned:
                kept = f"alife_halves({four})" if half else four
                self._text.line(f"if ({gate}) *({_VECTOR[half]}*)({pointer} + {lane}) = {kept};")
            elif end > first and at < first + self._b.width // 2:
                move = f"alife_store{'_aligned' * aligned}({pointer}, {lane}, {at}, {end}, {four})"
                self._text.line(f"if ({gate}) {move};")

    def scalar(self, slot: Slot) -> str:
        """The one value of a slot, in every thread."""
        self._note_access(Place(slot, ANY, ANY, slot.start), False)
        return self._text.read(f"{slot.kind}[{slot.start}]")

    def gather(self, x: Registers, indices: Sequence[str]) -> Registers:
        """Lanes of x by number, through the agent's row in shared memory. indices: eight expressions."""
        self.shares = True
        self._text.line("__syncwarp();")
        for quad, first in enumerate(self._firsts()):
            lanes = ", ".join(x[4 * quad : 4 * quad + 4])
            self._text.line(f"*(float4*)(mine + lane + {first}) = float4{{{lanes}}};")
        self._barrier()
        return [self._text.read(f"mine[{index}]") for index in indices]

    def loop(
        self, count: int, body: Callable[[Index, list[Registers]], list[Registers]], carries: list[Registers]
    ) -> list[Registers]:
        """`Operations.loop` on registers: carries are variables, assigned together at the end of the body."""
        counter, kept = self._text.name(), [[self._text.name() for _ in lanes] for lanes in carries]
        names, firsts = ([lane for lanes in values for lane in lanes] for values in (kept, carries))
        for name, first in zip(names, firsts, strict=True):
            self._text.line(f"float {name} = {first};")
        self._text.open(f"for (int {counter} = 0; {counter} < {count}; ++{counter})")
        stores = self._stores
        results = [lane for lanes in body(Index(counter), [list(lanes) for lanes in kept]) for lane in lanes]
        later = [self._text.read(lane) for lane in results]
        for name, result in zip(names, later, strict=True):
            self._text.line(f"{name} = {result};")
        if self._stores > stores:  # accesses of the next iteration may conflict with those of this one
            self._barrier()
        self._text.close()
        return kept

    def _firsts(self) -> tuple[int, int]:
        """The first lanes of the two halves."""
        return 0, self._b.width // 2

    def _covers(self, first: int, at: int, end: int) -> bool:
        """True if lanes at..end-1 include the half of the lanes that begins with lane `first`."""
        return at <= first and first + self._b.width // 2 <= end

    def _pointer(self, place: Place) -> tuple[str, bool]:
        """A pointer to where lane 0 of the row would lie; True if every fourth lane is aligned, as `_VECTOR` needs it.

        That is to 16 bytes, or to 8 for float16.
        """
        slot, row, first = place.slot, place.row, place.origin
        row_of = f"(unsigned short*){slot.kind}" if slot.half and slot.kind != "genome" else slot.kind
        base = f"{row_of} + ({first})"
        if isinstance(row, int):
            return f"({base})", first % 4 == 0
        number = clamped_index(self._b.one(row.data, 0), slot.rows) if isinstance(row, Value) else index_text(row)
        pointer = self._text.let(f"{base} + {slot.length} * {number}", "auto")
        return pointer, first % 4 == 0 and slot.length % 4 == 0

    def _note_access(self, place: Place, stored: bool) -> None:
        """Notes an access, after a barrier if it could conflict with an earlier one."""
        kind = place.slot.kind
        self.used.add(kind)
        if stored:
            self.written.add(kind)
            self._stores += 1
        access = (place.slot.name, place.row if isinstance(place.row, int) else ANY, place.at, stored)
        if any(_conflict(known, access) for known in self._since):
            self._barrier()
        self._since.append(access)

    def _barrier(self) -> None:
        self._text.line("__syncwarp();")
        self._since.clear()


def _conflict(a: tuple[str, int, int, bool], b: tuple[str, int, int, bool]) -> bool:
    """True if two accesses could be of one value by different threads, one of them a store."""
    if a[0] != b[0] or not (a[3] or b[3]):
        return False
    if ANY in (a[1], b[1]):
        return True
    return a[1] == b[1] and a[2] != b[2]
