"""How colors look to people with a color vision deficiency, and how far apart two colors look."""

from __future__ import annotations

import numpy as np

# Complete protanopia, deuteranopia and tritanopia, for linear RGB: Machado, Oliveira and Fernandes, "A physiologically-
# based model for simulation of color vision deficiency", IEEE TVCG 15(6), 2009
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colors: np.ndarray, deficiency: str = "none") -> np.ndarray:
    """Returns colors as they look, in CIE L*a*b* with white D65: [..., 3] 0..255 -> [..., 3]."""
    tone = np.asarray(colors, float) / 255
    linear = np.where(tone <= 0.04045, tone / 12.92, ((tone + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ DEFICIENCIES[deficiency].T, 0, 1)
    share = seen @ _XYZ.T / _XYZ.sum(axis=1)
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def differences(colors: np.ndarray, deficiency: str = "none") -> np.ndarray:
    """Returns the distances of all pairs of colors [N, 3] in CIE L*a*b* (CIE76): [N, N]; 2.3 is barely seen."""
    seen = lab(colors, deficiency)
    return np.linalg.norm(seen[:, None] - seen[None], axis=-1)
