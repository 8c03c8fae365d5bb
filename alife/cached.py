"""`cached_property` without a lock.

That of Python 3.11 holds one lock for all instances while it computes. A process that is forked while another thread
computes waits for that lock for ever; later versions of Python have none. Two threads may compute a value twice, so it
must be a pure function of the instance.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property as cached_property
else:

    class cached_property:  # noqa: N801 (the name of the one it stands for)
        """A method whose result is kept in the instance under its own name."""

        def __init__(self, function: Any) -> None:
            self._function, self.__doc__ = function, function.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            if self._name not in vars(instance):
                vars(instance)[self._name] = self._function(instance)
            return vars(instance)[self._name]
