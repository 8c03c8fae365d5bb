"""The session and the panel for each kind of run."""

from __future__ import annotations

from alife.experiment.replay import Replay
from alife.experiment.run import Run
from alife.viewer.episode_session import EpisodeSession
from alife.viewer.panels.episode import EpisodePanel
from alife.viewer.panels.panel import Panel
from alife.viewer.panels.shared import SharedPanel
from alife.viewer.session import Session
from alife.viewer.shared_session import SharedSession


def make_session(run: Run | Replay, view: tuple[int, int]) -> tuple[Session, Panel]:
    """Returns the session that watches a run, and its panel.

    Args:
        run: a run of a shared world, or a replay of episodes.
        view: width and height in pixels of the world's part of the window.
    """
    if isinstance(run, Replay):
        episodes = EpisodeSession(run, view)
        return episodes, EpisodePanel(episodes)
    session = SharedSession(run, view)
    return session, SharedPanel(session)
