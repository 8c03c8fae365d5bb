"""Pictures of memories: time lines of a life, errors of recall by age, what is lost without them, gates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.analysis.instruments.shared.memory_life import MemoryLife
from alife.analysis.instruments.shared.paired import Paired
from alife.analysis.report.drawing import COLORS, LEAF, LINE, MUTED, SKY, diverging, drawing, svg
from alife.analysis.report.finding import Picture, Table

MOST = 4  # values of a memory that are drawn


def time_lines(lives: Sequence[MemoryLife], episode: np.ndarray) -> list[Picture]:
    """Returns a picture of each memory along the first episode of a life. episode: [T] of its steps."""
    names = [f"Memory {number}. " if len(lives) > 1 else "" for number in range(1, len(lives) + 1)]
    return [_time_line(name, memory, int((episode == 0).sum())) for name, memory in zip(names, lives, strict=True)]


def _time_line(name: str, memory: MemoryLife, steps: int) -> Picture:
    at, writes, known = np.arange(steps), np.flatnonzero(memory.writes[:steps]), len(memory.distinct) > 0
    with drawing(2 if known else 1, 1, 3.6 if known else 2.0) as (figure, axes):
        for v in range(min(memory.recalled.shape[1], MOST)):
            label = f"value {v + 1} " if memory.recalled.shape[1] > 1 else ""
            axes[0].step(at, memory.recalled[:steps, v], color=COLORS[v], lw=1.3, where="mid", label=f"{label}recalled")
            axes[0].plot(writes, memory.values[writes, v], "o", color=COLORS[v], ms=3.5, label=f"{label}written")
        axes[0].axhline(0, color=LINE, lw=1, zorder=0)
        axes[0].set(ylim=(-1.1, 1.1), xlim=(-0.5, steps - 0.5), title="values recalled (line) and written (dots)")
        axes[0].legend(fontsize=7, ncols=2, loc="upper left", bbox_to_anchor=(1, 1))
        if known:
            axes[1].step(at, memory.distinct[:steps] / memory.capacity, color=LEAF, lw=1.6, where="mid", label="load")
            axes[1].plot(at, memory.match[:steps], ".", color=MUTED, ms=4, label="match of the key read")
            axes[1].set(ylim=(-0.05, 1.08), xlim=(-0.5, steps - 0.5), title="load, and match of the key read")
            axes[1].legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        axes[-1].set_xlabel("step of the life")
        columns = [
            "step",
            *(f"{which} {v + 1}" for which in ("recalled", "written") for v in range(memory.recalled.shape[1])),
        ]
        rows = [
            (
                t,
                *memory.recalled[t].tolist(),
                *(memory.values[t].tolist() if memory.writes[t] else [""] * memory.values.shape[1]),
            )
            for t in at
        ]
        if known:
            columns += ["different keys", "match"]
            rows = [(*row, int(memory.distinct[t]), float(memory.match[t])) for t, row in enumerate(rows)]
        caption = (
            f"{name}What a life recalls and writes; load is the number of different keys over {memory.capacity}, and a "
        )
        caption += "match of 1 is a key that was written before."
        return Picture(caption, svg(figure), Table("Steps", tuple(columns), tuple(rows)))


def use(
    lives: Sequence[MemoryLife], names: Sequence[str], differences: Paired | None, changes: np.ndarray | None
) -> Picture:
    """Returns the error of recall by age, and what variants without memories lose.

    Args:
        lives: of each memory.
        names: of the V variants, the first unchanged.
        differences: of fitness, of the others; None in a world without episodes.
        changes: [V, O] of actions there.
    """
    with drawing(1, 2, 2.6) as (figure, (errors, bars)):
        drawn = [_errors(errors, memory, COLORS[k % len(COLORS)]) for k, memory in enumerate(lives)]
        errors.set(title="error of recall (dots) and law (lines)", xlabel="stores since the pair was written")
        errors.set_ylim(0, max(errors.get_ylim()[1], 0.1))
        if not any(drawn):
            errors.text(0.5, 0.5, "nothing was stored", transform=errors.transAxes, ha="center", color=MUTED)
        rows = [(name, *values) for name, values in zip(names[1:], _effects(differences, changes), strict=True)]
        places = np.arange(len(rows))[::-1]
        mean, low, high = (np.array([row[k] for row in rows]) for k in (1, 2, 3))
        bars.barh(places, mean, color=SKY, alpha=0.85, xerr=[mean - low, high - mean] if differences else None)
        bars.axvline(0, color=LINE, lw=1)
        bars.set_yticks(places, [row[0] for row in rows])
        bars.set(title="change of fitness" if differences else "mean change of the next actions")
        numbers = Table("Numbers", ("variant", bars.get_title(), "low 95 %", "high 95 %"), tuple(rows))
        return Picture("How exactly pairs are recalled, and what changes without them.", svg(figure), numbers)


def _errors(axis: object, memory: MemoryLife, color: str) -> bool:
    """Draws root mean square errors by age. Returns False if nothing was stored."""
    stored = memory.stored
    ages = np.unique(stored.age)
    for ages_of, values, style in ((ages, stored.error, "o"), (ages, stored.predicted, "-")):
        means = [np.sqrt((values[stored.age == age] ** 2).mean()) for age in ages_of]
        axis.plot(ages_of, means, style, color=color, ms=3.5, lw=1.4)  # type: ignore[attr-defined]
    return len(ages) > 0


def _effects(differences: Paired | None, changes: np.ndarray | None) -> list[tuple[float, float, float]]:
    if differences is not None:
        return [
            (float(mean), float(low), float(high))
            for mean, low, high in zip(differences.mean, differences.low, differences.high, strict=True)
        ]
    assert changes is not None
    return [(float(mean), float(mean), float(mean)) for mean in changes[1:].mean(axis=1)]


def gate_map(gate: np.ndarray, sensors: Sequence[str]) -> Picture:
    """Returns the gate [I, P] as each sense is swept."""
    size = max(float(np.abs(gate).max()), 1e-9)
    with drawing(1, 1, 0.9 + 0.15 * len(gate)) as (figure, (axis,)):
        axis.imshow(gate, aspect="auto", cmap=diverging(), vmin=-size, vmax=size, interpolation="nearest")
        axis.set_yticks(range(len(gate)), sensors)
        axis.set_xticks([0, gate.shape[1] - 1], ["lowest", "highest"])
        axis.tick_params(length=0)
        caption = f"The gate as each sense goes from its lowest to its highest value (colors: ±{size:.2g})."
        columns = ("sense", *(f"point {point}" for point in range(gate.shape[1])))
        rows = tuple(zip(sensors, *gate.T.tolist(), strict=True))
        return Picture(caption, svg(figure), Table("Numbers", columns, rows))


def living(gate: np.ndarray, changes: np.ndarray, actuators: Sequence[str]) -> Picture:
    """Returns the gates [N] of the living, and the mean change [O] of their actions with an empty memory."""
    with drawing(1, 2, 2.3) as (figure, (histogram, bars)):
        histogram.hist(np.clip(gate, -3, 3), bins=np.linspace(-3, 3, 37), color=SKY, alpha=0.8)
        histogram.axvline(0, color=LINE, lw=1)
        histogram.set(title="gate of the living", xlabel="gate; above 0 it writes", ylabel="agents")
        bars.barh(range(len(changes)), changes, color=LEAF, alpha=0.85)
        bars.set_yticks(range(len(changes)), actuators)
        bars.set(title="change of an action with an empty memory", xlabel="mean over the living; actions span -1 to 1")
        rows = tuple(zip(actuators, changes.tolist(), strict=True))
        numbers = Table("Numbers", ("action", "mean change with an empty memory"), rows)
        caption = "The gate of the living, and how far their actions would change without a memory."
        return Picture(caption, svg(figure), numbers)
