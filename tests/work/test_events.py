"""What happens elsewhere is told to those it concerns, once, and to nobody who may not open it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from apps.accounts import services as accounts
from apps.accounts.models import Device
from apps.accounts.rights import grants
from apps.accounts.visitors import Visitor
from apps.alerts import telling
from apps.alerts.models import AlertEpisode
from apps.core.imports import services as imports
from apps.core.roles import Role
from apps.inventory import services as inventory
from apps.inventory.models import StockUnit
from apps.kernel.period import Month
from apps.work.models import Notice, Todo
from tests.factories.facts import close, receive, sell

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)


def told(code: str) -> dict[str, Notice]:
    return {row.user.username: row for row in Notice.objects.filter(code=code).select_related("user")}


@pytest.fixture(autouse=True)
def _frozen(now) -> Iterator[None]:
    """Workers read the clock."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def alerts(network, cast, now) -> None:
    """Three dealers with far too many cars in June, two of them of one account manager."""
    dealers = [network.d1, network.d2, network.d4]
    receive(dealers, JUNE, 10, now)
    sell(dealers, JUNE, 1, now)
    close(JUNE, now)


def test_alerts_are_one_message_for_each_person_however_many_there_are(alerts, network, now) -> None:
    assert AlertEpisode.objects.exclude(state="closed").count() >= 3
    found = told("alerts.changed")
    at_d1 = {"prov_zj", "reg_a", "am_1", "hq_ops", "d1_gm", "d1_sm"}
    assert set(found) == at_d1 | {"d2_gm"}
    assert Notice.objects.filter(code="alerts.changed").count() == 7
    assert found["am_1"].params["dealers"] == "D001、D002"
    assert found["d1_gm"].params["dealers"] == "D001"
    assert found["hq_ops"].params["dealers"] == "D001、D002、D004"
    assert found["am_1"].params["opened"] == 2 * found["d1_gm"].params["opened"]


def test_the_same_reading_tells_nobody_twice_and_an_old_one_nobody(alerts, now) -> None:
    before = Notice.objects.count()
    assert telling.tell(month=JUNE, revision=1, now=now) == 0
    close(JUNE, now + timedelta(minutes=5))
    assert Notice.objects.count() == before
    Notice.objects.all().delete()
    assert telling.tell(month=JUNE, revision=1, now=now + timedelta(days=90)) == 0


def test_who_is_told_of_alerts_may_open_one_of_them(alerts, cast, client_of) -> None:
    for name, row in told("alerts.changed").items():
        codes = row.params["dealers"].replace(" …", "").split("、")
        shown = client_of(cast[name]).get("/alerts/").content.decode()
        assert all(code in shown for code in codes), name


def test_a_close_that_ended_is_told_to_headquarters_only(network, cast, now) -> None:
    receive([network.d1], JUNE, 2, now)
    close(JUNE, now)
    assert told("closing.closed") == {}
    close(JUNE, now, freeze=True)
    found = told("closing.closed")
    assert set(found) == {"hq_admin", "hq_ops", "hq_fin", "executive"}
    assert found["hq_ops"].params["month"] == "2026-06"


@pytest.fixture
def offer(network, cast, actor_of, now):
    receive([network.d1], JUNE, 1, now)
    unit = StockUnit.objects.get(dealer=network.d1)
    return inventory.propose_transfer(
        unit=unit, partner="D002", note="", actor=actor_of(cast["d1_gm"]), now=now
    )


def test_an_offer_is_on_the_list_of_the_other_dealer_until_it_is_answered(
    offer, cast, actor_of, client_of, now
) -> None:
    assert set(told("inventory.transfer_offered")) == {"d2_gm"}
    shown = client_of(cast["d2_gm"]).get("/work/todos/").content.decode()
    assert offer.vehicle_text in shown
    assert offer.vehicle_text not in client_of(cast["am_1"]).get("/work/todos/").content.decode()
    answer = inventory.answer_transfer
    answer(proposal=offer, answer="decline", note="展厅已满", actor=actor_of(cast["d2_gm"]), now=now)
    assert set(told("inventory.transfer_declined")) == {"d1_gm", "d1_sm"}
    assert Todo.objects.get().state == "done"


def test_an_offer_taken_back_leaves_the_list(offer, cast, actor_of, now) -> None:
    inventory.answer_transfer(
        proposal=offer, answer="withdraw", note="", actor=actor_of(cast["d1_gm"]), now=now
    )
    assert Todo.objects.get().state == "dropped"
    assert told("inventory.transfer_declined") == {}


def test_an_import_tells_who_asked_for_it(network, cast, actor_of, run_jobs, now) -> None:
    lines = "销售单号,经销商代码,交车日期,车型\nA1,D001,2026-07-01,X5\nA2,D001,坏,X5\n"
    batch = imports.upload(
        kind="sales.retail",
        content=lines.encode(),
        name="交车.csv",
        actor=actor_of(cast["d1_sm"]),
        now=now,
        wish=imports.Wish(wait=True),
    )
    run_jobs()
    found = told("core.import_waits")
    assert set(found) == {"d1_sm"}
    assert (found["d1_sm"].params["good"], found["d1_sm"].params["bad"]) == (1, 1)
    batch.refresh_from_db()
    imports.commit(batch=batch, mode="good", actor=actor_of(cast["d1_sm"]), now=now)
    run_jobs()
    assert set(told("core.import_done")) == {"d1_sm"}
    assert told("core.import_done")["d1_sm"].params["created"] == 1


def test_a_file_that_cannot_be_read_is_told_too(network, cast, actor_of, run_jobs, now) -> None:
    asked_by = actor_of(cast["d1_sm"])
    imports.upload(kind="sales.retail", content=b"PK\x03\x04x", name="x.xlsx", actor=asked_by, now=now)
    run_jobs()
    assert set(told("core.import_refused")) == {"d1_sm"}


def test_a_second_device_is_told_the_first_is_not(am_1, now) -> None:
    visitor = Visitor(agent="Firefox", address="10.0.0.1", device_secret="")
    first, _secret = accounts.recognise(user=am_1, visitor=visitor, now=now)
    accounts.note_log_in(user=am_1, device=first, second_factor=False, request_id="", now=now)
    assert told("accounts.new_device") == {}
    later = now + timedelta(hours=1)
    second, _secret = accounts.recognise(user=am_1, visitor=visitor, now=later)
    accounts.note_log_in(user=am_1, device=second, second_factor=False, request_id="", now=later)
    assert set(told("accounts.new_device")) == {"am_1"}
    assert Device.objects.count() == 2


def test_a_change_of_rights_waits_for_the_other_administrators(network, cast, actor_of, now) -> None:
    wish = grants.Wish(allowed=False, reason="x")
    change = grants.change_grant(
        role=Role.HQ_FINANCE, action="sales.view", wish=wish, actor=actor_of(cast["hq_admin"]), now=now
    )
    assert change.state == "waiting"
    assert told("accounts.rights_wait") == {}
    todo = Todo.objects.get(code="accounts.rights_wait")
    assert (todo.role, todo.without_id, todo.state) == ("hq_admin", cast["hq_admin"].pk, "open")
    grants.withdraw(change=change, actor=actor_of(cast["hq_admin"]), now=now)
    todo.refresh_from_db()
    assert todo.state == "done"
