"""Evolve many runs at once, to their ends: islands, sweeps, and sweeps of islands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from alife.config import Config, dump_config
from alife.engine.choice import choose
from alife.experiment import check_same
from alife.files import write_whole
from alife.interruption import Interruption
from alife.islands.colony import Colony, Hosts
from alife.islands.here import Here
from alife.islands.members import Member, members
from alife.islands.on_ray import OnRay
from alife.islands.results import copy_champions, write_metrics, write_table
from alife.records.folder import RunFolder, check_unused, lock
from alife.registry import UserError

NO_RAY = "none"  # as an address: one after the other, in this process


def evolve_islands(
    configs: Sequence[Config],
    out: str | Path,
    address: str | None = None,
    made: Sequence[Sequence[str]] = (),
    resume: bool = False,
    progress: Callable[[Colony], None] | None = None,
) -> Colony:
    """Run configurations with all their islands to the end, each run in a folder below `out`.

    Args:
        configs: one, with its islands; or those of a sweep.
        out: the folder; every host must find it under the same name.
        address: of a Ray cluster; None starts Ray on this machine, "none" does without.
        made: the assignments that made each configuration of a sweep; empty: no sweep.
        resume: continue what is in `out`.
        progress: called after every look at what came back.

    Returns:
        The colony, ended.

    Raises:
        UserError: the input is wrong; nothing was created or overwritten.
        KeyboardInterrupt: SIGINT or SIGTERM came; every run was saved first.
    """
    root = Path(out).resolve()
    crowd = members(configs, bool(made))
    _check_root(root, configs[0], made, resume)
    hosts = _hosts(address, len(crowd), configs[0])
    try:
        _begin(root, configs[0], made)
        with lock(root), Interruption() as interruption:
            colony = Colony(crowd, root, hosts)
            colony.live(lambda: interruption.asked, progress)
            colony.close()
    finally:
        hosts.close()
    _write(root, crowd, made or [[]], colony)
    if interruption.asked:
        raise KeyboardInterrupt
    return colony


def _hosts(address: str | None, count: int, config: Config) -> Hosts:
    if address == NO_RAY:
        return Here(config.run.threads)
    threads = config.run.threads or max(1, (os.cpu_count() or 1) // count)
    return OnRay(address, count, threads, choose(config.run.backend) == "gpu")


def _check_root(root: Path, config: Config, made: Sequence[Sequence[str]], resume: bool) -> None:
    """A new colony needs an unused folder, a continued one the configuration it began with. Raises UserError."""
    if not resume:
        check_unused(root)
        return
    began = RunFolder(root).load_config()
    if not RunFolder(root).colony.is_file():
        raise UserError(f"--resume: expected islands or a sweep in {root}, came a single run; leave out --islands")
    before = json.loads(RunFolder(root).colony.read_bytes())["sweep"]
    if before != [list(lines) for lines in made]:
        raise UserError(f"--resume: --sweep: {root} began with other values; write the same again")
    check_same(config, began, root)


def _begin(root: Path, config: Config, made: Sequence[Sequence[str]]) -> None:
    RunFolder(root).begin(config, config.run.backend)
    facts = {"sweep": [list(lines) for lines in made], "config": dump_config(config)}
    write_whole(RunFolder(root).colony, [json.dumps(facts, indent=2).encode(), b"\n"])


def _write(root: Path, crowd: Sequence[Member], made: Sequence[Sequence[str]], colony: Colony) -> None:
    write_table(root, crowd, made, colony.results)
    write_metrics(root, crowd)
    copy_champions(root, crowd)
