"""Episodes of external worlds step by step, drawn by the world's own code."""

from __future__ import annotations

import numpy as np

from alife.experiment.episode_player import EpisodePlayer
from alife.simulation.checked_simulator import made_simulator
from alife.simulation.evaluator import Evaluator, ExternalEvaluator
from alife.simulation.external_world import ExternalEngine
from alife.world import Discs, DrawnSimulator, ExternalSimulator, ExternalWorld, Scene

BLANK = 600.0  # world units of the side of a world that nothing draws


class _DrawnEvaluator(ExternalEvaluator):
    """An evaluator of one row whose simulator draws.

    Attributes:
        drawn: the simulator, or None if nothing draws this world.
    """

    drawn: DrawnSimulator | None

    def _simulator(self) -> ExternalSimulator:
        self.drawn = self.world.drawn_simulator(self.seed)
        return self.drawn or made_simulator(self.world, 1, self.seed)


class ExternalPlayer(EpisodePlayer):
    """Plays episodes of one genome in an external world.

    Its scene is the picture that the code of the world draws; one without a picture is blank, and says so.
    """

    world: ExternalWorld

    def _make_evaluator(self, seed: int) -> Evaluator:
        self._external = _DrawnEvaluator(self.world, self.brain, 1, seed, threads=1)
        return self._external

    def _prepare(self) -> None:
        evaluator = self._external
        engine = evaluator.engine
        assert isinstance(engine, ExternalEngine)
        engine.prepare(evaluator.program.stages)
        self._engine = engine
        self._drawn_at: tuple[int, int] = (0, -1)  # episode and step of the picture that is kept
        self._picture: np.ndarray | None = None

    @property
    def clock(self) -> int:
        return self._engine.num_steps

    @property
    def fitness(self) -> float:
        return float(self._engine.total[0])

    def _open(self) -> None:
        self._engine.begin()

    def _take_step(self) -> None:
        self._engine.step()
        self.fields["fitness"][:] = self._engine.total

    def _finish(self) -> None:
        self._engine.finish()

    def _is_over(self) -> bool:
        return self._engine.over

    def scene(self, chosen: int = 0) -> Scene:
        """Returns the picture of the present step. Raises ExternalError if the code of the world fails."""
        if self._drawn_at != (self.episode, self.clock):
            drawn = self._external.drawn
            self._picture = drawn.picture() if drawn else None
            self._drawn_at = self.episode, self.clock
        picture, nothing = self._picture, np.zeros(0, np.float32)
        high, wide = picture.shape[:2] if picture is not None else (BLANK, BLANK)
        discs = Discs(nothing, nothing, nothing, nothing, np.zeros((0, 3), np.uint8), np.zeros(0, np.int64))
        return Scene(float(wide), float(high), False, picture, discs, smooth=True)

    @property
    def is_drawn(self) -> bool:
        """True if the world has a picture."""
        return self._picture is not None
