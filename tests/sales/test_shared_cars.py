"""A car that several stores report counts once, each store by its share. Bug museum: B4."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from io import BytesIO
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.core.imports import services as imports
from apps.core.models import AuditEvent
from apps.incentives import services as incentives
from apps.incentives.models import Accrual, AccrualLine, Policy, PolicyVersion, Statement, StatementLine
from apps.incentives.rules import document as documents
from apps.incentives.rules.settling import RunKind
from apps.kernel.period import Month
from apps.metrics.models import MeasureValue, UnitKpiValue
from apps.sales import queries, rules
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.sales.services import posting
from apps.work.models import Notice
from tests.factories.facts import SYSTEM, close
from tests.incentives import story
from tests.incentives.story import vin
from tests.sales.rows import row

JUNE, JULY = Month(2026, 6), Month(2026, 7)
PRICE = D("100000.01")
URL = "/api/v1/car-splits/"


@pytest.fixture
def reported(network, now):
    """Let stores report the same cars, each as its own delivery."""

    def report(*dealers, cars=1) -> None:
        for dealer in dealers:
            rows = [
                row(f"{dealer.code}-{no}", dealer.pk, vin=vin(no), price_amount=PRICE)
                for no in range(1, cars + 1)
            ]
            sales.record_deliveries(rows=rows, source=f"dms-{dealer.code}", actor=SYSTEM, now=now)

    return report


def measured(month: Month, measure: str = "sales.retail_units") -> dict[str, D]:
    rows = MeasureValue.objects.filter(period=month.first, measure=measure, revision=1, dimension="")
    return {code: value for code, value in rows.values_list("dealer__code", "value") if value}


def shares(no: int = 1) -> dict[str, D]:
    rows = queries.standing().filter(vin=vin(no))
    return dict(rows.values_list("dealer__code", "credit"))


def pushed(api, *rows, key="split-cars-1", **more):
    body = {"rows": [dict(zip(("vin", "dealer", "credit"), each, strict=True)) for each in rows], **more}
    return api.post(URL, body, format="json", headers={"Idempotency-Key": key})


def halves(*numbers: int) -> list[tuple[str, str, str]]:
    return [(vin(no), dealer, "50%") for no in numbers for dealer in ("D001", "D002")]


def page_of(name: str, dealer: str, no: int = 1) -> str:
    held = queries.standing().get(dealer__code=dealer, vin=vin(no))
    return reverse(f"sales:delivery-{name}", kwargs={"pk": held.pk})


def per_car(value: str) -> Policy:
    clause = {"code": "cars", "type": "retail_campaign", "params": {"value": value}}
    read = documents.read({"code": "CARS", "label": {"zh": "每台", "en": "Cars"}, "components": [clause]})
    since = date(2026, 1, 1)
    policy = Policy.objects.create(code="CARS", label_zh="每台", label_en="Cars")
    PolicyVersion.objects.create(
        policy=policy,
        version=1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since,
        published_on=since,
        published_at=f"{since}T00:00:00Z",
    )
    return policy


def test_ten_cars_of_two_stores_count_five_at_each_and_ten_in_all(
    network, reported, now, hq_ops, api_of, client_of
) -> None:
    """B4: 2 stores, 50 % of 10 each: 5 + 5, the network 10; a policy by the car pays each half of it."""
    policy = per_car("999.99")
    reported(network.d1, network.d2, cars=10)
    close(JUNE, now)
    assert measured(JUNE) == {"D001": 10, "D002": 10}
    answer = pushed(api_of(hq_ops), *halves(*range(1, 11)))
    assert (answer.status_code, answer.json()["created"], answer.json()["rows"]) == (201, 20, [])
    again = pushed(api_of(hq_ops), *halves(*range(1, 11)), key="split-cars-2").json()
    assert (again["created"], again["same"]) == (0, 20)
    close(JUNE, now, freeze=True)
    assert measured(JUNE) == {"D001": 5, "D002": 5}
    assert measured(JUNE, "sales.retail_amount") == {"D001": D("500000.05"), "D002": D("500000.05")}
    whole = UnitKpiValue.objects.get(unit=network.hq, period=JUNE.first, kpi="sales.retail_units")
    assert whole.value == 10
    accrued = Accrual.objects.filter(version__policy__code="CARS", amount__gt=0)
    assert {each.dealer.code: each.amount for each in accrued} == {"D001": D("4999.95"), "D002": D("4999.95")}
    lines = AccrualLine.objects.filter(accrual__in=accrued)
    assert {(line.units, line.base) for line in lines} == {(D("0.500000"), D("0.500000"))}
    cars = client_of(hq_ops).get(f"/incentives/accruals/{accrued[0].pk}/cars/").content.decode()
    assert cars.count(">0.5</td>") == 10
    facts = (
        client_of(hq_ops)
        .get(reverse("metrics:facts", args=["sales.retail_units", "D001", str(JUNE)]))
        .content.decode()
    )
    assert facts.count(">50%</td>") == 10

    for known_at, amount, units in ((now, "9999.90", "1"), (timezone.now(), "4999.95", "0.5")):
        asked = {"policy": policy, "window": story.JUNE, "kind": RunKind.INTERIM}
        run = incentives.calculate(**asked, actor=SYSTEM, now=known_at)
        for statement in Statement.objects.filter(run=run, dealer__in=[network.d1, network.d2]):
            settled = StatementLine.objects.filter(statement=statement)
            assert (statement.amount, {line.units for line in settled}) == (D(amount), {D(units)})
            assert sum(line.amount for line in settled) == D(amount)
    listed = client_of(hq_ops).get(reverse("incentives:statement-cars", args=[statement.pk])).content
    assert listed.decode().count(">0.5</td>") == 10

    # a split changed after the month was closed is restated in the first open month
    answer = client_of(hq_ops).post(
        page_of("split", "D001"),
        {_share("D001"): "70", _share("D002"): "30", "note": "按协议"},
        follow=True,
    )
    assert "70%" in answer.content.decode() and shares() == {"D001": D("0.7"), "D002": D("0.3")}
    close(JULY, now)
    assert measured(JUNE) == {"D001": 5, "D002": 5}
    assert measured(JULY) == {"D001": D("0.2"), "D002": D("-0.2")}
    event = AuditEvent.objects.filter(action="sales.split", dealer_id=network.d1.pk).latest("pk")
    assert (event.before, event.after) == (
        {"credit": "0.5"},
        {"vin": vin(1), "credit": "0.7", "note": "按协议"},
    )


def _share(dealer: str, no: int = 1) -> str:
    return f"share_{queries.standing().get(dealer__code=dealer, vin=vin(no)).pk}"


def test_a_split_that_cannot_stand_is_refused_and_nothing_changes(
    network, reported, hq_ops, prov_zj, d1_gm, api_of, client_of
) -> None:
    reported(network.d1, network.d2, cars=2)
    reported(network.d4)
    before = RetailDelivery.objects.count()
    api = api_of(hq_ops)
    three = [*halves(1), (vin(1), "D004", "0.1")]
    cases = (
        (three, "car", "1.1"),
        (halves(1), "car", "D004"),
        (halves(2)[:1], "car", "D002"),
        ([*halves(2), (vin(2), "D003", "0.1")], "not_held", "没有这台车"),
        ([*halves(2), halves(2)[0]], "twice", "两次"),
        ([(vin(2), "D001", "0"), (vin(2), "D002", "1")], "out_of_range", ""),
        ([(vin(2), "D001", "0.1234567"), (vin(2), "D002", "0.8765433")], "too_many_places", ""),
    )
    for no, (rows, code, words) in enumerate(cases):
        answer = pushed(api, *rows, key=f"refused-{no}")
        told = answer.json()["rows"]
        assert answer.status_code == 409, told
        assert code in {each["code"] for each in told}
        assert words in " ".join(each["message"] for each in told)
    # with the mode "good" a car is taken whole or not at all
    mixed = pushed(api, *halves(2), *halves(1), key="mixed-cars", mode="good").json()
    assert (mixed["created"], mixed["refused"]) == (2, 2)
    assert shares(1) == {"D001": 1, "D002": 1, "D004": 1} and shares(2) == {
        "D001": D("0.5"),
        "D002": D("0.5"),
    }
    assert RetailDelivery.objects.count() == before + 4

    # a province splits what lies in its area, and is told when it does not
    province = client_of(prov_zj)
    shown = province.get(page_of("detail", "D001")).content.decode()
    assert "D002" in shown and "D004" not in shown and "总部" in shown
    data = {_share("D001"): "50", _share("D002"): "50", "note": ""}
    assert province.post(page_of("split", "D001"), data).status_code == 422
    page = client_of(hq_ops).post(page_of("split", "D001"), data | {_share("D004"): "0.1"})
    assert page.status_code == 422 and "100.1%" in page.content.decode()
    for name in ("split", "unsplit"):
        assert client_of(d1_gm).post(page_of(name, "D001"), data).status_code == 403
    assert pushed(api_of(d1_gm), *halves(1)).status_code == 403
    assert client_of(d1_gm).get("/sales/shared/").status_code == 403
    assert RetailDelivery.objects.count() == before + 4


@pytest.fixture
def imported(network, reported, now, hq_ops, d1_gm, actor_of):
    """A car of D001 and D002 that an import split into halves."""
    reported(network.d1, network.d2)
    content = f"VIN,经销商代码,份额\n{vin(1)},D001,0.5\n{vin(1)},D002,0.5\n".encode()
    ops = actor_of(hq_ops)
    batch = imports.upload(
        kind="sales.credit", content=content, name="分成.csv", actor=ops, now=now, wish=imports.Wish()
    )
    assert (batch.good_rows, batch.bad_rows) == (2, 0)
    batch = imports.commit(batch=batch, mode="all", actor=ops, now=now)
    assert shares() == {"D001": D("0.5"), "D002": D("0.5")}
    return batch


def test_a_dealer_sees_its_share_and_nothing_of_the_other_store(
    imported, now, hq_ops, d1_gm, actor_of, api_of, client_of
) -> None:
    dealer = client_of(d1_gm)
    page = dealer.get(page_of("detail", "D001")).content.decode()
    assert "50%" in page and "多家门店" in page and "D002" not in page
    told = api_of(d1_gm).get("/api/v1/deliveries/").content.decode()
    assert '"credit":"0.500000"' in told and "D002" not in told
    assert api_of(d1_gm).get(URL).status_code == 403
    assert dealer.get(page_of("detail", "D002")).status_code == 404
    changes = dealer.get(page_of("detail", "D001"), {"tab": "changes"}).content.decode()
    assert "0.5" in changes and "D002" not in changes
    notice = Notice.objects.get(user=d1_gm, code="sales.shared")
    assert (notice.params["vin"], notice.params["share"]) == (vin(1), "50%") and "D002" not in str(
        notice.params
    )
    assert dealer.get(notice.url).status_code == 200
    # the import is withdrawn, and the car counts in full at each store again
    gone = imports.withdraw(batch=imported, actor=actor_of(hq_ops), now=now)
    assert (gone.summary["withdrawn"]["facts"], shares()) == (2, {"D001": 1, "D002": 1})


def test_the_share_stays_when_a_delivery_is_corrected_returned_or_sent_again(
    network, imported, now, hq_ops, d1_gm, actor_of, api_of, client_of
) -> None:
    dealer = client_of(d1_gm)
    # a price put right, a return, a withdrawn return: the share stays with the car
    form = dealer.get(page_of("correct", "D001")).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert dealer.post(page_of("correct", "D001"), data | {"price_amount": "99000"}).status_code == 302
    assert shares() == {"D001": D("0.5"), "D002": D("0.5")}
    held = queries.standing().get(dealer=network.d1)
    posting.counter("SELECT %(pk)s::bigint", {"pk": held.pk}, None, now)
    again = row("D001-1", network.d1.pk, vin=vin(1), price_amount=PRICE)
    sales.record_deliveries(rows=[again], source="dms-D001", actor=SYSTEM, now=now)
    assert shares() == {"D001": D("0.5"), "D002": D("0.5")}
    maker = client_of(hq_ops)
    # a file of several dealers: what it holds twice is listed as counted twice
    pair = [row(f"X-{dealer.code}", dealer.pk, vin=vin(9)) for dealer in (network.d1, network.d2)]
    sales.record_deliveries(rows=pair, source="hq", actor=SYSTEM, now=now)
    found = maker.get("/sales/shared/", {"state": "open"}).context["table"].rows
    assert [(car["vin"], car["total"]) for car in found] == [(vin(9), 2)]
    listed = maker.get("/sales/shared/", {"state": "split"}).context["table"].rows
    assert [(each["vin"], each["total"], each["dealers"]) for each in listed] == [
        (vin(1), 1, ["D001", "D002"])
    ]
    dealer.post(page_of("return", "D001"), {"returned_on": "2026-06-20", "note": "退车"})
    assert RetailDelivery.objects.get(quantity=-1, revision=1).credit == D("0.5")
    assert maker.get("/sales/shared/", {"state": "uneven"}).context["table"].rows[0]["dealers"] == ["D002"]
    sheet = load_workbook(
        BytesIO(maker.get("/sales/shared/", {"state": "uneven", "_export": "xlsx"}).content)
    ).active
    assert [cell.value for cell in sheet[2]][:4] == [vin(1), "份额合计不等于 1", "D002 50%", 0.5]
    listed = api_of(hq_ops).get(URL, {"state": "uneven"}).json()["results"]
    assert listed[0]["shares"] == ["0.500000"]
    assert api_of(hq_ops).delete(f"{URL}{vin(1)}/?note=退车").status_code == 204
    assert shares() == {"D002": 1}
    assert api_of(hq_ops).delete(f"{URL}{vin(1)}/").status_code == 404
    assert (
        imports.withdraw(batch=imported, actor=actor_of(hq_ops), now=now).summary["withdrawn"]["facts"] == 0
    )


@given(st.lists(st.integers(1, 999_999), min_size=1, max_size=12, unique=True))
def test_shares_stand_when_they_make_one_car(cuts) -> None:
    """Even shares always stand; any other division stands when nothing of the car is left or added."""
    even = rules.even_shares(len(cuts) + 1)
    assert rules.share_fault(even) is None and max(even) - min(even) <= rules.LEAST
    parts = [(after - before) * rules.LEAST for before, after in pairwise([0, *sorted(cuts), 1_000_000])]
    assert rules.share_fault(parts) is None
    parts[0] += rules.LEAST
    assert rules.share_fault(parts) in (rules.ShareFault.SUM, rules.ShareFault.RANGE)
    assert rules.share_fault([rules.WHOLE]) is rules.ShareFault.FEW
    assert rules.share_fault([*parts, D(0)]) is rules.ShareFault.RANGE
    assert rules.share_fault([D("0.5"), D("0.0000005"), D("0.4999995")]) in (
        rules.ShareFault.RANGE,
        rules.ShareFault.PLACES,
    )
