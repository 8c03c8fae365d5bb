"""What `Cuda` does through memory: rows of slots, lanes picked at run time, loops.

Threads of an agent read each other's stores only behind a __syncwarp. One is written where two accesses since the
last could meet: the same slot, one of them a store, and not certainly the same lanes on the same threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alife.ops.values import Index, Row, Slot, Value
from alife.ops.vocabulary import Body

if TYPE_CHECKING:
    from alife.backends.cuda.ops import Cuda

Place = tuple[Slot, Row, int]  # slot, row, lane of its first value
ANY = -1  # a row or lane the text does not know
_VECTOR = {False: "float4", True: "ushort4"}  # four lanes in memory; True: kept as float16
AHEAD = 16  # loads of four lanes that the compiler may begin at once, lest it runs out of registers


def position(index: int | Index) -> str:
    """A whole number, known now or while the loop runs."""
    return str(index) if isinstance(index, int) else f"({index.times} * {index.name} + {index.plus})"


def whole(x: str, count: int) -> str:
    """A float as an index: floor, clamped to 0..count-1; NaN gives 0."""
    return f"alife_index({x}, {float(count - 1)}f)"


class Memory:
    """Accesses of one kernel: its rows in global memory, and one shared row an agent."""

    def __init__(self, o: Cuda) -> None:
        self.o, self.text = o, o.text
        self.used: set[str] = set()  # kinds of slots
        self.written: set[str] = set()
        self.shares = False
        self._stores = self._loads = 0
        self._since: list[tuple[str, int, int, bool]] = []  # slot, row, lane, whether stored: since the last meeting

    def load(self, slot: Slot, row: Row, at: int) -> Value:
        """`Operations.load`."""
        self._meet((slot, row, at), False)
        pointer, aligned = self._pointer((slot, row, at))
        fixed = slot.kind in ("genome", "phenotype") and isinstance(row, int)
        quads = (self._load_quad(pointer, aligned, first, slot, at, fixed) for first in self._firsts())
        return Value(self.o, [x for quad in quads for x in quad])

    def _load_quad(self, pointer: str, aligned: bool, first: int, slot: Slot, at: int, fixed: bool) -> list[str]:
        """Four lanes of each thread, of a half of the lanes that begins with lane `first`."""
        end, lane = at + slot.length, f"lane + {first}"
        if end <= first or at >= first + self.o.width // 2:
            return ["0.0f"] * 4
        if self._whole(first, at, end) and aligned:
            four = f"*(const {_VECTOR[slot.half]}*)({pointer} + {lane})"
            quad = self.text.read(f"alife_floats({four})" if slot.half else four, "float4", fixed)
        elif self._whole(first, at, end):
            ones = (f"{pointer}[{lane} + {k}]" for k in range(4))
            return [self.text.read(f"alife_float({one})" if slot.half else one, fixed=fixed) for one in ones]
        else:
            move = f"alife_load{'_aligned' * aligned}({pointer}, {lane}, {at}, {end})"
            quad = self.text.read(move, "float4", fixed)
        self._pause(fixed and self.text.ahead)
        return [f"{quad}.{part}" for part in "xyzw"]

    def _pause(self, ahead: bool) -> None:
        """Now and then, keep the compiler from moving later loads, and what hangs on `t`, before this place."""
        self._loads += 1
        if self._loads % AHEAD:
            return
        if ahead:
            self.text.before.append("    __syncwarp();")
        else:
            self._meeting()
            self.text.line('asm volatile("" : "+r"(t));')

    def store(self, place: Place, value: Value, when: Value | None) -> None:
        """`Operations.store`; the threads of no agent store nothing."""
        slot, _, at = place
        self._meet(place, True)
        pointer, aligned = self._pointer(place)
        gate = "live" if when is None else self.text.let(f"live && {self.o.one(when, 0)} > 0.0f", "bool")
        for quad, first in enumerate(self._firsts()):
            four = f"float4{{{', '.join(value.data[4 * quad : 4 * quad + 4])}}}"
            end, lane = at + slot.length, f"lane + {first}"
            if self._whole(first, at, end) and aligned:
                kept = f"alife_halves({four})" if slot.half else four
                self.text.line(f"if ({gate}) *({_VECTOR[slot.half]}*)({pointer} + {lane}) = {kept};")
            elif end > first and at < first + self.o.width // 2:
                move = f"alife_store{'_aligned' * aligned}({pointer}, {lane}, {at}, {end}, {four})"
                self.text.line(f"if ({gate}) {move};")

    def scalar(self, slot: Slot) -> str:
        """The one value of a slot, read by every thread."""
        self._meet((slot, ANY, ANY), False)
        return self.text.read(f"{slot.kind}[{slot.start}]")

    def gather(self, x: Value, where: Sequence[str]) -> Value:
        """Lanes of x by number, through the agent's shared row."""
        self.shares = True
        self.text.line("__syncwarp();")
        for quad, first in enumerate(self._firsts()):
            lanes = ", ".join(x.data[4 * quad : 4 * quad + 4])
            self.text.line(f"*(float4*)(mine + lane + {first}) = float4{{{lanes}}};")
        self.text.line("__syncwarp();")
        self._since.clear()
        return Value(self.o, [self.text.read(f"mine[{index}]") for index in where])

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        """`Operations.loop`: carries are variables, set together at the end of the body."""
        counter, kept = self.text.name(), [Value(self.o, [self.text.name() for _ in x.data]) for x in carries]
        pairs = [pair for x, y in zip(kept, carries, strict=True) for pair in zip(x.data, y.data, strict=True)]
        for name, first in pairs:
            self.text.line(f"float {name} = {first};")
        self.text.open(f"for (int {counter} = 0; {counter} < {count}; ++{counter})")
        stores = self._stores
        results = [lane for value in body(Index(counter), list(kept)) for lane in value.data]
        later = [self.text.read(lane) for lane in results]
        for (name, _), result in zip(pairs, later, strict=True):
            self.text.line(f"{name} = {result};")
        if self._stores > stores:  # the next round's accesses may cross this one's
            self._meeting()
        self.text.close()
        return kept

    def _firsts(self) -> tuple[int, int]:
        """The first lanes of the two halves."""
        return 0, self.o.width // 2

    def _whole(self, first: int, at: int, end: int) -> bool:
        return at <= first and first + self.o.width // 2 <= end

    def _pointer(self, place: Place) -> tuple[str, bool]:
        """Where lane 0 of the row would lie, and whether every fourth lane lies on 16 bytes, of halves on 8."""
        slot, row, at = place
        first = self.o.column(slot, row if isinstance(row, int) else 0, at) - at
        row_of = f"(unsigned short*){slot.kind}" if slot.half and slot.kind != "genome" else slot.kind
        base = f"{row_of} + ({first})"
        if isinstance(row, int):
            return f"({base})", first % 4 == 0
        number = whole(self.o.one(row, 0), slot.rows) if isinstance(row, Value) else position(row)
        pointer = self.text.let(f"{base} + {slot.length} * {number}", "auto")
        return pointer, first % 4 == 0 and slot.length % 4 == 0

    def _meet(self, place: Place, storing: bool) -> None:
        """Note an access; let the threads meet first where it could cross an earlier one."""
        slot, row, at = place
        self.used.add(slot.kind)
        if storing:
            self.written.add(slot.kind)
            self._stores += 1
        number = row if isinstance(row, int) else ANY
        if any(_cross(known, (slot.name, number, at, storing)) for known in self._since):
            self._meeting()
        self._since.append((slot.name, number, at, storing))

    def _meeting(self) -> None:
        self.text.line("__syncwarp();")
        self._since.clear()


def _cross(a: tuple[str, int, int, bool], b: tuple[str, int, int, bool]) -> bool:
    """Whether two accesses could be of one value by different threads, one of them a store."""
    if a[0] != b[0] or not (a[3] or b[3]):
        return False
    if ANY in (a[1], b[1]):
        return True
    return a[1] == b[1] and a[2] != b[2]
