"""Cars outside a policy's selection are counted by reason, still to be found, and may be disputed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import Job
from apps.incentives import services
from apps.incentives.models import (
    DisputeItem,
    Policy,
    PolicyVersion,
    SettlementRun,
    Statement,
    StatementLine,
)
from apps.incentives.queries import outside
from apps.incentives.queries.candidates import Source
from apps.incentives.rules import document as documents
from apps.incentives.rules import reasons, selecting
from apps.incentives.rules.settling import RunKind
from apps.incentives.services import calculating
from apps.incentives.services.stating import content_hash
from apps.incentives.tables import statements as tables
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.vehicles.models import Brand, CarModel, Series
from apps.work import services as work
from apps.work.models import Approval
from tests.incentives import story
from tests.racing import unfinished
from tests.sales.rows import row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = datetime(2026, 7, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
SHOWROOM = {"channels": ["showroom"], "customer_types": ["private"]}
SEEN = (
    [SHOWROOM],
    [{"model_lines": ["L1"]}],
    [{"models": ["X1"], "channels": ["online"]}, SHOWROOM],
    [{"trims": ["top"]}, {"kind": "wholesale"}],
    [SHOWROOM, {}],
)


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def clauses(*selections) -> list[dict]:
    params = {"scale": "fixed", "pay": "per_unit", "value": "1000"}
    return [
        {"code": f"c{no}", "type": "volume", "params": params, "selection": selection}
        for no, selection in enumerate(selections)
    ]


@pytest.fixture
def sold(network):
    """Forty cars of two dealers over channels, customers, models and trims; two were taken back."""
    series = Series.objects.create(brand=Brand.objects.create(code="BR", name="BR"), code="L1", name="L1")
    model = CarModel.objects.create(series=series, code="X1", name="X1")
    rows = [
        row(
            f"O{number}",
            (network.d1, network.d2)[number % 2].pk,
            vin=story.vin(number),
            channel=("showroom", "online", "fleet", "other")[number // 2 % 4],
            customer_type=("private", "company")[number // 8 % 2],
            model_id=model.pk if number % 3 else None,
            trim_text="top" if number % 5 == 0 else "",
        )
        for number in range(40)
    ]
    sales.record_deliveries(rows=rows, source="dms", actor=story.SYSTEM, now=NOW)
    for number in (0, 10):
        held = RetailDelivery.objects.get(external_id=f"O{number}")
        day = date(2026, 6, 20)
        sales.record_return(delivery=held, returned_on=day, note="退车", actor=story.SYSTEM, now=NOW)


def test_what_is_inside_is_judged_as_if_all_were_read(network, sold, monkeypatch) -> None:
    for chosen in SEEN:
        read = documents.read(story.body(components=clauses(*chosen)))
        both = []
        for asked in (selecting.is_narrow, lambda _document: False):
            monkeypatch.setattr(selecting, "is_narrow", asked)
            source = Source((network.d1.pk, network.d2.pk), NOW, documents=(read,))
            both.append(calculating.judge(read, story.JUNE, source))
        monkeypatch.undo()
        narrow, full = both
        for dealer in (network.d1.pk, network.d2.pk):
            mine, whole = narrow.outcomes[dealer], full.outcomes[dealer]
            assert [each.lines for each in mine.components] == [each.lines for each in whole.components]
            assert (mine.amount, mine.pending) == (whole.amount, whole.pending)
            counted = Counter(out.code for out in mine.excluded) + Counter(narrow.outside.get(dealer, {}))
            assert counted == Counter(out.code for out in whole.excluded), chosen
        assert bool(narrow.outside) == selecting.is_narrow(read)
        assert not full.outside


def _hashes() -> dict[tuple[str, int], str]:
    rows = Statement.objects.values_list("policy__code", "dealer", "sha256")
    return {(code, dealer): said for code, dealer, said in rows}


def test_all_policies_of_a_day_come_to_what_each_comes_to_alone(
    network, sold, actor_of, client_of, run_jobs
) -> None:
    user = story.people(network)["policy"]
    held = [_policy(f"P{no}", *chosen) for no, chosen in enumerate(SEEN)]
    asked = {"actor": actor_of(user), "now": NOW}
    for policy in held:
        services.calculate(policy=policy, window=story.JUNE, kind=RunKind.INTERIM, **asked)
    alone = _hashes()
    assert len(set(alone.values())) == len(alone) >= 2 * len(held)
    SettlementRun.objects.filter(policy=held[0]).update(state="reviewing")
    SettlementRun.objects.exclude(policy=held[0]).delete()
    client, page = client_of(user), reverse("incentives:run-new")

    refused = client.post(page, {"day": "2026-07-05", "kind": "final"})
    assert (refused.status_code, Job.objects.count()) == (422, 0)
    assert "没有可以核算的政策" in refused.content.decode()
    assert client.post(page, {"day": "2026-06-05", "kind": "interim"}).status_code == 302
    others = [policy.pk for policy in held[1:]]
    assert Job.objects.filter(args__policies=others).count() == 1  # what waits for its release is left out
    run_jobs()
    assert {key: said for key, said in _hashes().items() if key in alone} == alone


def _policy(code: str, *selections) -> Policy:
    body = story.body(code, components=clauses(*selections))
    policy = Policy.objects.create(code=code, label_zh=code, label_en=code)
    read = documents.read(body)
    PolicyVersion.objects.create(
        policy=policy,
        version=1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=date(2026, 6, 1),
        published_on=date(2026, 6, 1),
        published_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    return policy


def _published(actors, policy, now):
    run = services.calculate(
        policy=policy, window=story.JUNE, kind=RunKind.FINAL, actor=actors["policy"], now=now
    )
    services.ask_release(run=run, actor=actors["policy"], now=now)
    asked = Approval.objects.get(flow="incentives.release", target_id=run.pk, state="waiting")
    work.decide(approval=asked, verdict="approve", comment="", actor=actors["fin"], now=now)


def test_a_car_outside_is_counted_listed_and_disputed(
    network, sold, d1_gm, d2_gm, actor_of, client_of, api_of, monkeypatch
) -> None:
    users = story.people(network)
    actors = {name: actor_of(user) for name, user in users.items()}
    policy = story.policy(components=clauses(SHOWROOM)).policy
    _published(actors, policy, NOW)
    first = Statement.objects.get(dealer=network.d1)
    said = (content_hash(first, first.lines.all()), list(first.lines.order_by("pk").values_list()))
    # 20 cars, 5 of them of the showroom: 1 taken back, 2 of companies; 1 more was taken back
    assert (first.included, first.excluded, first.lines.count()) == (2, 18, 4)
    assert first.out_of_scope == {"R02": 14, "R04": 2}
    assert first.sha256 == said[0]

    page = client_of(d1_gm).get(reverse("incentives:statement-detail", args=[first.pk])).content.decode()
    listed = reverse("incentives:statement-outside", args=[first.pk])
    assert f'{listed}?code=R02"><span class="num">14</span>' in page
    _led_from_one_list_to_the_other(client_of(d1_gm), first, listed)
    assert client_of(d2_gm).get(listed).status_code == 404
    store = api_of(d1_gm)
    vin = _first_left_out(store, first)
    dispute = reverse("incentives:statement-dispute", args=[first.pk])
    assert f'href="{dispute}?vin={vin}"' in client_of(d1_gm).get(listed).content.decode()
    assert dispute not in client_of(users["fin"]).get(listed).content.decode()
    key = RetailDelivery.objects.get(vin=vin).pk
    assert f'name="car_d{key}"' in client_of(d1_gm).get(f"{dispute}?vin={vin}").content.decode()

    _same_on_paper(client_of(d1_gm), first, monkeypatch)
    item = _disputed(store, first, vin)
    assert (item.line_id, item.delivery_id, item.vin, item.code) == (None, key, vin, "R02")
    opened = reverse("incentives:dispute-detail", args=[item.dispute_id])
    page = client_of(d1_gm).get(opened).content.decode()
    assert "R02 销售渠道不适用" in page and "已补发" not in page
    services.answer(item=item, granted=True, reason="", actor=actors["policy"], now=LATER)
    assert services.look_back(now=LATER) == 1
    _published(actors, policy, LATER)
    second = Statement.objects.get(dealer=network.d1, number=2)
    assert (second.delta, second.out_of_scope) == (D("1000.00"), {"R02": 13, "R04": 2})
    page = client_of(d1_gm).get(opened).content.decode()
    assert f'{reverse("incentives:statement-detail", args=[second.pk])}">{second}</a>: ¥1,000.00' in page
    assert StatementLine.objects.get(statement=second, vin=vin).status == "included"
    _only_for_the_policy_of_the_dispute(network.d1.pk, vin)
    first.refresh_from_db()
    assert (content_hash(first, first.lines.all()), list(first.lines.order_by("pk").values_list())) == said
    assert outside.cars(actor=actors["policy"], statement=first).count() == 16
    assert SettlementRun.objects.count() == 2


def test_a_corrected_car_is_not_paid_by_a_second_policy_of_its_group(network, sold, actor_of) -> None:
    actors = {name: actor_of(user) for name, user in story.people(network).items()}
    clause = clauses(SHOWROOM)[0] | {"exclusive_group": "retail"}
    _published(actors, story.policy(components=[clause]).policy, NOW)
    paid = StatementLine.objects.filter(dealer=network.d1, amount__gt=0)
    assert paid.count() == 2
    changes = {"price_amount": D("98000.00")}
    sales.correct(delivery=paid[0].delivery, changes=changes, actor=story.SYSTEM, now=LATER)
    read = documents.read(story.body("P2", components=[clause]))
    judged = calculating.judge(read, story.JUNE, Source((network.d1.pk,), LATER, documents=(read,)))
    outcome = judged.outcomes[network.d1.pk]
    assert outcome.amount == 0
    assert [out.code for out in outcome.excluded].count(reasons.PAID_ELSEWHERE) == 2


def _only_for_the_policy_of_the_dispute(dealer, vin) -> None:
    """Nobody decided about another policy's money; a correction of the delivery takes nothing away."""
    for corrected in (False, True):
        if corrected:
            held = RetailDelivery.objects.get(vin=vin)
            given = {"price_amount": D("98000.00")}
            sales.correct(delivery=held, changes=given, actor=story.SYSTEM, now=LATER)
            assert RetailDelivery.objects.filter(vin=vin).count() == 3
        for code, amount in (("P1", D("3000.00")), ("P2", D("2000.00"))):
            read = documents.read(story.body(code, components=clauses(SHOWROOM)))
            judged = calculating.judge(read, story.JUNE, Source((dealer,), LATER, documents=(read,)))
            assert judged.outcomes[dealer].amount == amount


