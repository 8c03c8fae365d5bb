"""Formats columns of numbers and words as lines of text, many rows at a time.

Every character of a line has a row of its own in a table of bytes, [characters, rows], 0 where a shorter number has
none; read column by column without the zeros, that table is the text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BLOCK = 8192  # rows a table: it stays within the cache


def numbers(values: np.ndarray) -> np.ndarray:
    """[D, N] uint8 decimal digits of whole numbers [N], D those of the largest; a negative one has none."""
    largest = int(values.max(initial=0))
    digits = np.empty((len(str(largest)), len(values)), np.uint8)
    rest = np.maximum(values, 0).astype(np.uint32 if largest < 2**32 else np.uint64)
    for digit in digits[::-1]:
        tens = rest // 10
        np.add(rest - 10 * tens, ord("0"), out=digit, casting="unsafe")
        digit *= rest > 0
        rest = tens
    digits[-1, values == 0] = ord("0")
    return digits


def values(column: np.ndarray) -> np.ndarray:
    """[W, N] uint8 characters of numbers [N]: whole ones as digits, others so that reading them gives the same."""
    if column.dtype.kind in "iub" and column.min(initial=0) >= 0:
        return numbers(column)
    text = column.astype(bytes)
    return np.ascontiguousarray(text.view(np.uint8).reshape(len(column), text.itemsize).T)


def words(table: Sequence[str], index: np.ndarray) -> np.ndarray:
    """[W, N] uint8 letters of table[index], W those of the longest word; index: [N]."""
    letters = np.array([word.encode() for word in table], bytes)
    return np.ascontiguousarray(letters.view(np.uint8).reshape(len(table), -1).T)[:, index]


def lines(parts: Sequence[np.ndarray | str]) -> bytes:
    """Returns the text of N rows whose parts are [D, N] characters, or the same word in every row."""
    count = next(part.shape[1] for part in parts if not isinstance(part, str))
    filled = [words([part], np.zeros(count, np.int64)) if isinstance(part, str) else part for part in parts]
    table = np.concatenate(filled).T.ravel()
    return table[table > 0].tobytes()
