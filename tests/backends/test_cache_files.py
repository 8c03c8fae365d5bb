"""The cache of compiled code: of this user alone, whole, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alife.backends.cpu import cache_files
from alife.backends.cpu.cache_files import cache_folder, fetch, store

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache_files, "_said", set())
    monkeypatch.setenv("ALIFE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_file_is_returned_as_it_was_stored_and_damaged_ones_are_not(root: Path) -> None:
    assert fetch("objects", "a.o") is None
    store("objects", "a.o", b"code")
    assert fetch("objects", "a.o") == b"code"
    path = root / "objects" / "a.o"
    content = path.read_bytes()
    for damaged in (b"", content[:-1], content[:-1] + b"x", content + b"x"):
        path.write_bytes(damaged)
        assert fetch("objects", "a.o") is None
    assert os.listdir(root / "objects") == ["a.o"]


@posix
def test_files_and_folders_belong_to_the_user_alone(root: Path) -> None:
    before = os.umask(0)
    try:
        store("objects", "a.o", b"code")
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (root, root / "objects", root / "objects" / "a.o")]
    assert modes == [0o700, 0o700, 0o600]


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722, 0o1777])
@pytest.mark.parametrize("folder", [".", "objects"])
def test_a_folder_that_others_can_write_to_is_not_used(
    folder: str, mode: int, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store("objects", "a.o", b"code")
    (root / folder).chmod(mode)
    assert fetch("objects", "a.o") is None
    store("objects", "b.o", b"more")
    assert fetch("objects", "b.o") is None and not (root / "objects" / "b.o").exists()
    errors = capsys.readouterr().err
    assert errors.startswith(f"alife: the code cache {root} is not used, as other users can write to it")
    assert errors.count("\n") == 1


@posix
def test_what_another_user_owns_or_can_write_is_not_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store("objects", "a.o", b"code")
    (root / "objects" / "a.o").chmod(0o620)
    assert fetch("objects", "a.o") is None
    (root / "objects" / "a.o").chmod(0o600)
    assert fetch("objects", "a.o") == b"code"
    monkeypatch.setattr(os, "getuid", lambda: root.stat().st_uid + 1)
    assert fetch("objects", "a.o") is None


def test_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home = Path.home() / ".cache" / "alife"
    monkeypatch.delenv("ALIFE_CACHE")
    for common, found in (("", home), ("relative", home), (str(tmp_path), tmp_path / "alife")):
        monkeypatch.setenv("XDG_CACHE_HOME", common)
        assert cache_folder() == found

    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    assert cache_folder() == tmp_path / "alife"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() is None
    for name in ("a.o", "b.o"):
        store("objects", name, b"code")
        assert fetch("objects", name) is None
    errors = capsys.readouterr().err
    assert errors.startswith("alife: the code cache has no place, as this user has no home folder; set ALIFE_CACHE")
    assert errors.count("\n") == 1


def test_one_that_cannot_be_written_is_said_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root.write_text("in the way")
    for name in ("a.o", "b.o"):
        store("objects", name, b"code")
    assert capsys.readouterr().err.count("\n") == 1
