"""Stateless pole: cart and pole where positions are observed but no speeds, also with noise.

The cart and pole are those of the world `cartpole`, but the agent observes only the place of the cart and the angle of
the pole; it has to remember them to know how fast they move. `noise` adds a normal deviate to both in every step, of
this standard deviation in meters and radians, and cuts them off at twice the bounds. Fitness is POPGym's return: the
share of the steps of an episode that it lasted, 1 if the pole never fell. Measures and the second objective are those
of `cartpole`.

Lengths, noise and rewards are those of PositionOnlyCartPole and NoisyPositionOnlyCartPole of POPGym (Morad et al., ICLR
2023, arXiv 2303.01859; version 1.0 of github.com/proroklab/popgym, `popgym/envs/position_only_cartpole.py`). There easy
has 200 steps, medium 400, hard 600, and with noise 200 steps and a noise of 0.1, 0.2 and 0.3.
"""

from __future__ import annotations

import pydantic

from alife.parts.pole import START, THETA_LIMIT, X_LIMIT, Cart, PoleParams, PoleWorld, roll
from alife.world import Draws, Sensor, clip, f32, per_agent

NOISE = START + 1


class Params(PoleParams):
    """Length and start of an episode, and the noise."""

    lifetime: int = pydantic.Field(200, ge=1, le=10**6, description="steps of an episode, at most")
    noise: float = pydantic.Field(
        0.0, ge=0, le=10, description="standard deviation of what is added to observations, in meters and radians"
    )


@per_agent
def glimpse(a: Cart, draws: Draws, p: Params) -> None:
    """Observes x and theta, with noise, over twice their bounds."""
    a.senses.place = clip((a.x + p.noise * draws.normal(NOISE, 0)) / (2.0 * X_LIMIT), -1.0, 1.0)
    a.senses.angle = clip((a.theta + p.noise * draws.normal(NOISE, 1)) / (2.0 * THETA_LIMIT), -1.0, 1.0)


@per_agent
def score(a: Cart, p: Params) -> None:
    """Scores the share of steps that it has lasted."""
    a.fitness = f32(a.taken + 1) / f32(p.lifetime)


class StatelessPole(PoleWorld):
    """A pole to be kept upright from positions alone."""

    observe = (glimpse,)
    step = (roll, score)

    params: Params

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            Sensor("place", -1, 1, "4.8 m", "of the cart, from the middle; right is positive"),
            Sensor("angle", -1, 1, "24 degrees", "of the pole from upright; right is positive"),
        )
