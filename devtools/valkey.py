"""One embedded Valkey in a folder: start, attach, stop (standard library only)."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from devtools.places import own_folder, valkey_program
from devtools.system import Account, Unmet, end_process, free_port, popen, port_is_free, runs, tail

START_SECONDS: Final = 60.0
STOP_SIGNALS: Final = [(signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0)]


class Valkey:
    """A broker on a loopback port behind a random password, every write in its append-only file."""

    def __init__(self, home: Path, account: Account | None, *, durable: bool = True) -> None:
        self.home = home
        self.account = account
        self.durable = durable
        self.data = home / "valkey"
        self.log = home / "valkey.log"
        self.settings_file = self.data / "valkey.conf"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str | None:
        """Address for REDIS_URL; none while the server does not answer."""
        settings = self._settings()
        if not settings or not self._is_alive():
            return None
        port, password = int(settings["port"]), settings["requirepass"]
        return f"redis://:{password}@127.0.0.1:{port}/0" if answers(port, password) else None

    def start(self) -> str:
        """Start the server, or attach to the one that already serves this folder; the address is returned."""
        program = valkey_program(self.account)
        own_folder(self.data, self.account)
        deadline = time.monotonic() + START_SECONDS
        while (url := self.url) is None:
            if time.monotonic() > deadline:
                raise Unmet(
                    f"Valkey did not start in {START_SECONDS:.0f} s, see {self.log}\n{tail(self.log)}"
                )
            if not self._is_alive():
                self._launch(program)
            time.sleep(0.02)
        return url

    def stop(self) -> None:
        """Stop the server whoever started it; nothing happens when it does not run."""
        end_process(self._pid(), str(self.settings_file), STOP_SIGNALS)
        if self.child is not None:
            end_process(self.child.pid, str(self.settings_file), STOP_SIGNALS)
            self.child.wait()
            self.child = None

    def _launch(self, program: Path) -> None:
        if self.child is not None and self.child.poll() is not None:
            self.child = None
            if "Address already in use" not in tail(self.log):
                raise Unmet(f"Valkey ended at its start, see {self.log}\n{tail(self.log)}")
        self._write_settings()
        with self.log.open("ab") as log:
            self.child = popen(
                [str(program), str(self.settings_file)],
                self.account,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        (self.data / "pid").write_text(str(self.child.pid))

    def _write_settings(self) -> None:
        """Keep the port of the last start if it is free, so that clients find the broker again."""
        last = self._settings()
        port = int(last["port"]) if last and port_is_free(int(last["port"])) else free_port()
        password = last["requirepass"] if last else secrets.token_urlsafe(24)
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", "daemonize no", 'save ""']
        lines += [f'dir "{self.data}"', f"appendonly {'yes' if self.durable else 'no'}"]
        lines += ["maxmemory-policy noeviction", "databases 16"]
        lines.append('proc-title-template "{title} {listen-addr} {config-file}"')
        descriptor = os.open(self.settings_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
        if self.account is not None:
            os.chown(self.settings_file, self.account.uid, self.account.gid)

    def _settings(self) -> dict[str, str]:
        try:
            lines = self.settings_file.read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {name: value for name, _, value in (line.partition(" ") for line in lines)}

    def _pid(self) -> int:
        try:
            return int((self.data / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _is_alive(self) -> bool:
        if self.child is not None and self.child.poll() is None:
            return True
        return runs(self._pid(), str(self.settings_file))


def answers(port: int, password: str) -> bool:
    """Whether a broker behind this password answers PING on the loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as link:
            link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = link.recv(256)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
