"""A shared world that needs no compiler: wandering bodies with the interface that the window reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from alife.experiment.interventions import Interventions
from alife.experiment.savepoints import Savepoint
from alife.laws.fields import Field
from alife.world import Actuator, Discs, Mark, Metric, Scene, Sensor, Shade, SharedWorld, Sight

NUM_SENSORS = 25
LOG = ("dead_id", "dead_step", "dead_cause")


class FakeFields(dict[str, np.ndarray]):
    """Arrays by name, with the field table that the window reads."""

    @property
    def table(self) -> dict[str, Any]:
        return {name: Field(name, str(array.dtype), array.shape[1:]) for name, array in self.items()}

    def row(self, name: str, row: int) -> np.ndarray:
        return self[name][row].copy()

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        return self[name][rows]


class FakeWorld(SharedWorld):
    """Bodies on a patchy green torus of 128 x 128."""

    sensors = tuple(Sensor(f"sense {i}", -1.0 if i % 3 == 0 else 0.0, 1.0, "1", "") for i in range(NUM_SENSORS))
    actuators = tuple(Actuator(name, -1.0, 1.0, "1", "") for name in ("turn", "thrust", "bite"))
    side = 128.0
    num_founders = 1
    death_causes = ("hunger", "age", "bites")
    heritable = ("size", "hue")
    legend = (Mark("agent", ((200, 40, 40), (40, 40, 200)), "hue", "0", "1"), Mark("ground", ((96, 140, 66),), "lush"))
    shades = (Shade("hue", "hue", 0.0, 1.0, circular=True), Shade("energy", "energy", 0.0))
    sights = (Sight("others", 6.0, tuple(f"sense {i}" for i in range(5)), "within 6 units"),)
    metrics = (Metric("hue", "", "mean hue"), Metric("energy", "", "mean energy of an agent", headline=True))

    def metric_values(self, fields: Any, rows: np.ndarray) -> dict[str, float | int]:
        return {name: float(fields[name][rows].mean()) for name in ("hue", "energy")}

    def scene(self, view: Any, rows: np.ndarray) -> Scene:
        place = np.indices((128, 128)) * (2 * np.pi / 128)
        lush = 0.5 + 0.25 * (np.sin(3 * place[0] + np.sin(2 * place[1])) + np.cos(4 * place[1] - 2 * place[0]))
        ends = np.array((176, 158, 112)), np.array((96, 140, 66))
        ground = (ends[0] + (ends[1] - ends[0]) * lush[..., None]).astype(np.uint8)
        hue = view["hue"][rows] * 2 * np.pi
        color = (150 + 90 * np.stack([np.cos(hue), np.cos(hue - 2.1), np.cos(hue + 2.1)], axis=1)).astype(np.uint8)
        discs = Discs(view["x"][rows], view["y"][rows], 0.5 * view["size"][rows], view["heading"][rows], color, rows)
        return Scene(self.side, self.side, True, ground, discs, text={"season": "summer"})


class FakeBrain:
    network = None
    layout = {"slopes": ("genome", 0, (64,)), "memory": ("state", 0, (64, 1))}

    def values(self, name: str, state: np.ndarray) -> np.ndarray:
        return state.reshape(*state.shape[:-1], 64, 1)

    def notes(self, params: np.ndarray, states: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        seen = np.resize(observations, (len(params), 32))
        return {"input": seen, "layer 1": params[:, :32], "layer 2": params[:, 32:], "gate": states[:, :1]}

    def record(self, params: np.ndarray, state: np.ndarray, observations: np.ndarray) -> dict[str, np.ndarray]:
        return {name: values[0] for name, values in self.notes(params[None], state[None], observations[None]).items()}


@dataclass
class FakeSimulation:
    """Wandering bodies with the part of the interface `Process` that the window reads."""

    count: int = 600
    world: Any = field(default_factory=lambda: FakeWorld(SimpleNamespace(barriers=False)))
    brain: Any = field(default_factory=FakeBrain)
    steps: int = 0
    births: int = 1234
    begun: int = -1  # what they sensed and did is known at once
    steering: Any = None

    def __post_init__(self) -> None:
        draw, n = np.random.default_rng(0), self.count
        names = ("x", "y", "hue", "heading", "size", "energy")
        arrays: dict[str, Any] = {name: draw.uniform(0, 1, n) for name in names}
        arrays["x"], arrays["y"] = 128 * arrays["x"], 128 * arrays["y"]
        arrays["heading"], arrays["size"] = 6.28 * arrays["heading"], 0.6 + 0.8 * arrays["size"]
        arrays |= {
            "alive": np.ones(n, np.uint8),
            **{name: np.zeros(n, np.int64) for name in LOG},
            "id": np.arange(n) + 10,
            "parent_id": np.arange(n) - 1,
        }
        arrays |= {"birth_step": -np.arange(n), "generation": np.arange(n) % 7, "clade": np.arange(n) % 5}
        arrays |= {"genome": draw.normal(0, 0.5, (n, 64)), "state": draw.normal(0, 0.5, (n, 64))}
        arrays |= {"observations": draw.uniform(0, 1, (n, NUM_SENSORS)), "actions": draw.uniform(-1, 1, (n, 3))}
        self.fields = FakeFields(arrays)
        self.causes = (*self.world.death_causes, "migrated")
        self.death_causes = {"hunger": 812, "age": 204, "bites": 61}

    @property
    def num_alive(self) -> int:
        return int(self.fields["alive"].sum())

    def living(self) -> np.ndarray:
        return np.flatnonzero(self.fields["alive"])

    def kill(self, row: int, cause: int) -> None:
        """Ends a life as `alife.simulation.births.log_deaths` does."""
        for name, value in zip(LOG, (self.fields["id"][row], self.steps, cause), strict=True):
            self.fields[name][0] = value
        self.fields["alive"][row] = 0

    def columns(self) -> tuple[Metric, ...]:
        return (Metric("step", "steps", ""), Metric("agents", "agents", "living agents"), *self.world.metrics)

    def metrics(self) -> dict[str, float | int]:
        rows = self.living()
        return {"step": self.steps, "agents": len(rows), **self.world.metric_values(self.fields, rows)}

    def step(self, count: int = 1) -> None:
        for _ in range(count):
            self.steps += 1
            f = self.fields
            f["heading"] += 0.2 * np.sin(f["id"] * 12.9 + self.steps * 0.05)
            f["x"][:] = (f["x"] + 0.2 * np.cos(f["heading"])) % 128
            f["y"][:] = (f["y"] + 0.2 * np.sin(f["heading"])) % 128

    def state_hash(self) -> str:
        return hashlib.sha256(b"".join(array.tobytes() for array in self.fields.values())).hexdigest()


class FakeRun:
    """A run without a folder. closed: the number of calls of `close`."""

    def __init__(self, count: int = 600, out: str | None = None) -> None:
        self.simulation, self.config = FakeSimulation(count), SimpleNamespace(seed=1, label="fake")
        self.out, self.closed = out, 0
        self.interventions, self.remembered = Interventions(), list[str]()

    def remember(self, reason: str) -> None:
        self.remembered.append(reason)

    def save_agent(self, id_: int, path: str) -> None:
        self.remembered.append(path)

    def savepoints(self) -> list[Any]:
        return []

    def savepoint(self, name: str, reason: str = "") -> Savepoint:
        self.remembered.append(reason)
        return Savepoint(name, self.simulation.steps, None, reason)

    def keep_event(self, text: str) -> Savepoint:
        return self.savepoint(text, text)

    def unwritten(self) -> list[str]:
        return []

    def kept_genome(self, id_: int) -> Any:
        return None

    def back(self, steps: int) -> FakeRun:
        return FakeRun(self.simulation.count)

    def restart(self, seed: int | None = None) -> FakeRun:
        return FakeRun(self.simulation.count)

    def step(self, count: int = 1) -> None:
        self.simulation.step(count)

    def close(self) -> None:
        self.closed += 1
