"""Objects that hold native code or addresses of memory: a copy would work on the memory of the original."""

from __future__ import annotations

from typing import Any, NoReturn, SupportsIndex


class NativeMemory:
    """Base of objects that refuse to be copied and pickled. Subclasses that can be made anew say how they are."""

    def __copy__(self) -> NoReturn:
        self._refuse()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        self._refuse()

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        self._refuse()

    def _refuse(self) -> NoReturn:
        """Raises TypeError, as Python does for what cannot be copied."""
        raise TypeError(
            f"{type(self).__name__}: expected values to copy or pickle, got native code and its memory; copy the "
            "configuration and `state()`, or make another one"
        )
