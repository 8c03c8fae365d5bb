"""docs/window.md: start page, keys, films, the inside of an agent, colors, and the legend of each world's picture."""

from __future__ import annotations

from collections.abc import Iterator

from alife.analysis.documentation.reference import WRITTEN
from alife.analysis.markdown import code, table
from alife.config import registry
from alife.errors import UserError
from alife.viewer.catalog import RUNS
from alife.viewer.clades import BANDS
from alife.viewer.coloring.species import GENES, SHARE
from alife.viewer.draw.agents import CROWD
from alife.viewer.draw.film import FRAMES_PER_SECOND, GIF_COLORS, GIF_WIDTH
from alife.viewer.draw.trails import FRAMES, MOST
from alife.viewer.inside.witness import WRITES
from alife.viewer.keys import EPISODE_KEYS, MOUSE, SHARED_KEYS, Key
from alife.viewer.sheets.base import SHEET_KEYS
from alife.viewer.speed import BUDGET
from alife.world import Mark, World

ANIMATION = (
    "python run.py live genomes/meadow.safetensors --size 1280x800 --scale 1.5 --legend --frames 240 "
    "--record docs/meadow.gif"
)
HEAD = f"""# The window

{WRITTEN}
`python run.py live meadow` opens a window on a world, a run or a genome. What it shows never changes a result: a run is
the same, to the last bit, with its window open or closed.

## Start page

`python run.py live` opens a page to choose from: configurations, worlds, genomes, and runs with the newest first, each
with the line that `list` prints. Listed are the files that are shipped, those in `configs/`, `worlds/` and `genomes/`
of the current folder, YAML files of a world and genomes in the folder itself, and runs there and in `runs/`, up to
{RUNS}. What is typed finds rows by all its words, in names and descriptions. What does not open is said below the list.
From a window that was opened here, esc goes back. F2 shows the list over any window; what is chosen takes its place.
Nothing is imported before it is chosen. The options `--set`, `--backend` and `--checked` hold for all that is opened.

## Keys and mouse

Buttons, the help page (h) and this table are made from one table, `alife/viewer/keys.py`. A key that has nothing to do
in a world is left out there.
"""
TIME = f"""## Time

The slider and `+`, `-` set the speed from 1 step in 16 frames to 32 steps a frame; `z` goes as fast as it can, with
{BUDGET * 1000:g} ms of each frame for steps, and back. The panel shows the true rate, steps and frames a second. `n`
runs to a step and pauses there, or goes back to it. [steering.md](steering.md) has savepoints, events and how runs are
recorded (`live --out`, `--resume`).
"""
CLADES = f"""## Clades through time

F4 shows below the graph how the living are divided among clades, the descendants of one founder each: stacked shares
on the graph's axis of steps, with its events, as in a Muller plot (Muller 1932) whose clades do not nest. Clades are
in the order of their founders' ids. Those that have colors in the coloring by clade have the same here; up to
{BANDS} are told apart, the others being gray. A click on a clade shows its living members in the world, and all others
dim, in any coloring; a click again, or esc, ends that. At the pointer stand the founder, since when there is the clade,
its living members, and those of that step. An agent that is placed from outside founds a clade. The counts are taken
with the graph's points, so that they reach back as far, and going back cuts them as well.
"""
LISTS = """Of a list that is open over the world, such as that of metrics, or of the start page:
"""
RECORDING = f"""## Films and pictures

F9 starts a film (MP4) in the current folder and stops it, F8 a GIF; `--record x.mp4` makes one of all frames, `x.gif`
of every third, at most {GIF_WIDTH} pixels wide. `s` saves a screenshot; `--frames 300 --screenshot x.png` the last of
300 frames, also where there is no display. Each says where the file went. Films by key are named by the step, and
replace no file. A film plays {FRAMES_PER_SECOND} of the frames that were drawn a second: at one step a frame it runs
evenly, however slow the machine is. It keeps the size that the window had when it began. All pictures of
{GIF_COLORS} seconds of a GIF share 256 colors.

F10, or `--no-panels`, leaves nothing but the world; a film then shows that. `--legend` shows the legend. `--follow`
keeps an agent in the middle, and after its death the one nearest to it; `f` follows the selected one. Films and
screenshots show neither the line of status nor the red mark of recording. The animation of the README is made by the
second command.

```
python run.py live genomes/meadow.safetensors --no-panels --follow --frames 600 --record meadow.mp4
{ANIMATION}
```
"""
INSIDE = f"""## Inside an agent

The panel shows the selected agent: its columns, what it senses and does, its memories, its genome, and the values that
its brain names in a step. The pointer over a value, a petal, a strip or a gene says it in numbers. Where the step was
seen, all values are those with which the agent acted, to the last bit: the window looks at its state before each step.
Right after an agent was selected the memory may have changed since, and the graph of the network says so.
Senses and actions are in no checkpoint: after going back to one they are known after the next step.

Senses of a world's fields of view, and others that name the same directions, are a rose around a body that faces up: a
petal for each kind, as long as its value, an outline where that is below 0. Other senses are bars.

The tint of senses is their saliency for the strongest action, that of the largest raw output: the derivative of the raw
output in each sense, through all that the brain computes in the step, times the range of the sense; so it is how far
the action would go if the sense went through its range and the slope stayed as it is now. Clay moves it up, blue down,
the deeper, relative to the largest. Switches, bits of keys, what memories hold and lanes from the step before are
fixed in it. It is computed of the selected agent alone, up to 4 times a second, and in every step where the run is
paused. Where units round what they get, a small change of a sense changes no action, and the panel says that the tint
does not apply; so it does where nothing that leads to the action is switched on, or senses are too many.

Of each memory the last write and read are shown, and how exactly the last {WRITES} writes can be recalled: measured
from the weights that it holds now, beside the law of independent keys, by the number of later writes (the law is
derived in `alife/brains/memory/recall_law.py`). Of an agent that was selected in the middle of its life the law takes
the memory as full before. Keys of the form `vector` have no names, so of these errors are not known.

The genome is beside that of the parent, also after its death: the window keeps the genomes of those who get children
while it is open, and looks for others in savepoints and in the last checkpoints of the run's folder; if none has it, it
says so. In episodes it is beside the best genome of the generation before.

F3 shows the network as a graph, from the input lanes at the top to the output lanes. A unit is a bar: up where its
switch is at 0 or above, down where it is below, longer and deeper in color the more it passes on, hollow where its
slope turns the sign. What connects two rows is pale: a butterfly for a transform, single lines where a unit has few
inputs, else a band. Over that are the ways that add most to one action, in clay, or take most from it, in blue: with
the switches as they are, a brain of switches or ReLUs is one weighted sum, and what goes through each connection is a
part of it. The action is the strongest one, or that which is clicked. Smooth units have no switches, and their ways
hold at this moment alone; through units that round there is none. A network without layers is shown as the values that
it names.
"""
COLORS = f"""## Colors of agents

`c` goes through the ways to color agents that apply, shift and `c` back; the legend (`l`) says what the colors mean,
with range and unit. A range without a fixed end follows the living, and says "or more".

| colors | where | what they show |
| --- | --- | --- |
| the world's own | everywhere | what the world's file paints, see below |
| a column | where the world declares `shades` | see below |
| age | shared worlds | steps since birth |
| clade | shared worlds | the founder that an agent descends from; the seven largest clades have colors |
| species | shared worlds | genomes near each other, of one clade or several |
| action | shared worlds and arenas, up to four actuators | the value of one action in the last step |
| memory load | shared worlds and arenas, brains with a memory | root mean square of the numbers in the memory |
| density | shared worlds | agents in a square, of a size that holds four on average |

A species is known by its first genome. A genome whose root mean square difference to those of all species is at least
{SHARE:g} of that of two random genomes founds a new one. Up to {GENES} genes, evenly chosen, are compared. Species and
memory loads are found for some agents in each frame, so that they never hold up the picture: agents are gray until
their turn has come.

Palettes are made for all eyes. Ramps rise in lightness from end to end, so that they also read in gray; the circle of
hues passes dark, yellow, light and blue; groups have the colors of Okabe and Ito (2008). Tests simulate protanopia,
deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009) and hold all pairs of colors apart.

`t` shows trails: dots where agents were in the last {FRAMES} frames, where up to {MOST:,} are in view, and a line of
the way of the selected agent. `v` shows what the selected agent sees: a sector is the stronger in color the more its
sensor says. Where more than {CROWD:,} agents are in view, squares show them, the fuller the more there are.
"""


