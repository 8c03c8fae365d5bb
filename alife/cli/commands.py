"""The command line: live, evolve, inspect, export, bench, study, list, schema, docs, test.

Each command imports what it needs when it runs, so that --help is instant and no command but `live` loads a window.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from alife.cli.exit_status import Interrupted, exit_status
from alife.cli.json_object import alone_on_stdout
from alife.cli.warned import show_in_one_line
from alife.config import imports
from alife.config.docstrings import doc_of
from alife.errors import UserError
from alife.interrupt import end_on_sigterm

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Artificial life with small evolved brains.")


def _forbid(wanted: bool) -> bool:
    if wanted:
        imports.forbid()
    return wanted


def _silence(wanted: bool) -> bool:
    if wanted:
        imports.silence()
    return wanted


Backend = Annotated[str | None, typer.Option(help="auto, cpu or gpu, instead of the configuration's.", metavar="NAME")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Change one key: --set seed=2", metavar="KEY=VALUE")]
Checked = Annotated[
    bool, typer.Option("--checked", help="Check every index of the world's laws in all steps, which is slower.")
]
NoImport = Annotated[
    bool,
    typer.Option(
        "--no-import",
        callback=_forbid,
        is_eager=True,
        help="Import no code of others: the current folder, entry points, module:Env-v0.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", callback=_silence, help="Print nothing on standard error.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _version(wanted: bool) -> None:
    import alife

    if wanted:
        print(f"alife {alife.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Artificial life with small evolved brains."""


@app.command()
def live(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[CONFIG|WORLD|RUN|GENOME]", help="What to watch; none: a page to choose from opens."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Record the run of a shared world in this new folder.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on in the folder of the run, not in memory.")] = False,
    backend: Backend = None,
    set_: Set = None,
    checked: Checked = False,
    no_import: NoImport = False,
    frames: Annotated[int | None, typer.Option(min=1, help="Close after this many frames.")] = None,
    screenshot: Annotated[Path | None, typer.Option(help="Save the last frame as PNG.")] = None,
    record: Annotated[Path | None, typer.Option(help="Save the frames as MP4 or GIF.")] = None,
    panels: Annotated[bool, typer.Option("--panels/--no-panels", help="Show more than the world.")] = True,
    follow: Annotated[bool, typer.Option("--follow", help="Follow an agent.")] = False,
    legend: Annotated[bool, typer.Option("--legend", help="Show what the colors mean.")] = False,
    size: Annotated[
        str | None, typer.Option(help="Size of the window in pixels; none: as fits.", metavar="WIDTHxHEIGHT")
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help="Size of text and buttons, from 1 to 4; none: as fits.", metavar="NUMBER")
    ] = None,
) -> None:
    """Watch a world in a window."""
    from alife.experiment.open import open_target
    from alife.experiment.records.run_folder import RunFolder
    from alife.experiment.replay import Replay
    from alife.experiment.run import Run
    from alife.viewer.draw.display import parse_scale, parse_size
    from alife.viewer.watch import Options, watch

    def opened(target: str) -> Run | Replay:
        RunFolder(Path(target)).check_single()
        first = target == what and not begun
        begun.append(target)
        return open_target(target, backend, set_ or [], checked, out if first else None, resume and first)

    begun: list[str] = []  # what was opened so far: only the first is recorded

    pixels = parse_size(size) if size is not None else None
    factor = parse_scale(scale) if scale is not None else None
    if what is None and (out is not None or resume):
        raise UserError(
            "live: expected what to record, got --out or --resume without it; write live meadow --out runs/a"
        )
    if what is None and record is not None:
        raise UserError("live: expected what to record, got --record without it; write live meadow --record x.mp4")
    watch(what, opened, Options(frames, screenshot, record, pixels, factor, panels, follow, legend))


