"""A private embedded pair for one process: in a temporary folder, fast, not durable, gone at its end.

Its cluster has the empty data base `prepared.SCHEMA` with all migrations, to create others from.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from devtools import prepared
from devtools.embedded import ADDRESSES, Pair
from devtools.system import Unmet

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE: Final = "DEALEROPS_TEST_TEMPLATE"
"""Name in the environment for the data base to create others from; absent on servers given from outside."""


@contextlib.contextmanager
def private_servers() -> Iterator[dict[str, str]]:
    """Addresses of servers that live as long as the block; addresses given from outside are kept."""
    if all(os.environ.get(name) for name in ADDRESSES):
        yield {name: os.environ[name] for name in ADDRESSES}
        return
    guard = subprocess.Popen(
        [sys.executable, "-m", "devtools.private"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert guard.stdin is not None and guard.stdout is not None
    try:
        answer = json.loads(guard.stdout.readline() or '{"error": "The private servers did not start."}')
        if "error" in answer:
            raise Unmet(answer["error"])
        yield answer
    finally:
        guard.stdin.close()
        guard.wait()
        guard.stdout.close()


def main() -> None:
    """Guard the pair: start it, tell its addresses, remove it when the parent closes our input or dies."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix="dealerops-"))
    pair = None
    try:
        like = None if os.environ.get("DATABASE_URL") else prepared.cluster()
        pair = Pair(folder, durable=False, like=like)
        template = {TEMPLATE: prepared.SCHEMA} if like else {}
        print(json.dumps(pair.start() | template), flush=True)
        sys.stdin.buffer.read()
    except Unmet as error:
        print(json.dumps({"error": str(error)}), flush=True)
    finally:
        if pair is not None:
            pair.remove()
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()


if __name__ == "__main__":
    main()
