from __future__ import annotations

from typing import Any

import pytest

from apps.work import registry


class Calls(list[tuple[str, int, str]]):
    """What the flows of the tests did: (end, target, comment)."""


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """A kind of notice, of to-do, and flows with one and with two steps."""
    for name in ("_notices", "_todos", "_flows"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    calls = Calls()

    def effect(end: str) -> Any:
        return lambda *, target_id, comment, actor, now: calls.append((end, target_id, comment))

    ends = {f"on_{end}": effect(end) for end in ("approved", "returned", "rejected")}
    registry.notice("test.told", "Told", "%(what)s happened")
    registry.todo("test.todo", "Do", "Do %(what)s")
    one = registry.Step("region_manager", "inventory.transfer")
    registry.flow("test.one", "One", [one], **ends)
    registry.flow("test.two", "Two", [registry.Step("account_manager", "alerts.acknowledge"), one], **ends)
    return calls