def window_page() -> str:
    """Returns the page."""
    return "\n".join([HEAD, *_keys(), TIME, RECORDING, CLADES, INSIDE, COLORS, *_shades(), *_legends()]).rstrip() + "\n"


def _keys() -> Iterator[str]:
    """Yields the tables of keys and of the mouse."""
    every = dict.fromkeys((*SHARED_KEYS, *EPISODE_KEYS))
    yield from table(("key", "button", "what it does", "where"), ((*_row(key), _where(key)) for key in every))
    yield from table(("mouse", "what it does"), MOUSE)
    yield LISTS
    yield from table(("key", "what it does"), ((code(key.label), key.help) for key in SHEET_KEYS))


def _row(key: Key) -> tuple[str, str, str]:
    return code(key.label), key.button, key.help


def _where(key: Key) -> str:
    if key in SHARED_KEYS and key in EPISODE_KEYS:
        return ""
    return "shared worlds" if key in SHARED_KEYS else "episodes"


def _drawn() -> Iterator[World]:
    """Yields the worlds that can be drawn, with their default parameters."""
    for name in registry.names("worlds"):
        kind = registry.find("worlds", name)
        if kind.has_scene():
            try:
                yield kind(registry.find_params("worlds", name)())
            except UserError:
                continue


def _shades() -> Iterator[str]:
    rows = [
        (world.entry_name(), shade.title, "; ".join((*filter(None, (shade.meaning, *shade.words)),)))
        for world in _drawn()
        for shade in world.shades
    ]
    yield "Columns by which worlds have their agents colored:\n"
    yield from table(("world", "colors", "low and high, meaning"), rows)


def _legends() -> Iterator[str]:
    """Yields a table of each legend; worlds with the same one share it."""
    yield "## Legends\n"
    worlds: dict[tuple[Mark, ...], list[str]] = {}
    for world in _drawn():
        worlds.setdefault(world.legend, []).append(world.entry_name())
    for marks, names in worlds.items():
        yield f"{', '.join(map(code, names))}:\n"
        yield from table(("shape", "color", "meaning"), map(_mark, marks))


def _mark(mark: Mark) -> tuple[str, str, str]:
    ends = dict.fromkeys((mark.colors[0], mark.colors[-1]))
    shades = " to ".join(f"`#{red:02x}{green:02x}{blue:02x}`" for red, green, blue in ends)
    if len(mark.colors) > len(ends) == 1:
        shades += ", around the circle"
    span = f" ({mark.low} to {mark.high})" if mark.low or mark.high else ""
    return mark.shape, shades, mark.meaning + span