@app.command()
def evolve(
    config: Annotated[
        str,
        typer.Argument(
            metavar="TASK", help="A YAML file, a name in configs/, a world, or an environment: module:Env-v0."
        ),
    ],
    budget: Annotated[
        str | None,
        typer.Option(help="Time of the search, such as 90s, 10m or 1h30m, in place of generations.", metavar="TIME"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run folder; default runs/TASK-DATE-SEED.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out, or the newest one.")] = False,
    backend: Backend = None,
    threads: Annotated[int | None, typer.Option(min=0, max=1024, help="Threads of the CPU; 0: all cores.")] = None,
    set_: Set = None,
    checked: Checked = False,
    no_import: NoImport = False,
    quiet: Quiet = False,
    as_json: Json = False,
    islands: Annotated[int | None, typer.Option(min=1, help="Number of populations that exchange genomes.")] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(help="A run for each of these values: --sweep seed=1..5", metavar="KEY=VALUES")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Ray cluster for islands and sweeps; none: without Ray.", metavar="HOST:PORT")
    ] = None,
) -> None:
    """Evolve without a window."""
    from alife.cli.evolve import EvolveOptions
    from alife.cli.evolve import evolve as evolve_from

    evolve_from(
        EvolveOptions(
            config=config,
            budget=budget,
            out=out,
            resume=resume,
            backend=backend,
            threads=threads,
            assignments=set_ or [],
            checked=checked,
            quiet=quiet,
            islands=islands,
            sweep=sweep or [],
            address=address,
            as_json=as_json,
        )
    )


@app.command()
def inspect(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="GENOME|RUN|SWEEP|FOLDER [GENOME]",
            help="What to explain: a genome, a run, a sweep over seeds, a folder of genomes; two are compared.",
        ),
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(help="These instruments alone, long ones too; list instruments shows all.", metavar="NAME,..."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a parameter: --set fresh.episodes=500", metavar="INSTRUMENT.KEY=VALUE"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a page, REPORT.html.")] = None,
    no_import: NoImport = False,
    as_json: Json = False,
) -> None:
    """Explain what evolved."""
    from alife.cli.inspect import inspect as inspect_paths

    inspect_paths([Path(one) for one in what], only or [], set_ or [], out, as_json)


@app.command()
def export(
    what: Annotated[str, typer.Argument(metavar="GENOME|RUN", help="A genome, or a run: its last champion.")],
    to: Annotated[str, typer.Option(help="numpy, json, c or onnx.", metavar="FORMAT")],
    out: Annotated[Path | None, typer.Option(help="Write this file instead of standard output.")] = None,
    no_import: NoImport = False,
) -> None:
    """Write a champion as NumPy, C, JSON or ONNX.

    The file needs nothing of this package.
    """
    from alife.analysis.export.export import exported_text
    from alife.experiment.records.run_folder import RunFolder

    RunFolder(Path(what)).check_single()
    with alone_on_stdout(True):
        text = exported_text(what, to, out)
    sys.stdout.write(text)


@app.command()
def bench(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="brain, world, evolve, peers, window, kernels, islands, or all; or files of results.",
        ),
    ],
    backend: Backend = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else, and keep it in benchmarks/.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option(help="Also write the figures into this page, such as docs/benchmarks.md.")
    ] = None,
) -> None:
    """Measure speed, or show results of before.

    Each figure stands beside its limit or its peer: bench brain, bench benchmarks/*.json.
    """
    from alife.cli.bench import bench as measure

    measure(what, backend or "auto", as_json, page)


