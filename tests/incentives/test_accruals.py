"""What published policies come to with each month: to the fen, a line for every car, or a reason for none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from apps.dealers.models import Dealer
from apps.incentives.models import Accrual, AccrualLine, Policy, PolicyVersion
from apps.incentives.rules import document as documents
from apps.kernel.period import Month, Quarter
from apps.risk.models import RetailDecision
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from tests.factories.facts import SYSTEM, close, sell
from tests.sales.rows import row

Q2, BEFORE = Quarter(2026, 2), Quarter(2025, 2)
pytestmark = pytest.mark.django_db


def _policy(code: str, clause: dict, since: date = date(2026, 1, 1), **more) -> PolicyVersion:
    read = documents.read({"code": code, "label": {"zh": code, "en": code}, "components": [clause], **more})
    policy, _new = Policy.objects.get_or_create(code=code, defaults={"label_zh": code, "label_en": code})
    return PolicyVersion.objects.create(
        policy=policy,
        version=policy.versions.count() + 1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since,
        published_on=since,
        published_at=f"{since}T00:00:00Z",
    )


CARS = {"code": "cars", "type": "retail_campaign", "params": {"value": "1000"}}


def test_the_quarter_is_accrued_month_by_month(network, now, client_of, api_of, d1_gm, d2_gm) -> None:
    """D001 sold 10 cars in the second quarter of 2025 and 12 in that of 2026, D002 only 3 in 2026."""
    for quarter, units in ((BEFORE, (3, 3, 4)), (Q2, (4, 4, 4))):
        for month, count in zip(quarter.months, units, strict=True):
            sell(network.d1, month, count, now)
    for month in Q2.months:
        sell(network.d2, month, 1, now)
    for month in (*BEFORE.months, *Q2.months):
        close(month, now, freeze=True)

    row = Accrual.objects.get(dealer=network.d1, period=Q2.months[-1].first)
    assert (row.window_first, row.window_last) == (date(2026, 4, 1), date(2026, 6, 30))
    assert (row.achievement, row.amount, row.included) == (D("0.200000"), D("18000.00"), 12)
    assert (row.components[0]["rate"], row.components[0]["base"]) == ("0.015", "1200000")
    lines = AccrualLine.objects.filter(accrual=row)
    assert [line.amount for line in lines] == [D("1500.00")] * 12
    april = Accrual.objects.get(dealer=network.d1, period=Q2.months[0].first)  # 4 against 3
    assert (april.achievement, april.amount) == (D("0.333333"), D("6000.00"))

    gm, other = client_of(d1_gm), client_of(d2_gm)
    page = gm.get(f"/incentives/accruals/{row.pk}/").content.decode()
    assert "18,000.00" in page and "20% → 1.5%" in page
    assert gm.get(f"/incentives/accruals/{row.pk}/cars/").content.decode().count("1,500.00") == 12
    assert gm.get("/incentives/accruals/?month=2026-06").content.decode().count("18,000.00") == 1

    # without last year there is no value
    none = Accrual.objects.get(dealer=network.d2, period=Q2.months[-1].first)
    assert (none.amount, none.reason) == (None, "no_data:2025-04")
    assert "缺少 2025-04 的数据" in other.get(f"/incentives/accruals/{none.pk}/").content.decode()

    # a foreign accrual does not exist
    assert other.get(f"/incentives/accruals/{row.pk}/").status_code == 404
    assert other.get(f"/incentives/accruals/{row.pk}/cars/").status_code == 404
    api = api_of(d2_gm)
    assert api.get(f"/api/v1/rebate-accruals/{row.pk}/").status_code == 404
    found = api.get("/api/v1/rebate-accruals/").json()["results"]
    assert {each["dealer"] for each in found} == {"D002"}

    # lines of a frozen reading refuse every write, whoever writes
    frozen = lines.first()
    before = list(AccrualLine.objects.order_by("pk").values())
    writes = (
        lambda: AccrualLine.objects.create(
            dealer=network.d2,
            accrual=none,
            delivery=RetailDelivery.objects.filter(dealer=network.d2).first(),
            component="growth",
            units=1,
            base=1,
            amount=1,
        ),
        lambda: AccrualLine.objects.filter(pk=frozen.pk).update(amount=0),
        lambda: AccrualLine.objects.filter(pk=frozen.pk).delete(),
        lambda: AccrualLine.objects.filter(pk=frozen.pk).update(
            dealer=network.d2, accrual=none, delivery=RetailDelivery.objects.filter(dealer=network.d2).first()
        ),
    )
    for write in writes:
        with pytest.raises(IntegrityError, match=r"revision 1 of 2026-0\d is frozen"), transaction.atomic():
            write()
    assert list(AccrualLine.objects.order_by("pk").values()) == before


def test_computing_again_gives_the_same_and_an_open_month_may_be_replaced(network, now) -> None:
    """Every published policy is accrued: by the car, by rank, and from a budget shared by the network."""
    _policy("CARS", CARS)
    budget = {"amount": "3000", "mode": "pro_rata"}
    _policy("POOL", CARS, budget=budget)
    month = Month(2026, 6)
    for dealer, units in ((network.d1, 3), (network.d2, 1)):
        sell(dealer, month, units, now)
    close(month, now)
    kept = ("dealer__code", "version__policy__code", "amount", "reason", "components", "sha256")
    before = list(Accrual.objects.order_by(*kept[:2]).values_list(*kept))
    paid = {row[:2]: row[2] for row in before}
    assert paid["D001", "CARS"] == D("3000.00") and paid["D002", "CARS"] == D("1000.00")
    assert paid["D001", "POOL"] == D("2250.00") and paid["D002", "POOL"] == D("750.00")
    assert AccrualLine.objects.count() == 8
    close(month, now)
    assert list(Accrual.objects.order_by(*kept[:2]).values_list(*kept)) == before
    assert AccrualLine.objects.count() == 8


@pytest.mark.parametrize(("cutoff", "codes"), [(None, ["D001", "D003"]), (25, ["D001", "D002"])])
def test_who_is_accrued_follows_the_business_month(network, now, settings, cutoff, codes) -> None:
    """Under cut-off day 25 April is 03-26 to 04-25: who left 03-28 was there, who comes 04-28 is not."""
    settings.BUSINESS_CUTOFF_DAY = cutoff
    Dealer.objects.exclude(code__in=["D001", "D002", "D003"]).update(opened_on=date(2026, 5, 1))
    Dealer.objects.filter(code="D003").update(opened_on=date(2026, 4, 28))
    Dealer.objects.filter(code="D002").update(closed_on=date(2026, 3, 28))
    close(Q2.months[0], now)
    assert sorted(Accrual.objects.values_list("dealer__code", flat=True)) == codes


def test_a_term_is_computed_by_the_version_it_began_with(network, now) -> None:
    """The second version holds from the 10th of May: May stays with the first, June has the second."""
    first = _policy("CARS", CARS, date(2026, 5, 1))
    second = _policy("CARS", CARS | {"params": {"value": "1100"}}, date(2026, 5, 10))
    for month in (Month(2026, 5), Month(2026, 6)):
        sell(network.d1, month, 1, now)
        close(month, now)
    found = Accrual.objects.filter(dealer=network.d1, version__policy=first.policy).order_by("period")
    assert list(found.values_list("version", "amount")) == [
        (first.pk, D("1000.00")),
        (second.pk, D("1100.00")),
    ]


def test_a_dealer_that_closed_in_the_quarter_keeps_a_row_with_its_reason(network, now) -> None:
    sell(network.d1, Q2.months[0], 1, now)
    Dealer.objects.filter(code="D001").update(closed_on=date(2026, 4, 30))
    for month in Q2.months[:2]:
        close(month, now)
    row = Accrual.objects.get(dealer=network.d1, period=Q2.months[1].first)
    assert (row.amount, row.reason) == (None, "no_data:2026-05")


def test_a_car_of_an_exclusive_group_is_paid_once_and_places_and_decisions_count(network, now) -> None:
    """SECOND comes after FIRST by its priority, whatever the codes say; AREA takes back outside."""
    june = Month(2026, 6)
    _policy("B-FIRST", CARS | {"exclusive_group": "retail", "priority": 10})
    _policy("A-SECOND", CARS | {"exclusive_group": "retail", "priority": 20})
    area = {"discount": "0.04", "clawback": "0.75", "price_basis": "price"}
    _policy("AREA", {"code": "area", "type": "local_sales", "params": area})
    Dealer.objects.filter(pk=network.d1.pk).update(province="33")
    places = ("浙江省", "杭州市", "", "江苏省", "南京市")
    cars = [
        row(f"P{no}", network.d1.pk, occurred_on=date(2026, 6, 10), price_amount=D(150000), region_text=place)
        for no, place in enumerate(places)
    ]
    sales.record_deliveries(rows=cars, source="test", actor=SYSTEM, now=now)
    for car, verdict in zip(
        RetailDelivery.objects.order_by("pk")[:2], ("customer_data", "cleared"), strict=True
    ):
        RetailDecision.objects.create(
            dealer=network.d1,
            delivery=car,
            verdict=verdict,
            reason="抽查",
            state="decided",
            proposed_by="policy",
            proposed_at=now,
            decided_by="hq_fin",
            decided_at=now,
        )
    close(june, now)
    found = Accrual.objects.filter(dealer=network.d1).exclude(version__policy__code="quarterly_growth")
    paid = dict(found.values_list("version__policy__code", "amount"))
    # 5 cars, one of them with wrong customer data; 150,000 × 4 % × 75 % × 2 cars of another province
    assert paid == {"B-FIRST": D("4000.00"), "A-SECOND": D("0.00"), "AREA": D("-9000.00")}
