"""Objects in which a step may keep nothing, as it runs once for each engine and not once for each step of an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from alife.errors import UserError

_running: ContextVar[object] = ContextVar("running", default=None)


class Unchanging:
    """Base of objects whose attributes must not be set while one of their methods runs as a step."""

    def __setattr__(self, name: str, value: object) -> None:
        """Sets an attribute. Raises UserError while a step of this object runs."""
        if _running.get() is self:
            raise UserError(
                f"expected a step that keeps nothing in Python, got self.{name} = ...; write "
                f'o.store(o.state("{name}", o.width), value), which each agent keeps from step to step'
            )
        super().__setattr__(name, value)


@contextmanager
def keeping_nothing(step: Callable[..., Any]) -> Iterator[None]:
    """Refuses attributes that are set in the object of this method meanwhile."""
    token = _running.set(getattr(step, "__self__", None))
    try:
        yield
    finally:
        _running.reset(token)
