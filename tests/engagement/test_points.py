"""Points from events to gifts: earned once, spent once, taken back with the car, by two people by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from apps.accounts import queries as accounts
from apps.core.errors import DomainError
from apps.core.models import AuditEvent, ImportBatch, ImportRow
from apps.core.roles import Role
from apps.engagement import services
from apps.engagement.models import Earning, Gift, GiftMovement, PointRequest, Redemption, SaleCredit
from apps.engagement.rules import RequestKind
from apps.kernel.period import Month
from apps.ledger import queries as books
from apps.ledger import services as ledger
from apps.ledger.models import Account, Entry
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, transfer
from apps.reports.models import Submission
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.work import services as work
from apps.work.models import Approval, Notice, Todo
from tests.engagement.shop import SOLD, SYSTEM, gift, points, rule, sold
from tests.factories import network as factory
from tests.factories.facts import sell
from tests.work.withdrawing import asked_and_taken_back

pytestmark = pytest.mark.django_db


@contextmanager
def refused(code: str) -> Iterator[None]:
    """A rule refuses, by its code."""
    with pytest.raises(DomainError) as found:
        yield
    assert found.value.code == code


@pytest.fixture
def seller(network):
    return factory.persona("seller", Role.SALES_CONSULTANT, dealer=network.d1)


def test_cars_bring_points_once_and_take_them_back_when_returned(network, seller, d1_sm, now) -> None:
    rule()
    cars = sold(network.d1, seller, 12, now)
    assert services.earn(actor=SYSTEM, now=now) == 12
    assert points(seller) == (120, 120)
    assert services.earn(actor=SYSTEM, now=now) == 0
    assert (points(seller), points(d1_sm)) == ((120, 120), (0, 0))
    (account,) = Account.objects.filter(kind=AccountKind.POINTS)
    assert {lot.expires_on for lot in books.lots(account)} == {date(2027, 6, 15)}
    sales.record_return(delivery=cars[0], returned_on=date(2026, 7, 2), note="", actor=SYSTEM, now=now)
    assert services.earn(actor=SYSTEM, now=now) == 1
    assert points(seller) == (110, 110)
    assert services.earn(actor=SYSTEM, now=now) == 0
    assert Earning.objects.filter(stands=False).count() == 1
    assert books.trial_balance()["PTS"] == 0
    with refused("named_already"):
        services.name_seller(delivery=cars[1], person_id=d1_sm.pk, actor=SYSTEM, now=now)


def test_spent_points_of_a_returned_car_are_owed(network, seller, actor_of, now) -> None:
    rule()
    (car,) = sold(network.d1, seller, 1, now)
    services.earn(actor=SYSTEM, now=now)
    cup = gift("cup", 10, 3, now)
    wish = services.redeem(gift=cup, units=1, deliver_to="D001", key="a", actor=actor_of(seller), now=now)
    services.answer(redemption=wish, handed_out=True, text="SF-1", actor=SYSTEM, now=now)
    sales.record_return(delivery=car, returned_on=date(2026, 7, 2), note="", actor=SYSTEM, now=now)
    services.earn(actor=SYSTEM, now=now)
    assert points(seller) == (-10, -10)
    with refused("insufficient_funds"):
        services.redeem(gift=cup, units=1, deliver_to="D001", key="b", actor=actor_of(seller), now=now)
    cup.refresh_from_db()
    assert cup.stock == 2
    services.take_back(redemption=wish, text="破损", actor=SYSTEM, now=now)
    assert points(seller) == (0, 0)


def test_versions_caps_and_posts_decide(network, seller, d1_sm, d1_gm, now) -> None:
    """The rule of the day of the event pays; a cap is counted over what stands; only named posts earn."""
    rule(effective_from=date(2026, 5, 1), points=Decimal(3))
    rule(effective_from=date(2026, 6, 1), factor=Decimal("1.5"), month_cap=40, code="sold")
    sold(network.d1, seller, 4, now)
    services.earn(actor=SYSTEM, now=now)
    assert points(seller) == (40, 40)  # 15 + 15 + 10 + 0
    assert sorted(Earning.objects.values_list("points", flat=True)) == [0, 10, 15, 15]
    rule(code="report", event="report_on_time", roles=[Role.DEALER_GENERAL], points=Decimal(5))
    at = now - timedelta(days=2)
    sent = {"form": "x", "form_version": "1", "period": date(2026, 6, 1), "period_text": "2026-06"}
    sent |= {"dealer": network.d1, "created_at": at, "saved_at": at, "saved_by": "", "submitted_at": at}
    for form, on_time in (("a", True), ("b", False)):
        Submission.objects.create(
            **{**sent, "form": form}, state="submitted", on_time=on_time, submitted_by_id=d1_gm.pk
        )
    assert services.earn(actor=SYSTEM, now=now) == 1
    assert (points(d1_gm), points(d1_sm)) == ((5, 5), (0, 0))
    with refused("past"):
        services.set_rule(given=SOLD, actor=SYSTEM, now=now)


def test_by_hand_two_people_decide_and_a_transfer_keeps_the_last_days(
    network, seller, reg_a, hq_fin, hq_ops, actor_of, now
) -> None:
    def wish(kind: RequestKind, by: Any = reg_a, **given: Any) -> PointRequest:
        wanted = services.Wanted(kind=kind, person=seller, reason="门店竞赛", **given)
        return services.ask(wanted=wanted, actor=actor_of(by), now=now)

    def decide(row: PointRequest, verdict: str = "approve", by: Any = hq_fin) -> None:
        asked = Approval.objects.get(flow="engagement.points", target_id=row.pk)
        work.decide(approval=asked, verdict=verdict, comment="好", actor=actor_of(by), now=now)

    left = asked_and_taken_back(
        "engagement.points",
        lambda: wish(RequestKind.GRANT, points=Decimal(100)),
        watched=("engagement", "ledger"),
    )
    assert (left, PointRequest.objects.get().state) == ({"engagement.pointrequest"}, "refused")
    row = wish(RequestKind.GRANT, points=Decimal(100), valid_months=3)
    with refused("own_request"):
        decide(row, by=reg_a)
    assert points(seller) == (0, 0)
    decide(row)
    assert points(seller) == (100, 100)
    assert Notice.objects.filter(user=seller, code="engagement.points_changed").count() == 1
    second = wish(RequestKind.GRANT, points=Decimal(7))
    decide(second, "reject")
    decide(wish(RequestKind.DEDUCTION, points=Decimal(30)))
    assert points(seller) == (70, 70)
    new = factory.persona("seller_d2", Role.SALES_CONSULTANT, dealer=network.d2)
    decide(wish(RequestKind.TRANSFER, by=hq_ops, to_person=new))
    assert (points(seller), points(new)) == ((0, 0), (70, 70))
    account = Account.objects.get(person=new, kind=AccountKind.POINTS)
    assert [(lot.remaining, lot.expires_on) for lot in books.lots(account)] == [(70, date(2026, 10, 12))]
    own = services.Wanted(RequestKind.GRANT, reg_a, "x", Decimal(5))
    with refused("own_points"):
        services.ask(wanted=own, actor=actor_of(reg_a), now=now)
    assert ledger.expire(on=date(2026, 10, 13), actor=SYSTEM, now=now) == 1
    assert points(new) == (0, 0)


def test_the_desk_hands_out_refuses_and_takes_back(network, seller, client_of, hq_ops, d2_gm, now) -> None:
    rule()
    sold(network.d1, seller, 6, now)
    services.earn(actor=SYSTEM, now=now)
    bag = gift("bag", 30, 2, now)
    shop, desk = client_of(seller), client_of(hq_ops)
    page = shop.get("/engagement/points/").content.decode()
    assert "60" in page and "交车积分" in page
    form = shop.get(f"/engagement/catalogue/{bag.pk}/redeem/").context["form"]
    sent = {"units": 1, "deliver_to": "杭州店", "key": form.initial["key"]}
    first = shop.post(f"/engagement/catalogue/{bag.pk}/redeem/", sent)
    again = shop.post(f"/engagement/catalogue/{bag.pk}/redeem/", sent)
    assert first.status_code == 302 and first.url == again.url
    assert points(seller) == (60, 30)
    (wish,) = Redemption.objects.all()
    assert Todo.objects.filter(code="engagement.hand_out", state="open").count() == 1
    assert client_of(d2_gm).get(first.url).status_code == 404
    assert shop.post(f"{first.url}send/", {"answer": ""}).status_code == 403
    assert desk.post(f"{first.url}send/", {"answer": "SF1"}).status_code == 302
    assert points(seller) == (30, 30)
    assert desk.post(f"{first.url}return/", {"answer": "破损"}).status_code == 302
    assert points(seller) == (60, 60)
    other = sent | {"key": form.initial["key"].hex[::-1]}
    second = shop.post(f"/engagement/catalogue/{bag.pk}/redeem/", other)
    assert desk.post(f"{second.url}refuse/", {"answer": ""}).status_code == 422
    assert shop.post(f"{second.url}cancel/").status_code == 302
    assert points(seller) == (60, 60)
    bag.refresh_from_db()
    assert bag.stock == 2 == sum(GiftMovement.objects.values_list("units", flat=True))
    assert Notice.objects.filter(user=seller, code="engagement.redemption_answered").count() == 2
    wish.refresh_from_db()
    assert wish.state == "returned"
    assert Todo.objects.filter(code="engagement.hand_out", state="open").count() == 0


def test_who_left_cannot_spend_and_who_comes_back_can(network, seller, hq_fin, actor_of, now) -> None:
    rule()
    sold(network.d1, seller, 2, now)
    services.earn(actor=SYSTEM, now=now)
    seller.assignments.update(valid_to=now.date() - timedelta(days=30))
    assert services.follow_leavers(actor=SYSTEM, now=now) == 0
    later = now + timedelta(days=1)
    assert services.follow_leavers(actor=SYSTEM, now=later) == 1
    assert services.follow_leavers(actor=SYSTEM, now=later) == 0
    assert points(seller) == (20, 0)
    seller.assignments.update(valid_to=None)
    assert services.follow_leavers(actor=SYSTEM, now=later) == 1
    assert points(seller) == (20, 20)
    (account,) = Account.objects.filter(kind=AccountKind.POINTS)
    ledger.freeze(account=account, reason="核查", actor=actor_of(hq_fin), now=now)
    assert services.follow_leavers(actor=SYSTEM, now=later) == 0


def test_the_api_redeems_and_names_sellers(network, seller, d1_sm, d2_gm, api_of, now) -> None:
    rule()
    sell(network.d1, Month(2026, 6), 1, now)
    from_d1 = api_of(d1_sm)
    car = from_d1.get("/api/v1/deliveries/").json()["results"][0]["id"]
    body = {"delivery": car, "person": "seller"}
    foreign = api_of(d2_gm).post("/api/v1/sale-credits/", body, format="json", headers=_key("k-foreign"))
    assert foreign.status_code == 409
    made = from_d1.post("/api/v1/sale-credits/", body, format="json", headers=_key("k-credit"))
    assert made.status_code == 201
    services.earn(actor=SYSTEM, now=now)
    gift("pen", 10, 1, now)
    wish = {"gift": "pen", "deliver_to": "D001"}
    own = api_of(seller)
    assert own.post("/api/v1/redemptions/", wish, format="json", headers=_key("k-pen")).status_code == 201
    assert own.post("/api/v1/redemptions/", wish, format="json", headers=_key("k-pen")).status_code == 201
    short = own.post("/api/v1/redemptions/", wish, format="json", headers=_key("k-pen-2"))
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_funds")
    assert own.get("/api/v1/redemptions/").json()["count"] == 1
    assert from_d1.get("/api/v1/redemptions/").json()["count"] == 0


def test_a_file_names_the_sellers_of_one_s_own_cars(network, seller, d1_sm, d2_gm, client_of, now) -> None:
    """Foreign cars and foreign people read like unknown ones; a seller is named once."""
    sell(network.d1, Month(2026, 6), 3, now)
    sell(network.d2, Month(2026, 6), 1, now)
    factory.persona("seller_d2", Role.SALES_CONSULTANT, dealer=network.d2)
    cars = RetailDelivery.objects.filter(dealer=network.d1).order_by("pk")
    first, second, third = (car.vin or car.external_id for car in cars)
    foreign = RetailDelivery.objects.get(dealer=network.d2)
    services.name_seller(delivery=cars[2], person_id=d1_sm.pk, actor=SYSTEM, now=now)
    rows = [
        (first, "SELLER"),
        (second, "seller_d2"),
        (third, "seller"),
        (foreign.vin or foreign.external_id, "seller_d2"),
        ("CAR-0", "seller"),
    ]
    text = "VIN,Seller\n" + "".join(f"{car},{person}\n" for car, person in rows)
    sent = SimpleUploadedFile("sellers.csv", text.encode(), content_type="text/csv")
    shop = client_of(d1_sm)
    shop.post("/imports/new/", {"kind": "engagement.seller", "file": sent}, follow=True)
    batch = ImportBatch.objects.get()
    told = ImportRow.objects.filter(batch=batch).order_by("row_no").values_list("errors", flat=True)
    assert [[error["code"] for error in each] for each in told] == [
        [], ["not_staff"], ["named_already"], ["unknown"], ["unknown"],
    ]  # fmt: skip
    shop.post(f"/imports/{batch.pk}/commit/", {"mode": "good"}, follow=True)
    named = SaleCredit.objects.filter(person=seller)
    assert [row.delivery for row in named] == [cars[0]]
    assert AuditEvent.objects.filter(action="engagement.name_seller", object_id=str(named[0].pk)).count() == 1
    assert client_of(d2_gm).get("/engagement/sellers/").status_code == 200


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": f"{key}-00000000"}


@pytest.mark.django_db(transaction=True)
def test_parallel_redemptions_neither_overspend_nor_oversell(network, now) -> None:
    """60 twice from 100: one; then the last piece wanted by two people: one."""
    users = [factory.persona(name, Role.SALES_CONSULTANT, dealer=network.d1) for name in ("first", "second")]
    for user in users:
        _give(user, 100, now)
    big, last = gift("big", 60, 9, now), gift("last", 40, 1, now)
    assert sorted(_both((users[0], big, "a"), (users[0], big, "b"), now=now)) == ["insufficient_funds", "ok"]
    assert points(users[0]) == (100, 40)
    assert sorted(_both((users[0], last, "c"), (users[1], last, "d"), now=now)) == ["ok", "out_of_stock"]
    assert {row.code: row.stock for row in Gift.objects.all()} == {"big": 8, "last": 0}
    assert Redemption.objects.count() == 2


def _give(user: Any, amount: int, now: Any) -> Entry:
    lines = transfer(AccountKind.POINTS_COST, AccountKind.POINTS, Decimal(amount))
    draft = Draft(f"given:{user.pk}", Book(person_id=user.pk), EntryKind.GRANT, lines, now.date())
    return ledger.post(draft=draft, actor=SYSTEM, now=now)


def _both(*wishes: tuple[Any, Gift, str], now: Any) -> list[str]:
    """Two connections at the same moment."""
    ready, said = threading.Barrier(len(wishes)), []

    def go(user: Any, wanted: Gift, key: str) -> None:
        try:
            actor = accounts.actor_for(user, on=now.date())
            ready.wait(timeout=10)
            services.redeem(gift=wanted, units=1, deliver_to="D001", key=key, actor=actor, now=now)
            said.append("ok")
        except DomainError as error:
            said.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=wish) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert connection.vendor == "postgresql"
    return said
