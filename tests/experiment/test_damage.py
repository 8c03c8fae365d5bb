"""Files cut short at any place, or with any flipped bit: named and not used, whatever part of the file it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from alife.atomic_files import load_arrays, save_arrays
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import Genome, load_genome, save_genome
from alife.experiment.run import Run

META = {"format": 1, "step": 3, "offsets": {"metrics": 10, "lineage": 9}, "config": "seed: 1\n", "package": "0.1.0"}
SHORT = {
    "alive": np.ones(3, np.uint8),
    "genome": np.ones((2, 2), np.float16),
    "none": np.zeros((0, 2)),
    "t": np.ones(1),
}


def damaged(whole: bytes) -> Iterator[bytes]:
    """Every cut, and every flip of one bit: of the length, the header, the description in it, the arrays."""
    for place in range(len(whole)):
        yield whole[:place]
        for bit in range(8):
            yield whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
    yield whole + b"\0"


def save_short(path: Path) -> None:
    save_arrays(path, SHORT, {**META, "rate": 1e-05})


def save_small_genome(path: Path) -> None:
    sample = {"genome": np.eye(3, dtype=np.float32), "size": np.ones(3, np.float32)}
    save_genome(path, Genome(np.ones(3, np.float32), {"name": "wht"}, {"seed": 1}, sample))


@pytest.mark.parametrize(("save", "load"), [(save_short, checkpoint.load), (save_small_genome, load_genome)])
def test_all_damage_is_named(save: Callable[[Path], None], load: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    save(path)
    whole, refused, passed = path.read_bytes(), 0, []
    arrays, meta = load_arrays(path)
    for data in damaged(whole):
        path.write_bytes(data)
        try:
            load(path)
        except UserError as error:
            assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
            refused += 1
        else:
            passed.append(load_arrays(path))
    assert refused > 8 * len(whole)
    for others, told in passed:  # 1e-05 as 1E-05
        assert told == meta and all(np.array_equal(others[name], array) for name, array in arrays.items())
    assert len(passed) <= 1


def test_the_newest_sound_checkpoint_is_found_whatever_is_wrong_with_later_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in (40, 45, 80, 90):
        checkpoint.save_arrays(tmp_path / f"step-{step:09d}.safetensors", SHORT, {**META, "step": step})
    *_, before, last = checkpoint.listed(tmp_path)
    last.write_bytes(last.read_bytes()[:-1])
    before.unlink()
    before.mkdir()
    found = checkpoint.load_last(tmp_path)
    assert found is not None and found.meta.step == 45 and found.damaged == (before, last)
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2 and all("using the checkpoint before it" in error for error in errors)
    assert [checkpoint.step_of(path) for path in checkpoint.listed(tmp_path)] == [40, 45, 80, 90]


def test_a_damaged_checkpoint_is_set_aside_once_the_run_goes_on_and_counts_no_more(tiny: Path, tmp_path: Path) -> None:
    config, out = load_config(tiny, ["run.steps=120", "run.checkpoint_every=40"]), tmp_path / "run"
    whole = evolve(config, tmp_path / "whole")
    run = Run(config, out)
    run.step(90)
    run.save()
    run.release()
    *_, before, last = checkpoint.listed(out / "checkpoints")
    harmed = last.read_bytes()[:5000]
    last.write_bytes(harmed)
    run = Run(config, out, resume=True)
    assert run.simulation.steps == 80 and last.exists()
    for _ in range(2):  # it may be ended, and go on
        run.step(5)
        run.close()
    again = evolve(config, out, resume=True)
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    kept = [checkpoint.step_of(path) for path in checkpoint.listed(out / "checkpoints")]
    assert kept == [90, 120] and checkpoint.step_of(before) == 80
    assert last.with_name(last.name + ".damaged").read_bytes() == harmed
    for name in ("metrics.csv", "lineage.csv"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_checkpoint_of_a_newer_format_is_no_damaged_one(tmp_path: Path) -> None:
    """It is not passed over, which would set a sound file aside."""
    for step, form in ((40, 1), (80, 99)):
        checkpoint.save_arrays(tmp_path / f"step-{step:09d}.safetensors", SHORT, {**META, "format": form, "step": step})
    with pytest.raises(UserError, match="expected checkpoint format 1, got 99"):
        checkpoint.load_last(tmp_path)
