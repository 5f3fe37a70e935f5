"""A count on the phone: found, missing and too many, explained, approved, and what the book says then."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.inventory import queries, services
from apps.inventory.models import CountLine, CountSheet, StockMovement, StockUnit
from apps.inventory.rules import meant, variance_rate
from apps.work import services as work
from apps.work.models import Approval, Todo
from tests.inventory.rows import VINS
from tests.work.withdrawing import asked_and_taken_back

SURPLUS = "LDP0000D8SA777777"


def test_a_code_means_a_vin_or_its_last_characters() -> None:
    assert meant(VINS[0], VINS) == [VINS[0]]
    assert meant("000001", VINS) == [VINS[0]]
    assert meant("00001", VINS) == []
    assert meant("SA000002", VINS) == [VINS[1]]
    assert meant("000001", ["AA000001", "BB000001"]) == ["AA000001", "BB000001"]
    assert (variance_rate(4, 1, 0), variance_rate(4, 1, 1)) == (Decimal("0.25"), 0)
    assert variance_rate(0, 0, 1) is None


@pytest.fixture
def sheet(network, yard, now, d1_gm, actor_of) -> CountSheet:
    for nth, vin in enumerate(VINS):
        yard.come(f"U{nth}", network.d1, vin=vin)
    return services.open_count(dealer=network.d1, kind="monthly", actor=actor_of(d1_gm), now=now)


@pytest.fixture
def see(sheet, now, d1_gm, actor_of):
    def do(code, **more):
        return services.scan(sheet=sheet, code=code, actor=actor_of(d1_gm), now=now, **more)

    return do


def finish(sheet, user, now, actor_of):
    return services.finish_count(sheet=sheet, actor=actor_of(user), now=now)


def test_a_count_holds_the_book_of_its_moment(network, sheet, yard, now, d1_gm, actor_of) -> None:
    yard.come("late", network.d1)
    again = services.open_count(dealer=network.d1, kind="monthly", actor=actor_of(d1_gm), now=now)
    assert (again, sheet.book_units, sheet.lines.count()) == (sheet, 4, 4)


def test_codes_are_found_refused_and_noted_as_surplus(sheet, see) -> None:
    assert see("000001").result == "found"
    assert see(VINS[1].lower(), place="二号库", lacks_certificate=True).result == "wrong_place"
    assert see(SURPLUS).result == "surplus"
    assert see(SURPLUS).pk == CountLine.objects.get(vin=SURPLUS).pk
    for code, expected in (("000009", "unknown"), ("123", "unknown"), ("LDP0000A0SA000009", "wrong_vin")):
        with pytest.raises(DomainError) as refused:
            see(code)
        assert refused.value.code == expected
    assert sheet.lines.count() == 5


def test_a_count_that_agrees_is_finished_by_that(sheet, see, now, d1_gm, actor_of) -> None:
    for vin in VINS:
        see(vin)
    done = finish(sheet, d1_gm, now, actor_of)
    assert (done.state, done.found_units, done.difference_units) == ("closed", 4, 0)
    assert not Todo.objects.filter(code="inventory.vehicles_missing").exists()
    with pytest.raises(DomainError):
        see(VINS[0])


def test_differences_are_explained_approved_and_adjusted(
    network, sheet, see, now, d1_gm, prov_zj, actor_of, client_of
) -> None:
    for code in (VINS[0], VINS[1], SURPLUS):
        see(code)
    done = finish(sheet, d1_gm, now, actor_of)
    assert (done.state, done.missing_units, done.surplus_units) == ("variance", 2, 1)
    todo = Todo.objects.get(code="inventory.vehicles_missing", closed_at=None)
    assert (todo.role, todo.dealer_id, todo.params["count"]) == ("account_manager", network.d1.pk, "2")
    lines = {line.vin: line for line in queries.variances(done)}
    page = reverse("inventory:count-explain", kwargs={"pk": sheet.pk})
    told = {f"why-{line.pk}": "已售未出库" for line in lines.values()}
    short = client_of(d1_gm).post(page, {**told, f"why-{lines[SURPLUS].pk}": ""})
    assert (short.status_code, SURPLUS in short.content.decode()) == (422, True)
    adjust = {f"adjust-{lines[vin].pk}": "on" for vin in (VINS[2], SURPLUS)}

    def ask() -> None:
        assert client_of(d1_gm).post(page, told | adjust).status_code == 302

    left = asked_and_taken_back("inventory.count_adjustment", ask, watched=("inventory",))
    noted = {
        "inventory.countline.explanation",
        "inventory.countline.is_adjusted",
        "inventory.countsheet.note",
    }
    sheet.refresh_from_db()
    assert (left, sheet.state) == (noted, "variance")  # what was typed stays for the next time
    ask()
    sheet.refresh_from_db()
    assert (sheet.state, StockMovement.objects.filter(kind="adjustment").count()) == ("asked", 0)
    approval = Approval.objects.get(flow="inventory.count_adjustment", state="waiting")
    work.decide(approval=approval, verdict="approve", comment="", actor=actor_of(prov_zj), now=now)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.closed_at) == ("closed", now)
    here = StockUnit.objects.filter(dealer=network.d1, gone_on=None).values_list("vin", flat=True)
    assert set(here) == {VINS[0], VINS[1], VINS[3], SURPLUS}
    assert not Todo.objects.filter(code="inventory.vehicles_missing", closed_at=None).exists()


def test_the_counting_page_takes_codes_with_and_without_scripts(sheet, d1_gm, d2_gm, client_of) -> None:
    page = reverse("inventory:count-scan", kwargs={"pk": sheet.pk})
    client = client_of(d1_gm)
    assert client.post(page, {"code": "000001"}).status_code == 302
    board = client.post(page, {"code": "000002"}, headers={"HX-Request": "true"})
    assert (board.status_code, VINS[1] in board.content.decode()) == (200, True)
    wrong = client.post(page, {"code": "999999"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    whole = client.post(page, {"code": "999999"})
    finish = reverse("inventory:count-finish", kwargs={"pk": sheet.pk})
    assert (whole.status_code, finish in whole.content.decode()) == (422, True)
    assert client_of(d2_gm).post(page, {"code": "000003"}).status_code == 404
    assert sheet.lines.exclude(found_at=None).count() == 2
