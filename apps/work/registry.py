"""What the apps declare about work: kinds of notices and to-dos, and the flows of approvals.

An app above declares in its `ready()` and then calls `services` with the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps

from apps.core import access
from apps.core.access import Ownership
from apps.work.rules.states import PORTAL


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice: its name, its text with `%(params)s`, and how people are told unless they choose.

    Over `default_channels` they are told at once; with `digest` also in the digest of e-mails.
    """

    code: str
    label: Any
    text: Any
    default_channels: tuple[str, ...] = (PORTAL,)
    digest: bool = True
    icon: str = "bell"

    def said(self, params: Mapping[str, Any]) -> str:
        """The text in the language of the moment."""
        return str(self.text) % params


@dataclass(frozen=True)
class TodoKind:
    """A kind of to-do; one that is done `by_hand` has a button, any other is done by what closes it."""

    code: str
    label: Any
    text: Any
    by_hand: bool = False
    icon: str = "checkbox"

    def said(self, params: Mapping[str, Any]) -> str:
        """The text in the language of the moment."""
        return str(self.text) % params


@dataclass(frozen=True)
class Step:
    """A step of a flow: the role that decides at the place, the action it needs, and how long it has.

    With `only_above` the step is asked only for amounts above it, in yuan.
    """

    level: str
    action: str
    within_workdays: int = 2
    only_above: Decimal | None = None

    def needed(self, amount: Decimal | None) -> bool:
        """Whether an approval of this amount comes to this step."""
        return self.only_above is None or (amount is not None and amount > self.only_above)


Effect = Callable[..., Any]
"""Called as `effect(target_id=…, comment=…, actor=…, now=…)` in the transaction of the decision."""


@dataclass(frozen=True)
class Flow:
    """A kind of approval: its steps in order, and what happens with the thing at the end.

    Without `on_withdrawn` nobody takes the request back by itself: the thing would go on waiting.
    """

    code: str
    label: Any
    steps: Sequence[Step]
    on_approved: Effect | None = None
    on_returned: Effect | None = None
    on_rejected: Effect | None = None
    on_passed: Effect | None = None
    """Called after a step that was approved while another follows."""
    on_withdrawn: Effect | None = None


@dataclass(frozen=True)
class DueAt:
    """Something that is due at a dealer: what, when, where it leads, and whether it is late."""

    text: str
    due_at: datetime
    url: str
    late: bool = False


DueQuery = Callable[..., Mapping[int, Sequence[DueAt]]]
"""Called as `query(actor=…, dealer_ids=…, now=…)`; what is due there by dealer, the earliest first."""


_notices: dict[str, NoticeKind] = {}
_due_at_dealers: list[DueQuery] = []
_todos: dict[str, TodoKind] = {}
_flows: dict[str, Flow] = {}
_correctable: set[str] = set()
_WITHOUT_REMARKS = frozenset({"core.job", "core.auditevent", "work.approval"})
"""Records whose pages are about machinery, or have a discussion of their own."""


def notice(
    code: str,
    label: Any,
    text: Any,
    *,
    default_channels: Sequence[str] = (PORTAL,),
    digest: bool = True,
    icon: str = "bell",
) -> str:
    """Declare a kind of notice; ValueError when the code is taken."""
    _take(_notices, code, NoticeKind(code, label, text, tuple(default_channels), digest, icon))
    return code


def todo(code: str, label: Any, text: Any, *, by_hand: bool = False, icon: str = "checkbox") -> str:
    """Declare a kind of to-do; ValueError when the code is taken."""
    _take(_todos, code, TodoKind(code, label, text, by_hand, icon))
    return code


def flow(
    code: str,
    label: Any,
    steps: Sequence[Step],
    *,
    on_approved: Effect | None = None,
    on_returned: Effect | None = None,
    on_rejected: Effect | None = None,
    on_passed: Effect | None = None,
    on_withdrawn: Effect | None = None,
) -> str:
    """Declare a kind of approval; ValueError when the code is taken or there is no step."""
    if not steps:
        raise ValueError(f"flow {code} has no step")
    effects = (on_approved, on_returned, on_rejected, on_passed, on_withdrawn)
    _take(_flows, code, Flow(code, label, tuple(steps), *effects))
    return code


def _take(known: dict[str, Any], code: str, declared: Any) -> None:
    if code in known:
        raise ValueError(f"{code} is declared twice")
    known[code] = declared


def notice_kind(code: str) -> NoticeKind:
    """The kind of notice with a code; KeyError when nobody declared it."""
    return _notices[code]


def todo_kind(code: str) -> TodoKind:
    """The kind of to-do with a code; KeyError when nobody declared it."""
    return _todos[code]


def flow_of(code: str) -> Flow:
    """The flow with a code; KeyError when nobody declared it."""
    return _flows[code]


def notices() -> Mapping[str, NoticeKind]:
    """All kinds of notices by code."""
    return dict(_notices)


def todos() -> Mapping[str, TodoKind]:
    """All kinds of to-dos by code."""
    return dict(_todos)


def flows() -> Mapping[str, Flow]:
    """All flows by code."""
    return dict(_flows)


def due_at_dealers(query: DueQuery) -> None:
    """Say what is due at dealers, for whoever is about to go there."""
    _due_at_dealers.append(query)


def due_queries() -> Sequence[DueQuery]:
    """Everything that tells what is due at dealers."""
    return tuple(_due_at_dealers)


def correctable(*labels: str) -> None:
    """Say of which records a dealer may ask for a correction, by their models: facts others delivered."""
    _correctable.update(label.lower() for label in labels)


def is_correctable(label: str) -> bool:
    """Whether a dealer may ask for a correction of records of this model."""
    return label.lower() in _correctable


def takes_remarks(label: str) -> bool:
    """Whether people write about records of this model: about all but what is one person's own."""
    if label in _WITHOUT_REMARKS:
        return False
    policy = access.policies().get(apps.get_model(label))
    return policy is not None and policy.ownership is not Ownership.PERSONAL


_events: dict[str, Any] = {}


def event(code: str, label: Any) -> str:
    """Declare an event that systems outside may be told of; ValueError when the code is taken."""
    _take(_events, code, label)
    return code


def events() -> Mapping[str, Any]:
    """The names of all declared events by code."""
    return dict(_events)


def event_of(code: str) -> Any:
    """The name of a declared event; KeyError when nobody declared it."""
    return _events[code]
