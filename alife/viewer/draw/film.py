"""Pictures and films of the window."""

from __future__ import annotations

import tempfile
from pathlib import Path

import imageio_ffmpeg
import pygame

from alife.errors import UserError

FRAMES_PER_SECOND = 60  # as the window itself


def check_path(path: Path | str, suffix: str, option: str) -> None:
    """Raise UserError where no file `path` could be written: before a life is run for it."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise UserError(f"{option}: expected a file name ending in {suffix}, came {path}; write {path.stem}{suffix}")
    if not path.parent.is_dir() or path.is_dir():
        raise UserError(f"{option}: expected a file in a folder that exists, came {path}; make {path.parent} first")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UserError(f"{option}: expected a place for {path}, got {error.strerror}; name another file") from None


def save_picture(surface: pygame.Surface, path: Path | str) -> None:
    """Write a PNG. Raises UserError where it cannot be written."""
    try:
        pygame.image.save(surface, str(path))
    except (pygame.error, OSError) as error:
        raise UserError(f"{path}: expected a place for a picture, got {error}; name another file") from None


class Film:
    """An MP4 (H.264) of frames of one size, which must be even. size: width, height, pixels."""

    def __init__(self, path: Path | str, size: tuple[int, int]) -> None:
        self._size = size
        self._writer = imageio_ffmpeg.write_frames(
            str(path), size, fps=FRAMES_PER_SECOND, macro_block_size=2, quality=8
        )
        self._writer.send(None)

    def add(self, surface: pygame.Surface) -> None:
        """Append a frame; another size is scaled to the film's."""
        if surface.get_size() != self._size:
            surface = pygame.transform.smoothscale(surface, self._size)
        self._writer.send(pygame.image.tobytes(surface, "RGB"))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
