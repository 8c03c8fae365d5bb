"""The command line of a clone: `python run.py evolve configs/meadow.yaml`, `python run.py test`, `--help`.

Where the packages it needs are missing, it makes an environment of its own in .venv beside this file, by the standard
library's venv and pip, and starts again inside it. An environment that has them is used as it is.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main():
    """Sets up if need be, then hands over to alife/__main__.py."""
    if sys.version_info < (3, 11):
        sys.exit("alife: expected Python 3.11 or newer, got %d.%d" % sys.version_info[:2])
    packages = needed(testing=sys.argv[1:2] == ["test"] and "--help" not in sys.argv)
    if not all(present(package) for package in packages):
        enter(packages)
    from alife.__main__ import main as command_line

    command_line()


def needed(testing):
    """Requirements of pyproject.toml, with those of the tests when testing."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["dependencies"] + (project["optional-dependencies"]["test"] if testing else [])


def present(requirement):
    """True if this interpreter has a package of at least the version asked for; one of another platform is not missed.

    The marker after a semicolon may be `sys_platform == 'linux'`; pip knows the rest of that language.
    """
    requirement, _, marker = requirement.partition(";")
    if "sys_platform" in marker and repr(sys.platform) not in marker:
        return True
    name, _, least = requirement.strip().partition(">=")
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return numbers(version) >= numbers(least)


def numbers(version):
    """1.10.2 -> [1, 10, 2]; what is no number counts as 0."""
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def enter(packages):
    """Install `packages` into .venv unless that was done before, then run the same command with its Python."""
    stamp = HOME / ("alife-" + hashlib.sha256("\n".join(packages).encode()).hexdigest()[:16])
    if not (stamp.exists() and PYTHON.exists()):
        with alone():
            if not (stamp.exists() and PYTHON.exists()):  # another start may have done it meanwhile
                set_up(packages)
                stamp.touch()
    command = [str(PYTHON), str(ROOT / "run.py"), *sys.argv[1:]]
    if Path(sys.prefix) == HOME:
        sys.exit("alife: .venv lacks packages that pip reported as installed; remove .venv and try again")
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(PYTHON, command)


@contextlib.contextmanager
def alone():
    """Lets one start at a time set up, where the system has locks; the others wait for it."""
    HOME.mkdir(exist_ok=True)
    with open(HOME / "alife.lock", "a") as file:
        try:
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("alife: waiting for another start that sets up", HOME, file=sys.stderr, flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
        except (ImportError, OSError):  # Windows, and file systems without locks
            pass
        yield


def set_up(packages):
    """Make .venv and install; what pip prints is shown only when it fails."""
    testing = any(package.startswith("pytest") for package in packages)
    cost = "some minutes, 3 GB" if testing else "about a minute"
    print("alife: setting up an environment in", HOME, "(once, %s)" % cost, file=sys.stderr, flush=True)
    inside = Path(sys.prefix) == HOME
    steps = (
        [] if inside else [[sys.executable, "-m", "venv", str(HOME)]]
    )  # again, completes one that was left half made
    steps.append([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit("%s\nalife: the set-up failed at: %s" % (done.stdout, " ".join(step)))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("alife: interrupted", file=sys.stderr)
        sys.exit(130)
