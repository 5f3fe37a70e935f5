"""A private embedded pair for one process: in a temporary folder, fast, not durable, gone at its end."""

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

from devtools.embedded import ADDRESSES, Pair
from devtools.system import Unmet

ROOT = Path(__file__).resolve().parent.parent


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
        pair = Pair(folder, durable=False)
        print(json.dumps(pair.start()), flush=True)
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
