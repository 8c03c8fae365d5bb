"""Opens what `live` is given: a configuration, a run or a genome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife.atomic_files import WriteError, exists
from alife.config import registry
from alife.config.file_kinds import CONFIG, GENOME, RUN, check_kind, wrong_kind
from alife.config.models import Config
from alife.config.schema import parse_config
from alife.config.task import load_task
from alife.errors import UserError
from alife.experiment.build import brain_spec, make_world, unit
from alife.experiment.evolve import open_run
from alife.experiment.founders import fits
from alife.experiment.records.genome import load_genome
from alife.experiment.records.run_folder import RunFolder, check_unused, check_writable
from alife.experiment.replay import Replay, replay_genome, replay_run
from alife.experiment.run import Run


def open_target(
    what: str,
    backend: str | None,
    overrides: Sequence[str],
    checked: bool = False,
    out: Path | None = None,
    resume: bool = False,
) -> Run | Replay:
    """Opens a run folder, a genome file or a configuration, by path or name; `checked` as of `evolve`.

    A configuration of a shared world that names no founders starts from the genome file of its own name, if one fits
    its brain; one that counts generations starts as `evolve` does, so that its progress can be seen. A name that only a
    genome in genomes/ has is that of the genome; one that only a world has is that of the world with its defaults.

    Args:
        what: a path or name.
        backend: instead of the one that it has.
        overrides: as of --set.
        checked: as of `evolve`.
        out: the folder that records what is lived in a shared world; None: in memory.
        resume: a run goes on in its own folder, instead of in memory.

    Raises:
        UserError: it does not exist or cannot be shown, or not be recorded.
    """
    path = registry.located("genomes", registry.located("configs", Path(what)))
    if len(path.parts) == 1 and not exists(path) and what not in registry.files("configs"):
        path = registry.files("genomes").get(what, path)
    if exists(path) and not registry.hides("configs", path):
        check_kind(path, CONFIG, RUN, GENOME)
    elif len(path.parts) > 1 and not path.suffix:
        raise wrong_kind(path, CONFIG, RUN, GENOME)
    if RunFolder(path).is_run():
        if overrides:
            raise UserError(f"{path}: a run continues as it began; leave out --set")
        if out is not None:
            raise UserError(f"{path}: a run is recorded in its own folder; write --resume in place of --out")
        if resume:
            check_writable(path)
        run = open_run(path, record=resume, backend=backend, checked=checked)
        return replay_run(run) if unit(run.config) == "generation" else run
    if resume:
        raise UserError(f"--resume: expected a run, got {what}; name its folder, or begin one with --out")
    overrides = [*overrides, *["run.checked=true"] * checked]
    if path.suffix == ".safetensors":
        config = genome_config(path, overrides)
        _check_shared(config, out)
        if unit(config) == "generation":
            return replay_genome(config, path)
        return _with(config, backend, out, founders=str(path))
    config = load_task(what, overrides)
    _check_shared(config, out)
    if unit(config) == "generation":
        return replay_run(_with(config, backend))
    shipped = registry.files("genomes").get(config.label)
    if shipped and config.run.founders is None and _fits(shipped, config):
        return _with(config, backend, out, founders=str(shipped))
    return _with(config, backend, out)


def _check_shared(config: Config, out: Path | None) -> None:
    if out is not None and unit(config) == "generation":
        world = config.names["world"]
        raise UserError(
            f"--out: expected a shared world, got {world}, which evolves apart from its picture; use evolve"
        )
    if out is not None:
        check_unused(out)
        try:
            check_writable(out)
        except WriteError as error:
            raise UserError(f"{error}, or name another --out") from None


def _fits(shipped: Path, config: Config) -> bool:
    return fits(load_genome(shipped), brain_spec(config), make_world(config))


def genome_config(path: Path, overrides: Sequence[str]) -> Config:
    """Returns the configuration that a genome evolved under. Raises UserError if its file holds none."""
    text = load_genome(path).meta.get("config")
    if not isinstance(text, str):
        raise UserError(f"{path}: expected a genome that holds its configuration, got one without; watch a CONFIG")
    return parse_config(text, str(path), overrides)


def _with(config: Config, backend: str | None, out: Path | None = None, **changes: Any) -> Run:
    changes |= {"backend": backend} if backend else {}
    return Run(config.model_copy(update={"run": config.run.model_copy(update=changes)}), out)
