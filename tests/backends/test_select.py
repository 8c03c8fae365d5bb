"""The choice of a backend: a CuPy that is broken, wherever it shows, is one line, and `auto` goes on without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alife.backends import select
from alife.backends.select import choose
from alife.errors import UserError
from tests.helpers.host_device import HostDevice

AT_ONCE = "raise {kind}('libcudart.so.13: cannot open shared object file')"
AT_USE = """
class Broken:
    def __getattr__(self, name):
        raise {kind}("libcudart.so.13: cannot open shared object file")

cuda = Broken()
"""


@pytest.mark.parametrize("text", [AT_ONCE, AT_USE])
@pytest.mark.parametrize("kind", ["RuntimeError", "OSError", "ImportError", "AttributeError", "SystemError"])
def test_a_broken_cupy(
    text: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_device_yet: None,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "cupy.py").write_text(text.format(kind=kind))
    monkeypatch.syspath_prepend(str(tmp_path))
    select._warn_once.cache_clear()
    assert choose("auto") == choose("auto") == choose("cpu") == "cpu"
    line = "backend gpu: expected a CuPy that works, got: libcudart.so.13: cannot open shared object file"
    assert capsys.readouterr().err == f"alife: {line}; install it anew, or --backend cpu; computing on the CPU\n"
    with pytest.raises(UserError, match=line):
        choose("gpu")


def _wrong(*given: object) -> None:
    pass


def _fails(*given: object) -> None:
    raise RuntimeError("NVRTC: failed to load builtins")


@pytest.mark.parametrize(("kernel", "words"), [(_fails, "NVRTC: failed to load builtins"), (_wrong, "wrong numbers")])
def test_a_gpu_that_fails_at_its_first_kernel(
    kernel: Callable[..., None], words: str, host_device: HostDevice, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert choose("auto") == "gpu"
    select.first_device().checked = False
    monkeypatch.setattr(host_device, "launch", kernel)
    assert choose("auto") == "cpu"
    assert words in capsys.readouterr().err
    with pytest.raises(UserError, match=words):
        choose("gpu")
