"""Pictures and films of the window."""

from __future__ import annotations

import tempfile
from pathlib import Path

import imageio_ffmpeg
import pygame

from alife.errors import UserError

FRAMES_PER_SECOND = 60  # as the window itself


def check_path(path: Path | str, suffix: str, option: str) -> None:
    """Checks, before anything is run, that a file can be written.

    Raises:
        UserError: another suffix, no such folder, or a folder that cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise UserError(f"{option}: expected a file name ending in {suffix}, got {path}; write {path.stem}{suffix}")
    if not path.parent.is_dir() or path.is_dir():
        raise UserError(f"{option}: expected a file in a folder that exists, got {path}; make {path.parent} first")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UserError(
            f"{option}: expected a folder that can be written to, got {path}: {error.strerror}; name another file"
        ) from None


def save_picture(surface: pygame.Surface, path: Path | str) -> None:
    """Writes a PNG.

    Raises:
        UserError: it cannot be written.
    """
    try:
        pygame.image.save(surface, str(path))
    except (pygame.error, OSError) as error:
        raise UserError(f"{path}: expected a file that can be written, got {error}; name another file") from None


class Film:
    """An MP4 (H.264) of frames of one size."""

    def __init__(self, path: Path | str, size: tuple[int, int]) -> None:
        """Opens the file. size: width and height in pixels, both even."""
        self._size = size
        self._writer = imageio_ffmpeg.write_frames(
            str(path), size, fps=FRAMES_PER_SECOND, macro_block_size=2, quality=8
        )
        self._writer.send(None)

    def add(self, surface: pygame.Surface) -> None:
        """Adds a frame, scaled to the size of the film."""
        if surface.get_size() != self._size:
            surface = pygame.transform.smoothscale(surface, self._size)
        self._writer.send(pygame.image.tobytes(surface, "RGB"))

    def close(self) -> None:
        """Completes the file."""
        self._writer.close()