def _first_left_out(store, first):
    found = store.get(f"/api/v1/rebate-statements/{first.pk}/outside/").json()
    assert Counter(each["code"] for each in found["results"]) == first.out_of_scope
    return next(each["vin"] for each in found["results"] if each["code"] == "R02")


def _led_from_one_list_to_the_other(client, first, listed) -> None:
    shown = client.get(f"{listed}?code=R04").content.decode()
    assert shown.count("客户类型不适用") == 2
    cars = client.get(f"{reverse('incentives:statement-cars', args=[first.pk])}?status=excluded")
    assert cars.context["page"].paginator.count == 2
    assert f'{listed}?code=R02">R02 销售渠道不适用 (14)</a>' in cars.content.decode()


def _same_on_paper(client, first, monkeypatch) -> None:
    """The figures of the workbook are numbers and, as those of the PDF, the statement's to the fen."""
    answer = client.get(reverse("incentives:statement-excel", args=[first.pk]))
    figures, cars = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
    told = {label.value: value for label, value in figures.iter_rows(min_row=2, max_row=16)}
    texts = {"R02": "14", "R04": "2"}
    for code, label, units in tables.outside(first):
        assert f"{code} {label} {units}" in told["其中政策范围外"].value
        assert texts.pop(code) == str(units)
    money = {"重算合计（元）": first.amount, "此前已结算（元）": D(0), "本单金额（元）": first.delta}
    for label, amount in money.items():
        assert (D(str(told[label].value)), told[label].number_format) == (amount, "#,##0.00")
    assert (told["已计返利车辆"].value, told["未计返利车辆"].value) == (2, 18)
    rows = list(cars.iter_rows(min_row=2, max_row=6, values_only=True))
    heads = [cell.value for cell in cars[1]]
    amounts = [D(str(row[heads.index("金额")])) for row in rows]
    assert (sum(amounts[:4]), amounts[4]) == (first.amount, first.amount)

    printed: list[str] = []

    class Printer:
        def __init__(self, string: str) -> None:
            printed.append(string)

        def write_pdf(self, stylesheets) -> bytes:
            return b"%PDF-"

    monkeypatch.setattr("weasyprint.HTML", Printer)
    assert client.get(reverse("incentives:statement-pdf", args=[first.pk])).content == b"%PDF-"
    for text in (f"<td>{first.delta:,.2f}</td>", told["其中政策范围外"].value, "<td>18</td>"):
        assert text in printed[0]


