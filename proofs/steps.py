"""The steps of the workflows, the states their objects can be in, and how an object comes into a state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.accounts.models import RightsChange
from apps.alerts.models import AlertEpisode
from apps.core.models import ImportBatch
from apps.inventory.models import TransferProposal
from tests.contract.clients import Door
from tests.contract.objects import World

Prepare = Callable[[World, Door], object]


@dataclass(frozen=True)
class State:
    """A state an object can be in: how it gets there, and whether the step is allowed then."""

    name: str
    allowed: bool
    prepare: Prepare | None = None


@dataclass(frozen=True)
class Step:
    """A step of a workflow: its actions, where it is asked for, and the states of its object."""

    action: str
    url: str
    keys: dict[str, str]
    body: dict[str, Any]
    states: tuple[State, ...]
    given: dict[str, str] | None = None
    also: str = ""

    def is_granted(self, role: str, held: dict[str, set[str]]) -> bool:
        """Whether a role holds all the actions the step asks for."""
        return all(role in held[action] for action in filter(None, (self.action, self.also)))

    def address(self, world: World) -> str:
        """Where the step is asked for."""
        told = {name: world.shared.get(kind, world.own.keys.get(kind)) for name, kind in self.keys.items()}
        return reverse(self.url, kwargs=told | (self.given or {}))


def _episode(state: str) -> Prepare:
    return lambda world, door: AlertEpisode.objects.filter(pk=world.own.keys["episode"]).update(state=state)


def _change(state: str) -> Prepare:
    return lambda world, door: RightsChange.objects.filter(pk=world.shared["change"]).update(state=state)


def _offer(state: str) -> Prepare:
    return lambda world, door: TransferProposal.objects.filter(pk=world.own.keys["proposal"]).update(
        state=state
    )


def _offered_to_us(state: str) -> Prepare:
    """The offer comes from the sister dealer instead."""

    def turn(world: World, door: Door) -> None:
        TransferProposal.objects.filter(pk=world.own.keys["proposal"]).update(
            state=state,
            unit=world.sister.keys["stock_unit"],
            from_dealer=world.sister.dealer,
            to_dealer=world.own.dealer,
        )

    return turn


def _batch(status: str) -> Prepare:
    return lambda world, door: ImportBatch.objects.filter(pk=world.own.keys["batch"]).update(status=status)


def _once(step: Callable[[], Step]) -> Prepare:
    """Do the step itself once before, as the administrator."""
    return lambda world, door: door.send("POST", step().address(world), step().body)


RETURN: Step = Step(
    "sales.correct",
    "sales:delivery-return",
    {"pk": "delivery"},
    {"returned_on": "2026-07-01", "note": "退车"},
    (State("sold", True), State("returned", False, _once(lambda: RETURN))),
)
DEPART: Step = Step(
    "inventory.record",
    "inventory:unit-depart",
    {"pk": "stock_unit"},
    {"left_on": "2026-07-01", "kind": "retail", "note": ""},
    (State("in stock", True), State("gone", False, _once(lambda: DEPART))),
)
UNDO: Step = Step(
    "inventory.adjust",
    "inventory:movement-undo",
    {"pk": "movement"},
    {"note": "误录"},
    (State("booked", True), State("taken back", False, _once(lambda: UNDO))),
)
COMMIT: Step = Step(
    "core.import",
    "core:import-commit",
    {"pk": "batch"},
    {"mode": "good"},
    (
        State("checked", True),
        State("checking", False, _batch("checking")),
        State("refused", False, _batch("refused")),
        State("withdrawn", False, _batch("withdrawn")),
    ),
    also="sales.record",
)
WITHDRAW: Step = Step(
    "core.import",
    "core:import-withdraw",
    {"pk": "batch"},
    {},
    (
        State("imported", True, _once(lambda: COMMIT)),
        State("checked", False),
        State("checking", False, _batch("checking")),
    ),
    also="sales.record",
)
CLOSE: Step = Step(
    "dealers.manage",
    "dealers:dealer-close",
    {"pk": "dealer"},
    {"on": "2026-07-12", "reason": "停业"},
    (State("active", True), State("closed", False, _once(lambda: CLOSE))),
)
REOPEN: Step = Step(
    "dealers.manage",
    "dealers:dealer-reopen",
    {"pk": "dealer"},
    {"reason": "复业"},
    (State("active", False), State("closed", True, _once(lambda: CLOSE))),
)
OUTLET: Step = Step(
    "dealers.manage",
    "dealers:outlet-close",
    {"pk": "outlet"},
    {"on": "2026-07-12"},
    (State("open", True), State("closed", False, _once(lambda: OUTLET))),
)
ACCEPT = {"moved_on": "2026-07-01", "note": ""}
OFFERS = (
    Step(
        "inventory.transfer",
        "inventory:proposal-withdraw",
        {"pk": "proposal"},
        {"note": "已售"},
        (
            State("proposed", True),
            State("withdrawn", False, _offer("withdrawn")),
            State("declined", False, _offer("declined")),
        ),
    ),
    *(
        Step(
            "inventory.transfer",
            f"inventory:proposal-{answer}",
            {"pk": "proposal"},
            body,
            (
                State("proposed to us", True, _offered_to_us("proposed")),
                State("withdrawn by them", False, _offered_to_us("withdrawn")),
            ),
        )
        for answer, body in (("accept", ACCEPT), ("decline", {"note": "展厅已满"}))
    ),
)
STEPS = (
    RETURN,
    DEPART,
    UNDO,
    COMMIT,
    WITHDRAW,
    CLOSE,
    REOPEN,
    OUTLET,
    *OFFERS,
    Step(
        "alerts.acknowledge",
        "alerts:episode-acknowledge",
        {"pk": "episode"},
        {"plan": "促销"},
        (
            State("open", True, _episode("open")),
            State("acknowledged", True, _episode("acknowledged")),
            State("closed", False, _episode("closed")),
        ),
    ),
    Step(
        "closing.reopen",
        "closing:reopen",
        {"month": "month"},
        {"reason": "补录"},
        (State("closed", True),),
    ),
    Step(
        "closing.reopen",
        "closing:reopen",
        {},
        {"reason": "补录"},
        (State("open", False),),
        {"month": "2026-07"},
    ),
    Step("closing.run", "closing:start-interim", {"month": "month"}, {}, (State("closed", False),)),
    Step(
        "metrics.declare_nil",
        "metrics:feed-nil",
        {"code": "dealer_code", "feed": "feed"},
        {},
        (State("open", True),),
        {"month": "2026-07"},
    ),
    Step(
        "metrics.declare_nil",
        "metrics:feed-nil",
        {"code": "dealer_code", "feed": "feed", "month": "month"},
        {},
        (State("closed", False),),
    ),
    Step(
        "accounts.change_rights",
        "accounts:change-decide",
        {"pk": "change"},
        {"approve": "yes", "answer": ""},
        (
            State("waiting", True),
            State("applied", False, _change("applied")),
            State("refused", False, _change("refused")),
            State("withdrawn", False, _change("withdrawn")),
        ),
    ),
)
