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
    `NoParams as Params`. The report makes each instrument with the defaults of its Params and what `--set` changes.

    Attributes:
        order: position of its section on the page, ascending; the subclass must set it.
        quick: True if it reads nothing but the files of the run folder, within a second or so; then it is also on the
            page that is written at the end of every run.
        long: True if it takes more than a few seconds; then it runs only if `inspect --only` names it.
        of_run: True if it measures a whole run and never a genome alone.
        followed: False if it is not repeated for the ancestors of a champion, as it compares a genome with them itself.
        definition: formula and source (paper, section or equation) of what it measures, in lines of plain text; the
            page folds it under the section.
        params: its parameters.
    """

    order: ClassVar[float]
    quick: ClassVar[bool] = False
    long: ClassVar[bool] = False
    of_run: ClassVar[bool] = False
    followed: ClassVar[bool] = True
    definition: ClassVar[str] = ""

    def __init__(self, params: P) -> None:
        self.params = params

    def cost(self, subject: Subject) -> str:
        """Returns what measuring a subject will cost, such as "2,000 episodes, about 40 s"; "" if it is soon done.

        It is said before the work begins, and of long instruments in every report, so it takes a moment itself: at most
        a life or a few steps of a world (`alife.analysis.instruments.shared.seconds`).

        Raises:
            NotApplicable: the instrument does not apply to this subject, as `measure` says too.
        """
        return ""

    @abstractmethod
    def measure(self, subject: Subject) -> Finding | None:
        """Measures a genome or a run.

        Args:
            subject: the genome with its brain and configuration, and the folder of its run, as far as there are any.
                It is read, never changed.

        Returns:
            The section of the report. None if the instrument does not apply to this subject and the reason is plain.
            If something is missing that the user can supply, a Finding whose text says what to write.

        Raises:
            NotApplicable: the instrument does not apply to this subject, for the reason that the error gives. With
                `--only` the reason is the answer; in the default report it stands at the end.
            UserError: a file of the run is damaged.
        """

    def compare(self, first: Subject, second: Subject) -> Finding | None:
        """Measures two genomes or runs against each other, where that says more than their findings side by side.

        `inspect A B` calls it after both have been measured, and shows it after the pair.

        Args:
            first, second: in the order of the command.

        Returns:
            A section of its own; None if the instrument compares nothing.

        Raises:
            NotApplicable: these two cannot be compared, for the reason that the error gives.
            UserError: a file of a run is damaged.
        """
        return None
