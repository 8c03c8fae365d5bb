"""Brains: one file for each network. `make_brain` finds one by its name; all other rooms use it as a `Brain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.backends.cpu.threads import default_threads
from alife.backends.select import choose
from alife.brains.brain import Brain, padded
from alife.brains.shared.network import Network, WidthParams
from alife.config.params import Params, parse_params
from alife.config.registry import find, find_params, names
from alife.errors import UserError

__all__ = ["Brain", "compared_networks", "make_brain", "padded"]


def make_brain(
    spec: str | Mapping[str, Any] | Params,
    num_observations: int,
    num_actions: int,
    backend: str = "cpu",
    threads: int = 1,
) -> Brain:
    """Makes a brain from its specification.

    Args:
        spec: a name such as "wht", {"name": "wht", ...Params}, or the Params of a network, `wht.Params(width=64)`.
        num_observations: I, at least 1.
        num_actions: O, at least 1.
        backend: "cpu", "gpu" or "auto": where `step` computes; never changes a result.
        threads: of the CPU; 0: all cores. Never changes a result.

    Raises:
        UserError: an unknown name, a wrong parameter, or sizes that do not fit each other.
    """
    spec = {"name": spec} if isinstance(spec, str) else spec
    if not isinstance(spec, Params | Mapping):
        raise UserError(f'brain: expected a name, a dict or Params, got {spec!r}; write {{"name": "wht"}}')
    for what, size in (("num_observations", num_observations), ("num_actions", num_actions)):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise UserError(f"{what}: expected a whole number of at least 1, got {size!r}")
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 0:
        raise UserError(f"threads: expected a whole number from 0 on, got {threads!r}; write threads=0 for all cores")
    num_observations, num_actions = int(num_observations), int(num_actions)
    if isinstance(spec, Params):
        name, params = type(spec).__module__.rpartition(".")[2], spec
    else:
        name = str(spec.get("name", "wht"))
        values = {key: value for key, value in spec.items() if key != "name"}
        params = parse_params(find_params("brains", name), values, "brain")
    assert isinstance(params, WidthParams)
    network = _network(find("brains", name), params, num_observations, num_actions)
    return Brain(network, threads or default_threads(), choose(backend))


def compared_networks() -> list[str]:
    """The names of the brains whose networks differ, for comparisons of networks."""
    return [name for name in names("brains") if find("brains", name).compared]


KEPT = 64  # networks, whose programs are kept as well
_networks: dict[tuple[type[Network], str, int, int], Network] = {}


def _network(kind: type[Network], params: WidthParams, num_observations: int, num_actions: int) -> Network:
    """Returns a network, the same for equal Params and sizes, so that brains of many lives share one program."""
    key = kind, params.model_dump_json(), num_observations, num_actions
    if key not in _networks:
        if len(_networks) == KEPT:
            del _networks[next(iter(_networks))]
        _networks[key] = kind(params, num_observations, num_actions)
    return _networks[key]
