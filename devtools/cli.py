"""The commands of dev.py."""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import sys
from pathlib import Path

from devtools import environment
from devtools.embedded import Pair
from devtools.environment import VAR
from devtools.system import Unmet


def product_environment(name: str) -> dict[str, str]:
    """Settings of the product for one data folder under var/, beside the servers' addresses."""
    home = VAR / name
    home.mkdir(parents=True, exist_ok=True)
    secret = home / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(60))
    return {
        "DEALEROPS_SECRET_KEY": os.environ.get("DEALEROPS_SECRET_KEY") or secret.read_text(),
        "DEALEROPS_FILES": os.environ.get("DEALEROPS_FILES") or str(home / "files"),
    }


def env(options: argparse.Namespace) -> None:
    """Start the servers of var/dev in the background and print lines for the shell to evaluate."""
    pair = Pair(VAR / "dev")
    for name, value in (pair.start() | product_environment("dev")).items():
        print(f"export {name}={shlex.quote(value)}")


def stop(options: argparse.Namespace) -> None:
    """Stop every server and process left behind by earlier commands of this checkout."""
    for home in sorted(path for path in VAR.glob("*") if (path / "secret").exists()):
        Pair(home, {}).stop()
        print(f"stopped what ran in {home.relative_to(environment.ROOT)}")


def main(arguments: list[str]) -> None:
    """Run one command; a missing precondition ends with one line."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for action in (env, stop):
        command = commands.add_parser(action.__name__, help=action.__doc__)
        command.set_defaults(action=action)
    options = parser.parse_args(arguments)
    try:
        if options.action is not stop:
            environment.prepare()
        options.action(options)
    except Unmet as unmet:
        sys.exit(f"dev.py: {unmet}")
    except KeyboardInterrupt:
        sys.exit(130)
