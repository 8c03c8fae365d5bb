"""Checks of what the hooks of a strategy return, where a wrong array would be found late or never."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.backends.genome_arrays import rows, rows_beyond
from alife.config.source_lines import explained, place_of, place_of_error
from alife.errors import LocatedError, UserError


def call(strategy: object, hook: str, *given: Any) -> Any:
    """Returns what a hook returns. Raises LocatedError, at the user's own line, for what it raises."""
    try:
        return getattr(strategy, hook)(*given)
    except UserError:
        raise
    except Exception as error:
        trace = error.__traceback__
        unreached = trace is not None and trace.tb_next is None  # it takes other arguments
        place = place_of(type(strategy), hook) if unreached else place_of_error(error)
        if not place:
            raise  # a fault of the project's own code
        name = f"{type(strategy).__name__}.{hook}"
        raise LocatedError(f"{place}: {name}: expected a result, got {explained(error)}; correct it") from error


def check_state(strategy: object, hook: str, state: object, base: type) -> None:
    """Checks that a hook returned a State. Raises LocatedError."""
    if not isinstance(state, base):
        got = "None" if state is None else f"a {type(state).__name__}"
        raise LocatedError(
            f"{place_of(type(strategy), hook)}: {type(strategy).__name__}.{hook}: expected a State derived from "
            f"{base.__name__}, got {got}; write return State(...)"
        )
    for name, value in vars(state).items():
        if not hasattr(value, "dtype") or np.dtype(value.dtype).kind not in "biuf":
            got = f"an array of {value.dtype}" if hasattr(value, "dtype") else f"a {type(value).__name__}"
            raise LocatedError(
                f"{place_of(type(strategy), hook)}: {type(strategy).__name__}.{hook}: expected arrays of numbers in "
                f"its State, which checkpoints keep, got {got} as {name}; write np.array(...)"
            )


def check_genomes(strategy: Any, genomes: Any, count: int, genes: int, kind: np.dtype) -> None:
    """Checks the genomes that `ask` returned; [N, G] finite ones are expected. kind: dtype that brains keep genes in.

    Raises:
        UserError: they are of another form, or a gene is more than a brain can hold.
    """
    _check_form(strategy, genomes, count, genes)
    beyond = rows_beyond(genomes, float(np.finfo(kind).max))
    if len(beyond):
        genome = rows(genomes, beyond[:1])[0]
        value = genome[~(np.abs(genome) <= np.finfo(kind).max)][0]
        unbounded = getattr(strategy.params, "bounded", True) is False
        raise UserError(
            f"{type(strategy).__name__}.ask: expected finite genes that {kind} can hold, got {value} in genome "
            f"{beyond[0]}; {'write strategy: {bounded: true}, or smaller rates' if unbounded else 'correct it'}"
        )


def _check_form(strategy: object, genomes: Any, count: int, genes: int) -> None:
    shape = getattr(genomes, "shape", None)
    if (
        shape is not None
        and tuple(shape) == (count, genes)
        and (not isinstance(genomes, np.ndarray) or genomes.dtype.kind == "f")
    ):
        return
    got = "None" if genomes is None else f"a {type(genomes).__name__}"
    got = got if shape is None else f"an array of {genomes.dtype} and shape {tuple(shape)}"
    raise LocatedError(
        f"{place_of(type(strategy), 'ask')}: {type(strategy).__name__}.ask: expected genomes, an array of float32 and "
        f"shape ({count}, {genes}), got {got}; write return genomes"
    )
