"""The rows of metrics as an event file, for TensorBoard (`run: {tensorboard: true}`).

One file of records [length, checksum, event, checksum] (TFRecord). It is cut back to its checkpoint like every log,
so that a resumed run holds each point once; TensorBoard follows it while it grows.
"""

from __future__ import annotations

import importlib.util
import struct
import time
from pathlib import Path
from typing import Any

from alife.atomic_files import make_folder
from alife.errors import UserError
from alife.experiment.records.append_log import AppendOnlyFile
from alife.experiment.records.metrics_csv import Row

FILE = "events.out.tfevents.walsh-life"  # TensorBoard looks for "tfevents"
VERSION = "brain.Event:2"  # in the first event of a file


class TensorBoardWriter:
    """The growing event file in a folder of its own."""

    def __init__(self, folder: Path, length: int) -> None:
        """Opens it. length: bytes to keep, as a checkpoint stored them; 0 begins anew."""
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        self._event, self._summary = Event, Summary
        make_folder(folder)
        self._log = AppendOnlyFile(folder / FILE, self._record(file_version=VERSION), length, ending=b"")

    def append(self, row: Row) -> None:
        """Adds a point of each metric at the row's step."""
        points = [self._summary.Value(tag=tag, simple_value=value) for tag, value in row.items() if tag != "step"]
        self._log.append(self._record(step=int(row["step"]), summary=self._summary(value=points)))
        self._log.flush()

    def sync(self) -> int:
        """Makes the points durable; returns the file's length in bytes."""
        return self._log.sync()

    def close(self) -> None:
        """Closes the file."""
        self._log.close()

    def _record(self, **content: Any) -> bytes:
        from tensorboardX.record_writer import masked_crc32c

        event: bytes = self._event(wall_time=time.time(), **content).SerializeToString()
        length = struct.pack("<Q", len(event))
        checks = [struct.pack("<I", masked_crc32c(part)) for part in (length, event)]
        return b"".join([length, checks[0], event, checks[1]])


def check_installed() -> None:
    """Checks that the library is there. Raises UserError."""
    if importlib.util.find_spec("tensorboardX") is None:
        raise UserError(
            "run.tensorboard: expected tensorboardX, which is not installed; write pip install "
            "'.[tensorboard]' in a clone, or leave out run: {tensorboard: true}",
            ("run", "tensorboard"),
        )