@app.command()
def study(
    what: Annotated[str, typer.Argument(metavar="NAME", help="What list studies shows.")],
    out: Annotated[Path | None, typer.Option(help="The folder of its runs; continued where it exists.")] = None,
    page: Annotated[Path | None, typer.Option(help="The page, NAME.md in that folder by default.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few and short runs, to see that it works.")] = False,
    seeds: Annotated[int | None, typer.Option(min=1, help="Runs of each kind.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Change one of its Params: --set seeds=3", metavar="KEY=VALUE")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Images of a study that learns from data: MNIST as .npz.", metavar="FILE")
    ] = None,
    address: Annotated[str | None, typer.Option(help="Ray cluster; none: without Ray.", metavar="HOST:PORT")] = None,
    no_import: NoImport = False,
    quiet: Quiet = False,
) -> None:
    """Answer a question by many runs.

    Or by computations; a study that was interrupted goes on.
    """
    from alife.cli.study import run
    from alife.config import registry
    from alife.config.construct import construct
    from alife.config.params import validate
    from alife.config.yaml_source import parse

    given = parse(f"quick: {'true' if quick else 'false'}", "--set")
    options = [*([f"seeds={seeds}"] if seeds else []), *([f"data={json.dumps(str(data))}"] if data else [])]
    for assignment in [*options, *(set_ or [])]:
        given.override(assignment)
    params = validate(registry.find_params("studies", what), given.values, given, ())
    root = out or Path("runs") / f"study-{what}{'-quick' if quick else ''}"
    target = page or root / f"{what}.md"
    where = address or ("none" if given.values["quick"] else None)  # a smoke test starts no Ray of its own
    try:
        run(what, construct("studies", registry.find("studies", what), params), root, target, where, quiet)
    except KeyboardInterrupt:
        print("alife: interrupted; the same command continues", file=sys.stderr)
        raise Interrupted from None
    print(target)


@app.command("list")
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="worlds, brains, strategies, instruments, studies, configs, or genomes."),
    ] = None,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them: its text, parameters, sensors, columns.")
    ] = None,
    no_import: NoImport = False,
    as_json: Json = False,
) -> None:
    """List what there is, or describe one entry.

    Such as list worlds, and list worlds meadow.
    """
    from alife.cli.listing import listing
    from alife.config.registry import KINDS
    from alife.experiment.descriptions import described

    if kind is None:
        raise UserError(f"list: expected one of {', '.join(KINDS)}, got nothing; write list worlds")
    if name is not None:
        from alife.cli.entry import entry, shown

        with alone_on_stdout(as_json):
            found = entry(kind, name)
        print(json.dumps(found) if as_json else shown(found))
        return
    entries = described(kind)
    print(json.dumps(entries) if as_json else listing(entries))


@app.command()
def schema(no_import: NoImport = False) -> None:
    """Print the JSON Schema of the YAML files, for editors."""
    from alife.config.json_schema import schema as json_schema

    print(json.dumps(json_schema(), indent=2))


@app.command()
def docs(
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Draw the worlds and measure the genomes again, too, in minutes.")
    ] = False,
) -> None:
    """Write the pages that come from the code.

    They describe parameters, records, worlds, genomes and studies, and lie in docs/ and genomes/.
    """
    from alife.analysis.documentation.pages import write_pages

    for path in write_pages(pictures):
        print(os.path.relpath(path))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests of a clone, on all cores.

    Further arguments go to pytest, such as -n0: on one core.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests").is_dir():
        raise UserError("test: expected a clone of the project, got an installed package, which has no tests folder")
    spread = ["-nauto", "--dist=worksteal"] if importlib.util.find_spec("xdist") else []
    raise typer.Exit(subprocess.call([sys.executable, "-m", "pytest", *spread, *context.args], cwd=root))


if sys.flags.optimize > 1:  # Python has dropped the docstrings that are the commands' help
    for _command in app.registered_commands:
        _command.help = doc_of(_command.callback)


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line; returns the exit status."""
    return exit_status(lambda: _typed(arguments))


def _typed(arguments: Sequence[str]) -> object:
    """Lets typer carry out one command line; returns what it returns."""
    with imports.as_before():
        return typer.main.get_command(app).main(list(arguments) or ["--help"], "alife", standalone_mode=False)


def main() -> None:
    """Carries out the command line of this process."""
    end_on_sigterm()
    show_in_one_line()
    sys.exit(run(sys.argv[1:]))
