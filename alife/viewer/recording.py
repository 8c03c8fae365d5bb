"""Films that a key starts and stops."""

from __future__ import annotations

import sys
from pathlib import Path

import pygame

from alife.errors import UserError
from alife.viewer.draw.film import Film, check_path
from alife.viewer.session import Session

OPTION = "--record: "  # how errors of films begin


class Recording:
    """The film that is being made of a window, if there is one, in the current folder.

    A film has the size that the window had when it began; what follows is scaled to it.
    """

    def __init__(self) -> None:
        self._film: Film | None = None
        self._path = Path()

    def update(self, session: Session, picture: pygame.Surface) -> None:
        """Starts, continues or ends the film, as the session wants; what ffmpeg refuses is said in the window.

        Args:
            session: what is watched.
            picture: the frame, without what only the screen shows.
        """
        if session.recording != (self._film is not None):
            self._start(session, picture) if session.recording else self.end(session)
        if self._film:
            try:
                self._film.add(_even(picture))
                session.recorded = self._film.frames
            except UserError as error:
                self._give_up(session, error)

    def _start(self, session: Session, picture: pygame.Surface) -> None:
        try:
            self._path = free_name(f"alife-{session.life.steps}", session.film_suffix)
            check_path(self._path, [self._path.suffix], OPTION.strip(": "))
            self._film = Film(self._path, _even(picture).get_size(), hasty=True)
        except UserError as error:
            self._give_up(session, error)
            return
        command = "toggle_gif" if session.film_suffix == ".gif" else "toggle_recording"
        stops = next(key.label for key in session.keys if key.command == command)
        session.say(f"Recording to {self._path}; {stops} stops")

    def end(self, session: Session) -> None:
        """Completes the film, if there is one, and says where it is."""
        film, self._film, session.recording, session.recorded = self._film, None, False, 0
        if film is None:
            return
        try:
            film.close()
        except UserError as error:
            self._give_up(session, error)
            return
        if not film.failed:
            told = say_film(self._path, film)
            session.say(told[0].upper() + told[1:])

    def _give_up(self, session: Session, error: UserError) -> None:
        self._film, session.recording, session.recorded = None, False, 0
        told = str(error).removeprefix(OPTION)
        session.say(told[0].upper() + told[1:])
        print(f"alife: {told}", file=sys.stderr)


def say_film(path: Path | str, film: Film) -> str:
    """Prints where a film is, and returns it."""
    told = f"wrote {path}, {film.frames:,} frame{'s' * (film.frames != 1)}"
    print(f"alife: {told}", file=sys.stderr)
    return told


def free_name(stem: str, suffix: str) -> Path:
    """Returns a file name of the current folder that no file has: stem.suffix, stem-2.suffix, ..."""
    path, number = Path(stem + suffix), 2
    while path.exists():
        path, number = Path(f"{stem}-{number}{suffix}"), number + 1
    return path


def _even(picture: pygame.Surface) -> pygame.Surface:
    """Returns a picture less its last column or row where their number is odd: films need even sizes."""
    wide, high = (side // 2 * 2 for side in picture.get_size())
    return picture.subsurface((0, 0, wide, high))
