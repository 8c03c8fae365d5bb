"""Pictures and films of the window."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import pygame

from alife.atomic_files import exists
from alife.errors import UserError

FRAMES_PER_SECOND = 60  # as the window itself
GIF_FRAMES_PER_SECOND = 20  # at most: pictures of a GIF last whole hundredths of a second
GIF_WIDTH = 640  # pixels at most: a GIF keeps nearly every pixel of every picture
GIF_COLORS = 5  # seconds of pictures that share their 256 colors, so that what rests is not stored again
SUFFIXES = (".mp4", ".gif")


def check_path(path: Path | str, suffixes: Sequence[str], option: str) -> None:
    """Checks, before anything is run, that a file can be written. suffixes: those that it may have.

    Raises:
        UserError: another suffix, no such folder, or a folder that cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        wanted, example = " or ".join(suffixes), path.stem + suffixes[0]
        raise UserError(f"{option}: expected a file name ending in {wanted}, got {path}; write {example}")
    exists(path)
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
    """An MP4 (H.264) or GIF of frames of one size, made by ffmpeg in a process that no Ctrl-C reaches.

    A GIF has up to GIF_FRAMES_PER_SECOND of the frames that it is given, at most GIF_WIDTH wide.

    Attributes:
        frames: written so far.
        failed: True once ffmpeg has failed; then there is no file.
    """

    def __init__(
        self,
        path: Path | str,
        size: tuple[int, int],
        rate: int = FRAMES_PER_SECOND,
        loss: int = 10,
        hasty: bool = False,
    ) -> None:
        """Starts ffmpeg.

        Args:
            path: of the file, with one of SUFFIXES.
            size: width and height in pixels, both even.
            rate: frames a second.
            loss: constant rate factor of an MP4, 0 to 51; 0 loses nothing.
            hasty: True for an MP4 that keeps up with a window, at some cost of quality.

        Raises:
            UserError: there is no ffmpeg that starts.
        """
        self.frames, self.failed = 0, False
        self._path, self._size = Path(path).absolute(), size  # absolute: never an option or an address to ffmpeg
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the film
        try:
            command = [imageio_ffmpeg.get_ffmpeg_exe(), *_options(size, rate, loss, self._path.suffix)]
            command += [*["-preset", "veryfast"] * (hasty and self._path.suffix != ".gif"), str(self._path)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except (OSError, RuntimeError) as error:
            raise self._failure(str(error)) from None

    def add(self, surface: pygame.Surface) -> None:
        """Adds a frame, scaled to the size of the film. Raises UserError if ffmpeg has failed."""
        if surface.get_size() != self._size:
            surface = pygame.transform.smoothscale(surface, self._size)
        assert self._process.stdin
        try:
            self._process.stdin.write(pygame.image.tobytes(surface, "RGB"))
            self.frames += 1
        except OSError:
            self.failed = True
            self.close()

    def close(self) -> None:
        """Completes the file; a second call does nothing. Raises UserError if ffmpeg fails, and removes the file."""
        if self._errors.closed:
            return
        assert self._process.stdin
        with contextlib.suppress(OSError):  # of an ffmpeg that has ended
            self._process.stdin.close()
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").split("\n")
        self._errors.close()
        if not (status or self.failed or exists(self._path)):
            raise self._failure("it wrote no file")
        if status or self.failed:
            with contextlib.suppress(OSError):
                self._path.unlink()
            reason = f"exit status {status}" if status else "it ended early"
            raise self._failure(next((line for line in said if line.strip()), reason))

    def _failure(self, reason: str) -> UserError:
        self.failed = True
        return UserError(
            f"film: expected ffmpeg to write {self._path}, got: {' '.join(reason.split())[:200]}; make room, name "
            "another file, or set IMAGEIO_FFMPEG_EXE to an ffmpeg that works"
        )


def _options(size: tuple[int, int], rate: int, loss: int, suffix: str) -> list[str]:
    """Options of ffmpeg for raw frames from its standard input."""
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(rate)]
    coded = ["-an", "-c:v", "h264", "-crf", str(loss), "-pix_fmt", "yuv420p"]  # 4:2:0, as most players need
    if suffix.lower() == ".gif":
        smaller = f"fps={min(rate, GIF_FRAMES_PER_SECOND)},scale='min({GIF_WIDTH},iw)':-2:flags=area"
        chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{GIF_COLORS})'"
        colors = f"split[a][b];[a]{chosen},palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=none"
        coded = ["-vf", f"{smaller},{colors}", "-loop", "0"]
    return ["-y", "-v", "error", *source, "-i", "-", *coded]
