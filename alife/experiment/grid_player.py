"""One episode of many genomes at once, each alone in its copy of the world, drawn as a grid of copies."""

from __future__ import annotations

import numpy as np

from alife.brains import Brain
from alife.experiment.episode_player import EpisodePlayer
from alife.world import EpisodicWorld, Scene
from alife.world.base import scene_of
from alife.world.scene import grid_of


class GridPlayer(EpisodePlayer):
    """Plays the same episode for K genomes, in steps that all take together; a copy whose episode is over halts."""

    def __init__(self, world: EpisodicWorld, brain: Brain, seed: int, copies: int) -> None:
        """Compiles an episode of `copies` copies of the world. Raises UserError as `EpisodePlayer` does."""
        self.copies = copies
        super().__init__(world, brain, seed)

    def living(self) -> np.ndarray:
        """Rows of all copies: [K] int32, also of those whose episode is over."""
        return np.arange(self.copies, dtype=np.int32)

    def scene(self, chosen: int = 0) -> Scene:
        """Returns the scenes of all copies side by side, with the facts of the chosen row."""
        scenes = [scene_of(self.world, self.fields, row) for row in self.living()[:, None]]
        return grid_of(scenes, scenes[chosen].text)

    def _rows_of(self, genomes: np.ndarray) -> np.ndarray:
        """Returns genomes [K, G] as they are."""
        return genomes

    def _open(self) -> None:
        self._select(self.living())
        super()._open()

    def _take_step(self) -> None:
        super()._take_step()
        self._select(np.flatnonzero(self.fields["done"] == 0).astype(np.int32))

    def _finish(self) -> None:
        self._select(self.living())
        super()._finish()

    def _select(self, rows: np.ndarray) -> None:
        """Lets laws and brain run over these rows [K] from now on."""
        self.fields["living"][: len(rows)] = rows
        self._counts["living"][0] = len(rows)
