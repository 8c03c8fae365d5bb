"""Images with labels: those of a file as MNIST is handed on, or the digits that ship with scikit-learn."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from alife.atomic_files import is_file
from alife.errors import UserError

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
TEST = 597  # of the 1,797 digits


@dataclass(frozen=True)
class Images:
    """Images as rows of numbers in 0..1, and their labels.

    name: "digits", or that of the file. train: [T, I] float64. train_labels: [T] int64. test: [E, I]. test_labels: [E].
    """

    name: str
    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray

    def drawn(self, train: int, test: int, seed: int) -> Images:
        """Returns at most as many images, drawn by the seed: other ones for each, so that seeds are independent."""
        rng = np.random.default_rng(seed)
        first, second = (rng.permutation(len(each))[:count] for each, count in ((self.train, train), (self.test, test)))
        return Images(
            self.name, self.train[first], self.train_labels[first], self.test[second], self.test_labels[second]
        )


@lru_cache(maxsize=2)
def load_images(data: str | None) -> Images:
    """Returns the images of a file, or the digits of scikit-learn.

    Args:
        data: a file .npz with the arrays train_images and test_images [N, ...], whole numbers 0..255, and train_labels
            and test_labels [N]; None for the digits, of which the last 597 are for tests.

    Raises:
        UserError: the file is missing or another one, or scikit-learn is.
    """
    if data is None:
        images, labels = need_sklearn("datasets").load_digits(return_X_y=True)
        cut = len(images) - TEST
        return Images("digits", images[:cut] / 16, labels[:cut], images[cut:] / 16, labels[cut:])
    if not is_file(Path(data)):
        raise UserError(f"data: expected a file .npz of images, got {data}, and there is none; write --data mnist.npz")
    try:
        with np.load(data, allow_pickle=False) as file:
            arrays = [np.asarray(file[name]) for name in ARRAYS]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise UserError(f"data: expected a file .npz with {', '.join(ARRAYS)}, got {data}, which has none") from None
    _check(arrays, data)
    train, train_labels, test, test_labels = arrays
    train, test = (each.reshape(len(each), -1) / 255 for each in (train, test))
    return Images(Path(data).stem, train, train_labels.astype(np.int64), test, test_labels.astype(np.int64))


def _check(arrays: Sequence[np.ndarray], data: str) -> None:
    """Checks the arrays of a file, in the order of ARRAYS. Raises UserError."""
    train, train_labels, test, test_labels = arrays
    if not all(each.dtype.kind in "biuf" and each.size for each in arrays):
        raise UserError(f"data: expected arrays of numbers, got others, or empty ones, in {data}")
    fits = train.ndim > 1 and train.shape[1:] == test.shape[1:]
    if not fits or train_labels.shape != train.shape[:1] or test_labels.shape != test.shape[:1]:
        raise UserError(f"data: expected a label for each image and images of one size, got others in {data}")
    if train_labels.min() < 0:
        raise UserError(f"data: expected labels from 0 on, got {train_labels.min()} in {data}")


def need_sklearn(module: str) -> Any:
    """Returns a module of scikit-learn. Raises UserError if it is not installed."""
    import importlib

    try:
        return importlib.import_module(f"sklearn.{module}")
    except ImportError:
        raise UserError(
            "study: expected scikit-learn, which trains its networks, got none; write pip install '.[studies]'"
        ) from None
