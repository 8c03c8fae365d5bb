"""The launchers of the kernels of a CUDA text, written after it: NAME_launch(count, cells, grid, block, reverse).

Only a kernel with a barrier, in itself or in what it calls, needs a fiber for each thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

WAITS = re.compile(r"\b(__syncthreads|__syncwarp|__\w+_sync)\b")
ENTRY = """static void {name}_host(const long long* count, const long long* cells) {{
  {name}(count, *(const {name}_cells*)cells);
}}
extern "C" const char* {name}_launch(
    const long long* count, const long long* cells, int grid, int block, int reverse) {{
  return host::launch({{{name}_host, count, cells}}, {waits}, grid, block, reverse);
}}
"""


def entries(text: str) -> str:
    """Prints a launcher for each kernel `void NAME(const long long* count, const NAME_cells cells)` of a text."""
    functions = dict(_functions(text))
    kernels = [name for name, (head, _) in functions.items() if "__global__" in head]
    waiting = _waiting({name: body for name, (_, body) in functions.items()})
    return "\n".join(ENTRY.format(name=name, waits=str(name in waiting).lower()) for name in kernels)


def _functions(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yields (name, (head, body)) of each function defined in C."""
    plain = re.sub(r"//.*|^\s*#.*|__launch_bounds__\s*\([^)]*\)", "", text, flags=re.MULTILINE)
    for head, body in _blocks(plain):
        declared = re.search(r"(\w+)\s*\([^()]*\)\s*$", head.rpartition(";")[2])
        if declared:
            yield declared[1], (head.rpartition(";")[2], body)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yields the text before each outermost pair of braces, and the text in it."""
    depth, end, opened = 0, 0, 0
    for brace in re.finditer(r"[{}]", text):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            opened = brace.start()
        elif depth == 0:
            yield text[end:opened], text[opened : brace.end()]
            end = brace.end()


def _waiting(bodies: Mapping[str, str]) -> set[str]:
    """Returns the functions that wait, or call one that does; each stands after those it calls."""
    waiting: set[str] = set()
    for name, body in bodies.items():
        if WAITS.search(body) or waiting.intersection(re.findall(r"\w+", body)):
            waiting.add(name)
    return waiting
