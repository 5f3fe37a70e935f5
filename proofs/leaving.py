"""Actions as people do them, each of which leaves exactly one audit event for every object it changed.

What concerns two dealers (a transfer) is told to each, so it is one event for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from apps.core import audit
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer, DealerContact, Outlet
from proofs.arena import Report
from proofs.cells import DONE
from proofs.steps import STEPS
from tests.contract.clients import Door
from tests.contract.objects import World

DAY = "2026-07-01"
KEEPER = "hq_admin"
NETWORK_WIDE = ("closing.", "accounts.")
"""Actions of no dealer: the month of the network, the rights of its people."""
Made = tuple[str, str, dict[str, Any]]


def each_action(report: Report, world: World) -> None:
    """Do every step of every workflow in a state that allows it, and what is done to records, by HTTP."""
    door = Door(world.cast[KEEPER])
    for step in STEPS:
        for state in step.states:
            if state.allowed:
                with transaction.atomic():
                    if state.prepare is not None:
                        state.prepare(world, Door(world.cast[KEEPER]))
                    _do(report, door, step.address(world), step.body, step.action, {None, *_both(world)})
                    transaction.set_rollback(True)
    with transaction.atomic():
        for action, url, given in _records(world.own.dealer):
            _do(report, door, url, given, action, {world.own.dealer.pk}, exactly=action)
        transaction.set_rollback(True)


def _both(world: World) -> set[int]:
    return {world.own.dealer.pk, world.sister.dealer.pk}


def _do(
    report: Report,
    door: Door,
    url: str,
    given: dict[str, Any],
    name: str,
    dealers: set[int | None],
    exactly: str = "",
) -> None:
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = door.send("POST", url, given)
    left = list(AuditEvent.objects.filter(pk__gt=last).order_by("pk"))
    report.expect(answer.status_code in DONE, f"{name} answered {answer.status_code}")
    report.expect(bool(left), f"{name} left nothing")
    if exactly:
        report.expect([each.action for each in left] == [exactly], f"{name} left {left}")
    same = {(each.action, each.object_type, each.object_id, each.dealer_id) for each in left}
    report.expect(len(same) == len(left), f"{name} left one change twice: {left}")
    for each in left:
        _tells(report, each, answer, dealers)


def _tells(report: Report, each: AuditEvent, answer: HttpResponse, dealers: set[int | None]) -> None:
    """Who, for which request, of which dealer, and what was and became."""
    told = (each.actor_label, each.request_id)
    report.expect(told == (KEEPER, answer["X-Request-ID"]), f"{each.action} tells {told}")
    of_network = each.action.startswith(NETWORK_WIDE) and each.dealer_id is None
    report.expect(of_network or each.dealer_id in dealers, f"{each.action} is of dealer {each.dealer_id}")
    report.expect(bool(each.before or each.after), f"{each.action} tells no values")


def _records(dealer: Dealer) -> Iterator[Made]:
    """What is done to the persons, outlets and deliveries of a dealer, one after the other."""
    person = {"role": "sales", "name": "王小明", "mobile": "13812345678"}
    yield "dealers.create_contact", reverse("dealers:contact-create", args=[dealer.pk]), person
    contact = DealerContact.objects.latest("pk").pk
    yield "dealers.change_contact", reverse("dealers:contact-change", args=[contact]), {"role": "general"}
    why = {"reason": "proof of the trail"}
    yield "dealers.reveal_contact", reverse("dealers:contact-reveal", args=[contact]), why
    yield "dealers.erase_contact", reverse("dealers:contact-erase", args=[contact]), why
    outlet = {"code": "AU2", "name": "分店", "store_type": "city_showroom"}
    yield "dealers.create_outlet", reverse("dealers:outlet-create", args=[dealer.pk]), outlet
    made = Outlet.objects.latest("pk").pk
    yield (
        "dealers.change_outlet",
        reverse("dealers:outlet-change", args=[made]),
        outlet | {"name": "另一分店"},
    )
    yield "dealers.close_outlet", reverse("dealers:outlet-close", args=[made]), {"on": DAY}
    delivery = {"dealer": dealer.code, "occurred_on": DAY, "model": "X5"}
    yield "sales.record", reverse("sales:delivery-enter"), delivery


def plant() -> mock._patch[Any]:
    """The defect: events are not written."""
    return mock.patch.object(audit, "record_many", return_value=0)
