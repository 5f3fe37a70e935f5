"""Contests: places set from what was earned, ties by the stated rule, frozen and paid once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.engagement import services
from apps.engagement.models import Contest, ContestPlace
from apps.engagement.rules import Subject, places_of, read_prizes, written
from apps.kernel.period import Month
from apps.ledger.models import Entry
from apps.sales.models import RetailDelivery
from apps.work.models import Notice
from tests.engagement.shop import SYSTEM, points, rule
from tests.factories import network as factory
from tests.factories.facts import close, sell

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)


def test_places_and_prizes_are_read_as_people_write_them() -> None:
    assert places_of([Decimal(5), Decimal(9), Decimal(9), Decimal(1)]) == [3, 1, 1, 4]
    prizes = read_prizes("1：500，2-3: 200")
    assert prizes == [(1, 1, 500), (2, 3, 200)] and written(prizes) == "1: 500, 2-3: 200"
    for wrong in ("2: 5", "1: 5, 3: 2", "1: x", "1-0: 5", "", "1: 0"):
        with pytest.raises(ValueError):
            read_prizes(wrong)


def test_people_compete_share_places_and_are_paid_once(network, hq_ops, d1_gm, d2_gm, client_of, now) -> None:
    rule()
    stores = {"a": network.d1, "b": network.d1, "c": network.d2, "d": network.d2}
    people = {name: factory.persona(name, Role.SALES_CONSULTANT, dealer=at) for name, at in stores.items()}
    more = [factory.persona(f"z{n}", Role.SALES_CONSULTANT, dealer=network.d4) for n in range(9)]
    sell([network.d1, network.d2, network.d4], JUNE, 12, now)
    for name, cars in {"a": 3, "b": 2, "c": 3}.items():
        free = RetailDelivery.objects.filter(dealer=stores[name]).order_by("pk")
        start = 3 if name == "b" else 0
        for car in free[start : start + cars]:
            services.name_seller(delivery=car, person_id=people[name].pk, actor=SYSTEM, now=now)
    for person, car in zip(more, RetailDelivery.objects.filter(dealer=network.d4), strict=False):
        services.name_seller(delivery=car, person_id=person.pk, actor=SYSTEM, now=now)
    services.earn(actor=SYSTEM, now=now)
    desk = client_of(hq_ops)
    sent = {"code": "june", "label_zh": "六月之星", "label_en": "June stars", "subject": "person"}
    sent |= {"measure": "cars", "roles": ["sales_consultant"], "first": "2026-06-01", "last": "2026-07-12"}
    assert desk.post("/engagement/contests/new/", sent | {"prizes": "2: 5"}).status_code == 422
    made = desk.post("/engagement/contests/new/", sent | {"prizes": "1: 500, 2-3: 200"})
    assert made.status_code == 302
    contest = Contest.objects.get()
    board = {place.name: (place.place, int(place.value), place.prize) for place in ContestPlace.objects.all()}
    assert {name: board[name] for name in "abcd"} == {
        "a": (1, 3, 500),
        "c": (1, 3, 500),
        "b": (3, 2, 200),
        "d": (13, 0, 0),
    }
    page = client_of(people["d"]).get(made.url)
    assert [place.place for place in page.context["own"]] == [13] and page.context["competing"] == 13
    assert "z8" in page.content.decode()  # the fourth place, shared by nine
    with pytest.raises(DomainError) as found:
        services.end_contest(contest=contest, actor=SYSTEM, now=now)
    assert found.value.code == "too_early" and not Entry.objects.filter(target_label="engagement.contest")
    over = now + timedelta(days=1)
    services.end_contest(contest=contest, actor=SYSTEM, now=over)
    assert [points(people[name])[0] for name in "abcd"] == [530, 220, 530, 0]
    assert Notice.objects.filter(code="engagement.prize_won").count() == 3
    entries = Entry.objects.count()
    with pytest.raises(DomainError) as found:
        services.end_contest(contest=contest, actor=SYSTEM, now=over)
    assert found.value.code == "contest_ended" and Entry.objects.count() == entries
    with pytest.raises(DatabaseError), transaction.atomic():
        ContestPlace.objects.filter(place=1).update(value=0)
    assert (
        client_of(d2_gm).get("/engagement/boards/", {"dealer": "D001"}).content.decode().count("六月之星")
        == 2
    )


def test_stores_compete_in_a_measure_and_their_people_are_paid(network, d1_sm, d4_sm, now) -> None:
    sell(network.d1, JUNE, 4, now)
    sell(network.d4, JUNE, 2, now)
    close(JUNE, now)
    plan = services.Plan(
        code="stores",
        label_zh="门店竞赛",
        label_en="Stores",
        subject=Subject.DEALER,
        measure="sales.retail_units",
        roles=[Role.DEALER_SALES],
        first=JUNE.first,
        last=JUNE.last,
        prizes=read_prizes("1: 300, 2: 100"),
    )
    row = services.open_contest(plan=plan, actor=SYSTEM, now=now)
    best = ContestPlace.objects.filter(contest=row).order_by("place", "pk").select_related("dealer")[:3]
    assert [(each.dealer.code, each.value, each.place) for each in best][:2] == [
        ("D001", Decimal(4), 1),
        ("D004", Decimal(2), 2),
    ]
    assert services.follow_contests(actor=SYSTEM, now=now) == 1
    row.refresh_from_db()
    assert row.state == "ended" and date(2026, 7, 12) == row.ended_at.date()
    assert (points(d1_sm)[0], points(d4_sm)[0]) == (300, 100)
    assert services.follow_contests(actor=SYSTEM, now=now) == 0


@pytest.fixture
def d4_sm(network):
    return factory.persona("d4_sm", Role.DEALER_SALES, dealer=network.d4)
