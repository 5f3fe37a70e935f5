"""The command line of dev.py: what it passes on, and how it refuses."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools import actions, cli, environment, product
from devtools.environment import ROOT
from devtools.processes import Process, Supervisor, end_leftovers
from devtools.system import Unmet, command_of, port_is_free

SLEEP = "import time; time.sleep(600)"


def test_every_command_has_an_action_and_help() -> None:
    assert set(cli.COMMANDS) == set(actions.ACTIONS)
    text = cli.parser().format_help()
    assert [name for name in cli.COMMANDS if name not in text] == []


def test_words_for_pytest_are_not_touched() -> None:
    options = cli.parse(["test", "-k", "close and not slow", "--maxfail=1", "tests/rules"])
    assert (options.command, options.words) == (
        "test",
        ["-k", "close and not slow", "--maxfail=1", "tests/rules"],
    )


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        cli.parse(["demo", "--nonsense"])
    assert refusal.value.code == 2
    assert "--nonsense" in capsys.readouterr().err


def test_benches_and_proofs_must_be_named() -> None:
    with pytest.raises(Unmet, match="Name one or more of: "):
        actions.bench(cli.parse(["bench", "--scale", "2"]))


def test_an_older_python_gets_one_line() -> None:
    older = (
        "import runpy, sys; sys.version_info = (3, 9); sys.version = '3.9.2 (old)'; runpy.run_path('dev.py')"
    )
    done = subprocess.run([sys.executable, "-c", older], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Python 3.11 or newer is needed; this is 3.9.2\n"


def test_a_missing_precondition_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*, front_end: bool) -> None:
        raise Unmet("Node.js is missing: install Node.js 20 or newer with npm.")

    monkeypatch.setattr(environment, "prepare", refuse)
    with pytest.raises(SystemExit) as end:
        cli.main(["check"])
    assert end.value.code == "dev.py: Node.js is missing: install Node.js 20 or newer with npm."


def test_a_data_folder_serves_one_command_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "VAR", tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/c")
    monkeypatch.setenv("REDIS_URL", "redis://d/0")
    with (
        product.servers("x", alone=True),
        pytest.raises(Unmet, match="var/x is in use"),
        product.servers("x", alone=True),
    ):
        pytest.fail("two commands held one folder")
    with product.servers("x", alone=True) as pair:
        assert pair.servers == {}


def test_a_supervisor_restarts_what_ends_and_stops_all(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", SLEEP, "dealerops"]
    process = Process("worker", sleeper, tmp_path / "worker.log")
    supervisor = Supervisor(tmp_path, [process], {})
    supervisor.start()
    try:
        first = child_of(process)
        process.started -= 60
        os.kill(first, signal.SIGKILL)
        wait_until(process.has_ended)
        supervisor.restart_ended()
        second = child_of(process)
        assert (second != first, command_of(first)) == (True, None)
        wait_until(lambda: "dealerops" in (command_of(second) or ""))
    finally:
        supervisor.stop()
    assert command_of(second) is None
    assert not supervisor.record.exists()


def test_a_process_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    process = Process(
        "web", [sys.executable, "-c", "raise SystemExit('no such table')"], tmp_path / "web.log"
    )
    supervisor = Supervisor(tmp_path, [process], {})
    supervisor.start()
    wait_until(process.has_ended)
    with pytest.raises(Unmet, match=r"(?s)web ended at its start.*no such table"):
        supervisor.restart_ended()
    supervisor.stop()


def test_leftovers_are_ended_and_strangers_spared(tmp_path: Path) -> None:
    ours = subprocess.Popen([sys.executable, "-c", SLEEP, "dealerops"])
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP, "other"])
    record = tmp_path / "processes.json"
    record.write_text(f"[{ours.pid}, {stranger.pid}]")
    try:
        assert end_leftovers(record)
        assert command_of(ours.pid) is None
        assert stranger.poll() is None
        assert not record.exists()
    finally:
        for child in (ours, stranger):
            child.kill()
            child.wait()


def test_a_port_in_use_is_seen() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        assert not port_is_free(busy.getsockname()[1])


def child_of(process: Process) -> int:
    assert process.child is not None
    return process.child.pid


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()