def _disputed(store, first, vin):
    """The dispute of a car by its VIN, once."""
    answers = [_sent(store, first, vin, f"outside-{no}") for no in (1, 2)]
    assert [answers[0].status_code, answers[1].json()["code"]] == [201, "no_cars"]
    return DisputeItem.objects.get()


def _sent(store, first, vin, key):
    body = {"statement": first.pk, "vin": vin, "reason": "missing_car", "expected_amount": "4000"}
    paper = SimpleUploadedFile("a.pdf", PDF, content_type="application/pdf")
    body |= {"kind": "invoice", "issued_on": "2026-07-01", "file": paper}
    return store.post("/api/v1/rebate-disputes/", body, format="multipart", HTTP_IDEMPOTENCY_KEY=key)


@pytest.mark.django_db(transaction=True)
def test_of_two_disputes_about_one_car_outside_one_is_taken(network, sold, d1_gm, actor_of, api_of) -> None:
    actors = {name: actor_of(user) for name, user in story.people(network).items()}
    _published(actors, story.policy(components=clauses(SHOWROOM)).policy, NOW)
    first = Statement.objects.get(dealer=network.d1)
    gm = actor_of(d1_gm)
    car = outside.cars(actor=gm, statement=first).first()
    paper = services.Disputed(None, "invoice", "", date(2026, 7, 1), "a.pdf", PDF, car.pk)

    def dispute(*papers) -> None:
        claim = services.Claim("missing_car", D(1), "", papers)
        services.open_dispute(statement=first, claim=claim, actor=gm, now=NOW)

    with pytest.raises(DomainError) as twice:
        dispute(paper, paper)
    assert (twice.value.code, DisputeItem.objects.count()) == ("asked_already", 0)
    with unfinished(lambda: dispute(paper)):
        second = _sent(api_of(d1_gm), first, car.vin, "outside-race")
    assert (second.status_code, second.json()["code"]) == (409, "asked_already")
    assert "已" in second.json()["message"]
    assert DisputeItem.objects.get().delivery_id == car.pk
