"""What the commands of dev.py do; each takes the parsed options."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys

from devtools import checks, extraction, locks, messages, processes, product, sample
from devtools.embedded import Pair
from devtools.environment import PYTHON, ROOT, VAR
from devtools.private import private_servers
from devtools.system import Unmet

PROOFS = "tests/proofs"
MOST_WORKERS = 4


def demo(options: argparse.Namespace) -> None:
    """Build the sample network if there is none, and run the product on it."""
    settings = product.settings_for("demo")
    wanted = ((name, getattr(options, name)) for name in ("dealers", "months", "seed"))
    size = [word for name, value in wanted if value is not None for word in (f"--{name}", str(value))]
    messages.compile_catalogue()
    with product.servers("demo", alone=True) as pair:
        sample.ensure(pair, settings, size, fresh=options.fresh)
        product.serve("demo", settings, options.port)


def up(options: argparse.Namespace) -> None:
    """Run the product, or only its servers, on data of its own."""
    settings = product.settings_for("up")
    messages.compile_catalogue()
    with product.servers("up", alone=True) as pair:
        if options.servers_only:
            _print_exports({name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")} | settings)
            signal.pause()
        product.migrate(pair, settings)
        product.serve("up", settings, options.port)


def test(options: argparse.Namespace) -> None:
    """Become pytest, which starts private servers itself; without words run the whole suite.

    The proofs kill and time processes: they come after the rest, alone.
    """
    pytest = [str(PYTHON), "-m", "pytest"]
    if options.words:
        _become([*pytest, *options.words])
    beside = ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS))]
    done = [subprocess.call([*pytest, *beside, "--ignore", PROOFS]), subprocess.call([*pytest, PROOFS])]
    sys.exit(max(done))


def check(options: argparse.Namespace) -> None:
    """Run all checks; end with an error if one failed."""
    messages.compile_catalogue()
    with private_servers() as addresses:
        failed = checks.run(addresses | product.settings_for("check"))
    sys.exit(f"{failed} of {len(checks.commands())} checks failed" if failed else None)


def bench(options: argparse.Namespace) -> None:
    """Run benches one after the other."""
    _run_modules("bench", options.words)


def proofs(options: argparse.Namespace) -> None:
    """Run proofs one after the other."""
    _run_modules("proofs", options.words)


def shell(options: argparse.Namespace) -> None:
    """Open Django's shell."""
    manage(argparse.Namespace(words=["shell", *options.words]))


def manage(options: argparse.Namespace) -> None:
    """Run a management command on the data of the demo, beside it or alone."""
    messages.compile_catalogue()
    with product.servers("demo"):
        done = product.manage(*options.words, settings=product.settings_for("demo"))
    sys.exit(0 if done else 1)


def env(options: argparse.Namespace) -> None:
    """Start servers that stay, and print what a shell must know of them."""
    messages.compile_catalogue()
    _print_exports(Pair(VAR / "dev").start() | product.settings_for("dev"))


def stop(options: argparse.Namespace) -> None:
    """Stop processes and servers of every data folder."""
    for home in sorted(secret.parent for secret in VAR.glob("*/secret")):
        leftovers = processes.end_leftovers(home / processes.RECORD)
        pair = Pair(home, {})
        if leftovers or any(pair.addresses().values()):
            pair.stop()
            print(f"stopped what ran on {home.relative_to(ROOT)}")


def translate(options: argparse.Namespace) -> None:
    """Compile the translations and print a catalogue of those that are missing."""
    count = messages.compile_catalogue()
    absent = extraction.missing()
    print(f"{count} texts compiled, {len(absent)} missing", file=sys.stderr)
    if absent:
        print(json.dumps(dict.fromkeys(sorted(absent), ""), ensure_ascii=False, indent=2))


def lock(options: argparse.Namespace) -> None:
    """Write the locks again."""
    locks.write(upgrade=options.upgrade)


def _run_modules(package: str, words: list[str]) -> None:
    modules = {word: word.lower().replace("-", "_") for word in words if not word.startswith("-")}
    names = [word for word, module in modules.items() if (ROOT / package / f"{module}.py").exists()]
    flags = [word for word in words if word not in names]
    known = sorted(path.stem for path in (ROOT / package).glob("[a-z]*.py"))
    if not names:
        raise Unmet(f"Name one or more of: {', '.join(known)}")
    settings = product.settings_for(package)
    with product.servers(package, alone=True):
        for name in names:
            command = [str(PYTHON), "-m", f"{package}.{modules[name]}", *flags]
            if subprocess.run(command, cwd=ROOT, env=os.environ | settings).returncode != 0:
                sys.exit(f"{package} {name} failed")


def _print_exports(values: dict[str, str]) -> None:
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}", flush=True)


def _become(command: list[str]) -> None:
    if os.name == "nt":
        sys.exit(subprocess.run(command).returncode)
    sys.stdout.flush()
    os.execv(command[0], command)


ACTIONS = {
    "demo": demo,
    "up": up,
    "test": test,
    "check": check,
    "bench": bench,
    "proofs": proofs,
    "shell": shell,
    "manage": manage,
    "env": env,
    "stop": stop,
    "messages": translate,
    "lock": lock,
}
