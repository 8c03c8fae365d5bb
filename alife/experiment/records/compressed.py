"""Files compressed by gzip: slower to write and read, and a quarter of the size where they hold genomes."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alife.atomic_files import DamagedError, write_whole

ENDING = ".gz"
LEVEL = 1  # the fastest; higher ones save a twentieth more
CHUNK = 2**20  # bytes


def compress(path: Path) -> Path:
    """Replaces a file by a compressed one, PATH.gz, and returns its path.

    Raises:
        OSError: that cannot be written; the file is still there.
    """
    target = path.with_name(path.name + ENDING)
    write_whole(target, _compressed(path))
    path.unlink()
    return target


def _compressed(path: Path) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=31)  # with the header of gzip
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield packer.compress(chunk)
    yield packer.flush()


@contextmanager
def uncompressed(path: Path) -> Iterator[Path]:
    """Yields the path of a file's content: itself, or a temporary file where it is compressed.

    Raises:
        DamagedError: it is not what was compressed.
        OSError: it cannot be read.
    """
    if path.suffix != ENDING:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="alife-") as folder:
        content = Path(folder) / "content"
        try:
            with gzip.open(path) as packed, content.open("wb") as file:
                shutil.copyfileobj(packed, file, CHUNK)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DamagedError(f"{path}: damaged: {str(error).lower()}") from None
        yield content
