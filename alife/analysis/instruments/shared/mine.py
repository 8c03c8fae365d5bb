"""Mutual information of real-valued series by a neural network: MINE, in NumPy.

A network f(x, y) is trained to tell pairs of one step from pairs of two: by Donsker and Varadhan I(X; Y) is at least
E f(x, y) - log E exp f(x, y'), y' of another step, and equal for the best f. Belghazi et al., "Mutual information
neural estimation", ICML 2018, equation 10; the gradient's bias is reduced by a moving average, section 3.2.

Steps are cut into blocks, of which a third trains, a third chooses when to stop, and a third gives the estimate.
Products are summed in one order on one thread: for matrices this small further threads cost more than they save.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alife.backends.cpu.matrices import product

HIDDEN = 32  # units in each of two layers of ReLUs
BATCH = 256
RATE, DECAYS, TINY = 3e-3, (0.9, 0.999), 1e-8  # of Adam: Kingma and Ba, ICLR 2015, algorithm 1
AVERAGE = 0.99  # share that the moving average keeps
BLOCKS = 30  # of steps
EVERY = 50  # updates between two looks at the steps that choose
MOST = 30.0  # of f, so that its exponential stays finite

Rows = tuple[np.ndarray, np.ndarray]


class Critic:
    """The network f: [B, n + m] -> [B], with its gradient and Adam's moments."""

    def __init__(self, inputs: int, draws: np.random.Generator) -> None:
        """Draws the weights (He et al., ICCV 2015). inputs: n + m."""
        sizes = (inputs, HIDDEN, HIDDEN, 1)
        self.weights: list[np.ndarray] = []
        for before, after in zip(sizes[:-1], sizes[1:], strict=True):
            self.weights += [draws.normal(size=(before, after)) * np.sqrt(2 / before), np.zeros(after)]
        self._moments = [[np.zeros_like(w) for w in self.weights] for _ in DECAYS]
        self._updates = 0

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Returns f of rows [B, n + m]: [B]."""
        return self.layers(rows)[-1][:, 0]

    def layers(self, rows: np.ndarray) -> list[np.ndarray]:
        """Returns rows [B, n + m], the outputs of both hidden layers [B, H], and f [B, 1]."""
        layers = [rows]
        for k in range(0, len(self.weights), 2):
            total = product(layers[-1], self.weights[k]) + self.weights[k + 1]
            layers.append(np.maximum(total, 0) if k + 2 < len(self.weights) else total)
        return layers

    def gradients(self, layers: list[np.ndarray], upstream: np.ndarray) -> list[np.ndarray]:
        """Returns the gradient of sum(upstream f) for each array of weights. layers: of B rows. upstream: [B]."""
        flow, found = upstream[:, None], list[np.ndarray]()
        for k in range(len(self.weights) - 2, -1, -2):
            below = layers[k // 2]
            found = [product(below.T, flow), flow.sum(axis=0), *found]
            if k:
                flow = product(flow, self.weights[k].T) * (below > 0)
        return found

    def ascend(self, gradients: list[np.ndarray]) -> None:
        """Takes one step of Adam uphill. gradients: as `gradients` returns them, [n + m, H], [H] and so on."""
        self._updates += 1
        for k, gradient in enumerate(gradients):
            first, second = (moments[k] for moments in self._moments)
            first += (1 - DECAYS[0]) * (gradient - first)
            second += (1 - DECAYS[1]) * (gradient**2 - second)
            mean, square = (m / (1 - d**self._updates) for m, d in zip((first, second), DECAYS, strict=True))
            self.weights[k] = self.weights[k] + RATE * mean / (np.sqrt(square) + TINY)


def mine(x: np.ndarray, y: np.ndarray, updates: int, seed: int = 0) -> float:
    """Estimates I(X; Y) in bits, 0 at least, from T pairs, the steps of a series.

    A lower bound for steps that are independent of each other, up to the error of the sample.

    Args:
        x, y: [T, n] and [T, m], T at least 90; columns are scaled to one variance, constant ones left out.
        updates: steps of Adam.
        seed: of weights and batches.
    """
    draws = np.random.default_rng(seed)
    columns = [_scaled(np.asarray(values, np.float64)) for values in (x, y)]
    if not all(values.shape[1] for values in columns):
        return 0.0
    part = np.arange(len(x)) * BLOCKS // len(x) % 3
    train, choose, test = ((columns[0][part == k], columns[1][part == k]) for k in range(3))
    critic = Critic(sum(values.shape[1] for values in columns), draws)
    best, weights = -np.inf, list(critic.weights)
    for update in _trained(critic, train, updates, draws):
        if update % EVERY == 0 and (bound := _bound(critic, choose)) > best:
            best, weights = bound, list(critic.weights)
    critic.weights = weights
    return max(_bound(critic, test), 0.0) / float(np.log(2.0))


def _scaled(values: np.ndarray) -> np.ndarray:
    spread = values.std(axis=0)
    kept = spread > 0
    scaled: np.ndarray = (values[:, kept] - values[:, kept].mean(axis=0)) / spread[kept]
    return scaled


def _trained(critic: Critic, rows: Rows, updates: int, draws: np.random.Generator) -> Iterator[int]:
    """Trains f, and yields the number of updates so far after each."""
    (x, y), average = rows, 1.0
    for update in range(1, updates + 1):
        these, others = (draws.integers(0, len(x), BATCH) for _ in range(2))
        layers = critic.layers(np.hstack([x[np.tile(these, 2)], y[np.append(these, others)]]))
        size = np.exp(np.minimum(layers[-1][BATCH:, 0], MOST))  # of pairs of two steps
        average = AVERAGE * average + (1 - AVERAGE) * float(size.mean()) if update > 1 else float(size.mean())
        critic.ascend(critic.gradients(layers, np.append(np.full(BATCH, 1 / BATCH), -size / (average * BATCH))))
        yield update


def _bound(critic: Critic, rows: Rows) -> float:
    """Returns the bound of Donsker and Varadhan in nats on rows; the second series is rotated for other pairs."""
    x, y = rows
    turns = np.linspace(0, len(x), 12, dtype=int)[1:-1]
    crossed = np.concatenate([critic(np.hstack([x, np.roll(y, turn, axis=0)])) for turn in turns])
    crossed = np.minimum(crossed, MOST)
    top = float(crossed.max())
    return float(critic(np.hstack([x, y])).mean()) - top - float(np.log(np.mean(np.exp(crossed - top))))
