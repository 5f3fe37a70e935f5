"""Command line of dev.py (standard library only): parse, bring the environment up to date, act."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from dataclasses import dataclass
from types import FrameType
from typing import Final

from devtools import environment
from devtools.system import Unmet

DESCRIPTION: Final = "Set up this checkout and work with it. PostgreSQL and Valkey are embedded, unless \
DATABASE_URL and REDIS_URL name yours."


@dataclass(frozen=True)
class Command:
    """One command: what it does, and whether all words after it belong to the tool behind it."""

    help: str
    passes_on: bool = False
    front_end: bool = True


COMMANDS: Final = {
    "demo": Command("run the product on a sample network, built at the first start (var/demo)"),
    "up": Command("run the product on its own data, empty at the first start (var/up)"),
    "test": Command("run the test suite on private servers; words after it go to pytest", passes_on=True),
    "check": Command("lint, format, import contracts, types, migrations, translations"),
    "bench": Command("NAME … [options]: run benches with servers up", passes_on=True),
    "proofs": Command("ID … [--quick]: run proofs with servers up", passes_on=True),
    "shell": Command("Django's shell on the data of the demo", passes_on=True),
    "manage": Command("any manage.py command on the data of the demo", passes_on=True),
    "env": Command("start servers in the background (var/dev), print export lines", front_end=False),
    "stop": Command("stop what earlier commands left running", front_end=False),
    "messages": Command("compile the translations, print those missing as JSON", front_end=False),
    "lock": Command("write the locks again", front_end=False),
}


def parser() -> argparse.ArgumentParser:
    """The options of every command."""
    top = argparse.ArgumentParser(prog="dev.py", description=DESCRIPTION)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    added = {name: commands.add_parser(name, help=entry.help) for name, entry in COMMANDS.items()}
    for name in ("demo", "up"):
        added[name].add_argument("--port", type=int, default=8000, help="first port to try (default: 8000)")
    added["demo"].add_argument("--fresh", action="store_true", help="empty the data base and build again")
    for option, meaning in (("dealers", "dealers"), ("months", "months of history"), ("seed", "random seed")):
        added["demo"].add_argument(f"--{option}", type=int, help=f"{meaning} of the sample network")
    added["up"].add_argument("--servers-only", action="store_true", help="PostgreSQL and Valkey only")
    added["lock"].add_argument("--upgrade", action="store_true", help="take the newest allowed versions")
    return top


def parse(arguments: list[str]) -> argparse.Namespace:
    """Options of the command; for a tool behind a command the untouched words after it."""
    if arguments and arguments[0] in COMMANDS and COMMANDS[arguments[0]].passes_on:
        return argparse.Namespace(command=arguments[0], words=arguments[1:])
    return parser().parse_args(arguments)


def main(arguments: list[str]) -> None:
    """Run one command; a missing precondition ends with one line that says what to do."""
    options = parse(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile everything anew
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a shell may have started us with SIGINT ignored
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        environment.prepare(front_end=COMMANDS[options.command].front_end)
        # Only now are the packages there that the actions import.
        importlib.import_module("devtools.actions").ACTIONS[options.command](options)
    except Unmet as unmet:
        sys.exit(f"dev.py: {unmet}")
    except KeyboardInterrupt:
        sys.exit(130)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
