"""A step that uses every word, run by NumPy and by native code."""

from __future__ import annotations

import numpy as np

from alife.backends.abi import BRAIN
from alife.backends.cpu import jit
from alife.backends.cpu.ops_kernel import NAME, kernel_text
from alife.backends.cpu.plan import Plan
from alife.backends.cpu.threads import Call, Program
from alife.ops.derived import clip, exp2, matvec, mean, sine, switch, tanh, wide_wht
from alife.ops.layout import Step, find_layout
from alife.ops.reference import Reference
from alife.ops.vocabulary import Operations


def step(o: Operations) -> None:
    """Uses every word at least once; the results are sums of many kinds of values."""
    n = o.width
    genes, table = o.genome("genes", 4, n), o.phenotype("table", 8, 8)
    look, act = o.input("look", 7), o.output("act", n)
    kept, salt, clock = o.state("kept", 3, 5), o.state("salt", 1), o.state("clock", 1)
    small, wide = o.state("small", 3, 5, half=True), o.state("wide", 2, n, half=True)
    born = o.phenotype("born", 3, n, half=True)
    del salt
    x = o.load(look, at=n - 7) + o.load(genes, 1) * o.const(np.linspace(-1, 1, n))
    rows = wide_wht([o.load(genes, j) for j in range(4)])
    x = switch(o.wht(o.flip(x, 5)), rows[0], rows[3]) / (1.5 + abs(rows[1])) - (-rows[2]) * 0.25
    x = x / o.sqrt(mean(x * x) + 1e-20)
    y = o.permute(x, np.arange(n) ^ 9) + o.wht(x, 8) - o.floor(x * 4.0)
    y = y + o.permute(x, np.arange(n) ^ (n // 2 + 6)) - o.permute(x, (np.arange(n) + 5) % n)
    y = y + o.gather(x, y * 3.0) + exp2(y * 0.5) + tanh(y) + sine(y * 9.0) + o.exp2i(o.floor(y))
    y = y + o.draw(3) + o.draw(3, 1) * o.lane(x, 5) + o.draw(3, 1, fixed=True)
    [y, total] = o.loop(
        5,
        lambda j, c: [c[0] + o.draw(4, 2 * j + 1) * o.lane(x, j), c[1] + o.load(kept, 1) * o.draw(4, j, True)],
        [y, x],
    )
    y = o.blend(np.arange(n) % 3 == 0, y, total) + matvec(o, table, x) + o.load(table, x * 3.0, at=1)
    o.store(kept, y, 1, at=2)
    o.loop(2, lambda j, c: [o.store(kept, c[0] + 1.0, j * 2) or c[0] + o.load(kept, j * 2)], [y])
    o.store(kept, x, x * 2.0, when=o.lane(x, 1))
    o.store(table, y, 2, at=n - 8, when=o.lane(x, 1))
    y = y + o.load(small, 0, at=2) + o.load(small, x * 3.0, at=n - 5) + o.load(wide, 1)
    o.store(small, y, 2, at=2, when=o.lane(x, 1))
    o.store(small, x, x * 2.0, at=4)
    o.store(wide, x * x * 1e-6, 1)
    y = y + o.load(wide, 1) + o.load(small, 1, at=n // 2 - 2)
    o.loop(2, lambda j, c: [o.store(wide, c[0] * 3e4, j) or c[0] - o.load(wide, j)], [x])
    o.loop(3, lambda j, c: [o.store(kept, c[0], j, when=c[0]) or c[0] * -0.5], [x])
    [y] = o.loop(2, lambda j, c: [o.store(born, c[0], j + 1) or c[0] + o.load(born, j)], [y])
    o.store(clock, o.load(clock) + 1.0)
    o.store(act, clip(y, -1e6, 1e6) + 1 / (2 - o.total(y)))


def arrays(width: int, count: int, seed: int) -> dict[str, np.ndarray]:
    """Random rows for the step, [count, size of the kind]; salt and clock hold whole numbers, half slots float16."""
    layout, rng = find_layout(step, width), np.random.default_rng(seed)
    rows = {kind: rng.uniform(-1, 1, (count, size)).astype(np.float32) for kind, size in layout.sizes.items()}
    rows["state"][:, layout.slots["salt"].start] = rng.integers(0, 1 << 24, count)
    rows["state"][:, layout.slots["clock"].start] = rng.integers(0, 1 << 24, count)
    for slot in (layout.slots[name] for name in ("small", "wide", "born")):
        halves = rows[slot.kind].view(np.float16)[:, slot.first_half : slot.first_half + slot.size]
        halves[:] = rng.uniform(-1, 1, halves.shape)
    return rows


def run_reference(width: int, rows: dict[str, np.ndarray]) -> None:
    """Runs one step of the definition, in place."""
    with np.errstate(all="ignore"):
        step(Reference(width, rows))


def run_native(
    width: int,
    rows: dict[str, np.ndarray],
    together: tuple[int, int],
    listed: np.ndarray,
    threads: int = 1,
    step: Step = step,
) -> None:
    """Runs one step of the listed rows in native code, in place. together: agents at a time, and agents in a vector."""
    args = BRAIN.bind(rows=listed, brain=rows)
    address = jit.load(kernel_text(step, width, Plan(*together)).ir, [NAME])[NAME]
    Program([Call(address, args, np.array([len(listed)]))]).run(threads)
