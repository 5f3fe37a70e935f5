"""Embedded servers keep their data through stops, kills and stale files; anything else is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from devtools.embedded import Pair
from devtools.system import Unmet, command_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no embedded servers on Windows")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' account can reach, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="dealerops-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder).resolve()


@pytest.fixture
def pair(home: Path) -> Iterator[Pair]:
    pair = Pair(home, {})
    yield pair
    pair.remove()


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def postmaster(pair: Pair) -> int:
    return int((pair.home / "pg" / "postmaster.pid").read_text().split()[0])


def test_data_outlive_a_stop(pair: Pair) -> None:
    first = pair.start()
    ask(first["DATABASE_URL"], "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    redis.Redis.from_url(first["REDIS_URL"]).set("kept", "7")
    pair.stop()
    assert pair.addresses() == {"DATABASE_URL": None, "REDIS_URL": None}
    again = pair.start()
    assert again == first
    assert ask(again["DATABASE_URL"], "SELECT n FROM kept") == [(7,)]
    assert redis.Redis.from_url(again["REDIS_URL"]).get("kept") == b"7"


def test_a_second_start_attaches_to_the_running_pair(pair: Pair, home: Path) -> None:
    addresses = pair.start()
    pid = postmaster(pair)
    assert Pair(home, {}).start() == addresses
    assert postmaster(pair) == pid


def test_committed_rows_outlive_kill_9_of_both_servers(pair: Pair) -> None:
    addresses = pair.start()
    ask(addresses["DATABASE_URL"], "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    broker = int((pair.home / "valkey" / "pid").read_text())
    for pid in (postmaster(pair), broker):
        os.kill(pid, signal.SIGKILL)
    wait_until_gone(postmaster(pair))
    wait_until_gone(broker)
    assert pair.addresses() == {"DATABASE_URL": None, "REDIS_URL": None}
    again = Pair(pair.home, {})
    assert ask(again.start()["DATABASE_URL"], "SELECT n FROM kept") == [(7,)]
    again.stop()


def test_a_lock_file_whose_process_id_now_belongs_to_another_program_is_no_obstacle(pair: Pair) -> None:
    pair.start()
    pair.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        lock = pair.home / "pg" / "postmaster.pid"
        run = pair.home / "run"
        lock.write_text(f"{stranger.pid}\n{pair.home / 'pg'}\n1\n5432\n{run}\n\n0 0\nready\n")
        assert pair.addresses()["DATABASE_URL"] is None
        assert ask(pair.start()["DATABASE_URL"], "SELECT 1") == [(1,)]
        pair.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_zombie_counts_as_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 20
    while command_of(child.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, 0)  # the id still exists: nobody has waited for it
    assert command_of(child.pid) is None
    child.wait()


def test_an_interrupted_creation_is_begun_again(pair: Pair) -> None:
    leftover = pair.home / "pg.new"
    leftover.mkdir()
    (leftover / "PG_VERSION").write_text("18\n")
    assert ask(pair.start()["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert not leftover.exists()


def test_data_of_another_major_version_are_refused(pair: Pair) -> None:
    pair.start()
    pair.stop()
    (pair.home / "pg" / "PG_VERSION").write_text("15\n")
    with pytest.raises(Unmet, match=r"written by PostgreSQL 15, not 18"):
        pair.start()


def test_no_network_port_and_no_other_account_reaches_the_data_base(pair: Pair) -> None:
    address = pair.start()["DATABASE_URL"]
    assert ask(address, "SHOW listen_addresses") == [("",)]
    assert ask(address, "SHOW server_encoding") == [("UTF8",)]
    assert (pair.home / "run").stat().st_mode & 0o777 == 0o700
    assert (pair.home / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600


def test_the_broker_asks_for_its_password(pair: Pair) -> None:
    port = pair.start()["REDIS_URL"].rpartition(":")[2].partition("/")[0]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="127.0.0.1", port=int(port)).ping()


def test_given_addresses_start_nothing(home: Path) -> None:
    given = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://d/0"}
    pair = Pair(home, given)
    assert pair.start() == given
    assert pair.servers == {}
    assert list(home.iterdir()) == []


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("long" * 15) / ("path" * 10)
    pair = Pair(deep, {})
    try:
        address = pair.start()["DATABASE_URL"]
        assert len(address.partition("host=")[2]) < 80
        assert ask(address, "SELECT 1") == [(1,)]
    finally:
        pair.remove()
    assert not Path(address.partition("host=")[2]).exists()


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="only root's folders can shut out the servers"
)
def test_data_in_a_folder_closed_to_the_servers_go_to_var_lib(home: Path) -> None:
    home.chmod(0o700)
    pair = Pair(home / "demo", {})
    try:
        assert ask(pair.start()["DATABASE_URL"], "SELECT 1") == [(1,)]
        assert pair.home.parent == Path("/var/lib/dealerops-embedded")
        assert Pair(home / "demo", {}).home == pair.home
    finally:
        pair.remove()
    assert not pair.home.exists()


def test_private_servers_end_with_their_process(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from devtools.private import private_servers\n"
        "with private_servers() as addresses:\n"
        "    print(addresses['DATABASE_URL'], flush=True)\n"
        "    time.sleep(600)\n"
    )
    environment = {
        key: value for key, value in os.environ.items() if not key.endswith(("DATABASE_URL", "REDIS_URL"))
    }
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True)
    assert child.stdout is not None
    address = child.stdout.readline().strip()
    folder = Path(address.partition("host=")[2])
    assert ask(address, "SELECT 1") == [(1,)]
    child.kill()
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while command_of(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert command_of(pid) is None
