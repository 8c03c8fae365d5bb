"""HTML of runs, genomes and brains for notebooks: their classes ask for it here, and `alife.analysis` draws it.

Rooms below `analysis` must not import it; so `alife/__init__.py` names the function for each class, and the module of
that function is imported when a notebook asks for the first time.
"""

from __future__ import annotations

import importlib

renderers: dict[str, str] = {}  # name of a class -> "module:function", which takes an instance and returns HTML


class Rendered:
    """Base of classes that a notebook shows as HTML."""

    def _repr_html_(self) -> str | None:
        """Returns HTML without scripts and links; None if there is no renderer, so that a notebook shows the repr."""
        for kind in type(self).__mro__:
            if kind.__name__ in renderers:
                module, _, function = renderers[kind.__name__].partition(":")
                drawn: str = getattr(importlib.import_module(module), function)(self)
                return drawn
        return None
