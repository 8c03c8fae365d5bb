"""Cart and pole: push a cart left or right so that the pole on it does not fall. The yardstick of control.

The law is that of Gymnasium's CartPole-v1: Euler steps of 0.02 s, a push of 10 N either way, over when the cart leaves
2.4 m or the pole 12 degrees; fitness is the number of steps, 500 at most. Here it runs in float32. Measures are the
mean place of the cart and the mean speed at which the pole sways. A second objective is a calm hand: each change of
push counts against it, so that of two agents that hold the pole up the one that changes its push less often is better.

Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", IEEE
Transactions on Systems, Man and Cybernetics 13, 1983; Towers et al., "Gymnasium", arXiv 2407.17032.
"""

from __future__ import annotations

from alife.parts.pole import THETA_LIMIT, X_LIMIT, Cart, PoleParams, PoleWorld, roll
from alife.world import Sensor, per_agent

FAST = 3.0  # m/s and radians/s that a sensor shows as 1


class Params(PoleParams):
    """Length and start of an episode."""


@per_agent
def sense(a: Cart) -> None:
    """Observes x, x_dot, theta and theta_dot over their scales."""
    a.senses.place = a.x / X_LIMIT
    a.senses.speed = a.x_dot / FAST
    a.senses.angle = a.theta / THETA_LIMIT
    a.senses.spin = a.theta_dot / FAST


class Cartpole(PoleWorld):
    """A pole to be kept upright on a cart."""

    observe = (sense,)
    step = (roll,)

    params: Params

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            Sensor("place", -1, 1, "2.4 m", "of the cart, from the middle; right is positive"),
            Sensor("speed", -1, 1, "3 m/s", "of the cart"),
            Sensor("angle", -1, 1, "12 degrees", "of the pole from upright; right is positive"),
            Sensor("spin", -1, 1, "3 radians/s", "of the pole"),
        )
