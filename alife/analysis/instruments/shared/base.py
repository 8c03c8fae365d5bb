"""The base class of instruments, and the empty Params of those that have no parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from alife.analysis.report.finding import Finding
from alife.analysis.report.subject import Subject
from alife.config.params import Params

P = TypeVar("P", bound=Params)


class NoParams(Params):
    """No parameters."""


class Instrument(ABC, Generic[P]):
    """One measurement of a saved genome or a run, and its section of the report.

    A file `tall_grass.py` holds the class `TallGrass` and its typed `Params`; an instrument without parameters imports
    `NoParams as Params`. The report makes each instrument with the defaults of its Params.

    Attributes:
        order: position of its section on the page, ascending; the subclass must set it.
        quick: True if it reads nothing but the files of the run folder, within a second or so; then it is also on the
            page that is written at the end of every run.
        params: its parameters.
    """

    order: ClassVar[int]
    quick: ClassVar[bool] = False

    def __init__(self, params: P) -> None:
        self.params = params

    @abstractmethod
    def measure(self, subject: Subject) -> Finding | None:
        """Measures a genome or a run.

        Args:
            subject: the genome with its brain and configuration, and the folder of its run, as far as there are any.
                It is read, never changed.

        Returns:
            The section of the report; None if the instrument does not apply to this subject, which then has no such
            section. If something is missing that the user can supply, a Finding whose text says what to write.

        Raises:
            UserError: a file of the run is damaged.
        """
