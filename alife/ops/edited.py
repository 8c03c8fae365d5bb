"""A reference that changes the values a brain notes, for lesions, noise and other interventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from alife.ops.reference import Reference
from alife.ops.vocabulary import Value

Edit = Callable[[str, np.ndarray], None]


class Edited(Reference):
    """Calls `edit(name, lanes)` for each noted value, which may change the lanes in place.

    What the step computes after the note uses the changed lanes. A value of several vectors is edited vector by vector.

    Args:
        width, arrays: as of `Reference`.
        edit: gets the name of the note and lanes [N, n] float32.
    """

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray], edit: Edit) -> None:
        super().__init__(width, arrays)
        self._edit = edit

    def note(self, name: str, *values: Value) -> None:
        for value in values:
            self._edit(name, value.data)
