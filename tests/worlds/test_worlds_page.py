"""docs/worlds.md tells of every world, with a picture of those that draw a scene."""

from __future__ import annotations

import pytest

from alife.config import registry
from docs.worlds import PICTURES, page, section
from tests.conftest import ROOT

OWN = [name for name, entry in registry.describe("worlds").items() if entry["file"].startswith(str(ROOT))]


@pytest.mark.parametrize("name", OWN)
def test_every_world_is_told_and_pictured(name: str) -> None:
    kind = registry.find("worlds", name)
    text = "\n".join(section(name))
    assert kind.kind in text and (ROOT / "docs" / "worlds.md").read_text().count(f"\n## {name}\n") == 1
    if kind.has_scene():
        header = (PICTURES / f"{name}.png").read_bytes()[:24]
        assert [int.from_bytes(header[at : at + 4], "big") for at in (16, 20)] == [1280, 800]


def test_the_page_tells_what_agents_sense_and_do_what_is_measured_and_who_does_best() -> None:
    told = page()
    for said in (
        "| taste | -2 | 2 |  | of what was bitten: 2 feeds, -2 poisons |",
        "| thrust | 0 | 1 |  | share of full speed |",
        "| sway | 0 | 2 | radians/s | how fast the pole turns either way, on average |",
        "`configs/meadow-small.yaml`, `configs/meadow.yaml`",
        "`genomes/cartpole.safetensors` (held-out fitness 500)",
    ):
        assert said in told, said
    pytest.importorskip("gymnasium")  # else its world tells no senses
    assert (ROOT / "docs" / "worlds.md").read_text() == told  # write it anew: python -m docs.worlds
