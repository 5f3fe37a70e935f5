"""Statements at the doors of the product: taken in, replaced, measured, shown, compared, refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer
from apps.finance import services
from apps.finance.models import Statement, StoreAccount, WorkingCapitalStandard
from apps.finance.rules.accounts import Balance
from apps.finance.services import Handed
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import KpiValue, MeasureValue, MonthRevision
from tests.factories import network as factory
from tests.finance.rows import statement

pytestmark = pytest.mark.django_db
JUNE = Month(2026, 6)
SYSTEM = access.system("test")
Take = Callable[..., Statement]


@pytest.fixture
def take(network, now) -> Take:
    """A statement of D001 of June, or as told."""

    def run(dealer=None, month: Month = JUNE, kind: str = "month", **changed: Any) -> Statement:
        handed = Handed((dealer or network.d1).pk, kind, month, statement(**changed))
        return services.record_statement(handed=handed, source="test", actor=SYSTEM, now=now)

    return run


@pytest.fixture
def compute(network, now) -> Callable[[], MonthRevision]:
    def run(month: Month = JUNE, *, freeze: bool = False) -> MonthRevision:
        revision = metrics.open_reading(month=month).revision
        metrics.begin(month=month, revision=revision, now=now)
        metrics.collect(month=month, revision=revision)
        metrics.compute_kpis(month=month, revision=revision)
        metrics.reduce_units(month=month, revision=revision)
        return metrics.finish(month=month, revision=revision, result_hash="", now=now, freeze=freeze)

    return run


def kpi(code: str, dealer: factory.Dealer | None = None, revision: int = 1) -> tuple[Any, str]:
    rows = KpiValue.objects.filter(kpi=code, period=JUNE.first, revision=revision)
    row = rows.get(dealer=dealer) if dealer else rows.get(dealer__code="D001")
    return row.value, row.reason


def test_a_statement_is_kept_with_its_totals_and_an_event(take: Take) -> None:
    made = take()
    assert (made.revision, made.state, made.period_text) == (1, "provisional", "2026-06")
    assert (made.lines["G30"], made.lines["EXP"], made.lines["PBT"]) == (1_260_000, 1_500_000, 280_000)
    event = AuditEvent.objects.get(action="finance.record")
    assert event.after["profit"] == "280000.00"


def test_the_same_again_changes_nothing_and_a_change_is_a_new_revision(take: Take) -> None:
    first = take()
    assert take().pk == first.pk
    assert AuditEvent.objects.filter(action="finance.record").count() == 1
    second = take(E32=160_000)
    first.refresh_from_db()
    assert (second.revision, second.counts, first.counts) == (2, True, False)
    assert (first.lines["E32"], second.lines["PBT"]) == (150_000, 270_000)


def test_a_statement_that_does_not_hold_is_refused_whole(take: Take) -> None:
    with pytest.raises(DomainError) as refused:
        take(B20=16_300_000, C31=None)
    assert refused.value.code == "statement_refused"
    assert sorted(refused.value.fields) == ["B29", "C31"]
    assert "50,000" in refused.value.fields["B29"]
    assert Statement.objects.count() == 0


def test_working_capital_stands_against_the_standard_in_force_and_old_rebates_show(
    take: Take, network, compute
) -> None:
    """36,000,000 − 35,250,000 = 750,000 of 600,000; 90,000 of 900,000 are older than 90 days."""
    for amount, since in (
        (500_000, date(2020, 1, 1)),
        (600_000, date(2026, 6, 1)),
        (900_000, date(2026, 7, 1)),
    ):
        WorkingCapitalStandard.objects.create(dealer=network.d1, amount=amount, effective_from=since)
    take(B121=90_000)
    compute()
    assert kpi("finance.working_capital_rate") == (Decimal("1.25"), "")
    assert kpi("finance.rebates_overdue_rate") == (Decimal("0.1"), "")
    with pytest.raises(DomainError) as refused:
        take(B121=900_001)
    assert list(refused.value.fields) == ["B121"]


def test_an_account_without_a_line_blocks_until_it_is_mapped(network, now) -> None:
    balances = [Balance("6602.01", "工资", Decimal(600_000)), Balance("6602.09", "其他", Decimal(50_000))]
    handed = Handed(network.d1.pk, "month", JUNE, statement(), {}, balances)

    def record() -> Statement:
        return services.record_statement(handed=handed, source="test", actor=SYSTEM, now=now)

    with pytest.raises(DomainError) as refused:
        record()
    assert list(refused.value.fields) == ["account 6602.09"]
    assert "50000" in refused.value.fields["account 6602.09"]
    wanted = {"dealer_id": network.d1.pk, "account": "6602.09", "name": "其他", "actor": SYSTEM, "now": now}
    services.map_account(line="E80", **wanted)
    assert record().accounts[1] == ["6602.09", "其他", "50000"]
    with pytest.raises(DomainError) as refused:
        services.map_account(line="EXP", **wanted)
    assert refused.value.code == "unknown_line"
    assert StoreAccount.objects.get().line == "E80"


def test_approval_makes_it_final_once(take: Take, now) -> None:
    made = take()
    for _again in range(2):
        services.finalise(dealer_id=made.dealer_id, kind="month", month=JUNE, actor=SYSTEM, now=now)
    made.refresh_from_db()
    assert (made.state, made.final_at) == ("final", now)
    assert AuditEvent.objects.filter(action="finance.finalise").count() == 1


def test_absorption_of_the_story_and_nothing_for_who_did_not_report(network, take: Take, compute) -> None:
    take()
    compute()
    assert kpi("finance.absorption") == (Decimal("0.84"), "")
    assert kpi("finance.absorption", network.d2) == (None, "missing:finance.service_profit")
    assert not MeasureValue.objects.filter(measure="finance.revenue", dealer=network.d2).exists()
    value, _reason = kpi("finance.break_even_units")
    # (1,300,000 − 1,260,000 − 210,000) is below 0: after-sales and derived business carry everything
    assert value == 0
    value, _reason = kpi("finance.current_ratio")
    assert round(value, 4) == round(Decimal(36_000_000) / Decimal(35_250_000), 4)


def test_a_frozen_month_keeps_what_it_knew_and_its_next_reading_takes_the_correction(
    take: Take, compute
) -> None:
    take()
    compute(freeze=True)
    take(C31=300_000, T=80_000)
    assert kpi("finance.absorption") == (Decimal("0.84"), "")
    compute()
    assert kpi("finance.absorption", revision=2)[0] == round(Decimal(1_360_000) / 1_500_000, 6)
    assert kpi("finance.absorption", revision=1) == (Decimal("0.84"), "")


def test_the_page_shows_the_statement_beside_month_before_and_plan(
    take: Take, client_of, d1_fin, d2_gm
) -> None:
    take(month=Month(2026, 5), E32=75_000)
    made = take()
    address = reverse("finance:statement-detail", args=[made.pk])
    page = client_of(d1_fin).get(address).content.decode()
    assert ">1,260,000<" in page
    assert "84.0%" in page
    assert "100.0%" in page  # depreciation doubled
    assert ">654,321<" not in page
    plan = take(kind="plan", E20=654_321)
    assert ">654,321<" in client_of(d1_fin).get(address).content.decode()
    own = client_of(d1_fin).get(reverse("finance:statement-detail", args=[plan.pk]))
    assert (own.status_code, own.context["gaps"]) == (200, [])  # a plan asks for no explanation
    assert client_of(d2_gm).get(address).status_code == 404


def test_the_list_exports_what_it_shows(take: Take, client_of, d1_fin, network) -> None:
    take()
    take(network.d2)
    answer = client_of(d1_fin).get(reverse("finance:statement-list") + "?_export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    codes = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    assert "D001" in codes
    assert "D002" not in codes


def test_the_statement_as_a_workbook(take: Take, client_of, d1_fin) -> None:
    made = take()
    answer = client_of(d1_fin).get(reverse("finance:statement-detail", args=[made.pk]) + "?_export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = {row[0]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert (rows["G30"], rows["NP"]) == (1_260_000, 230_000)


def test_peers_are_shown_from_five_on(network, take: Take, compute, client_of, d1_fin) -> None:
    made = take()
    group = [network.d2, network.d3, network.d4]
    for place, dealer in enumerate(group, 1):
        take(dealer, R31=900_000 + place * 10_000, T=50_000)
    Dealer.objects.update(city_tier="t1")
    Dealer.objects.filter(pk=network.d5.pk).update(city_tier="t5")
    compute()
    address = reverse("finance:statement-detail", args=[made.pk])
    client = client_of(d1_fin)
    client.cookies["django_language"] = "en"
    assert "hidden: fewer than five peers" in client.get(address).content.decode()
    Dealer.objects.filter(pk=network.d5.pk).update(city_tier="t1")
    take(network.d5, R31=800_000)
    compute()
    page = client.get(address).content.decode()
    assert "n=5" in page
    assert "D002" not in page


def test_a_quarter_is_held_against_its_months(take: Take, client_of, d1_fin) -> None:
    for month in (Month(2026, 4), Month(2026, 5), JUNE):
        take(month=month)
    thrice = {code: value * 3 for code, value in statement().items() if code[0] in "RCEGNTS"}
    thrice |= {"K10": 1_800_000, "K20": -300_000, "K00": 2_500_000, "E20": 1_900_000}
    made = take(month=Month(2026, 4), kind="quarter", **thrice)
    client = client_of(d1_fin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("finance:statement-detail", args=[made.pk])).content.decode()
    assert "To be explained" in page
    assert "100,000.00" in page


def test_the_api_takes_a_statement_once(network, api_of, d1_fin) -> None:
    api = api_of(d1_fin)
    body = {
        "dealer": "D001",
        "kind": "month",
        "period": "2026-06",
        "amounts": {code: str(value) for code, value in statement().items()},
    }
    for _again in range(2):
        answer = api.post("/api/v1/statements/", body, format="json", HTTP_IDEMPOTENCY_KEY="june-2026")
        assert answer.status_code == 201, answer.content
    assert Statement.objects.count() == 1
    assert answer.json()["amounts"]["GP"] == "1780000.00"
    wrong = body | {"amounts": body["amounts"] | {"B20": "1"}}
    answer = api.post("/api/v1/statements/", wrong, format="json", HTTP_IDEMPOTENCY_KEY="june-2026-b")
    assert (answer.status_code, answer.json()["code"]) == (409, "statement_refused")
    assert "B29" in answer.json()["fields"]
    foreign = body | {"dealer": "D002"}
    answer = api.post("/api/v1/statements/", foreign, format="json", HTTP_IDEMPOTENCY_KEY="june-2026-c")
    assert answer.status_code == 400
    assert Statement.objects.count() == 1


def test_accounts_are_mapped_on_a_page(network, client_of, d1_fin, d1_sm) -> None:
    address = reverse("finance:account-map")
    body = {"dealer": "D001", "account": "6602.09", "name": "其他管理费用", "line": "E80"}
    assert client_of(d1_sm).post(address, body).status_code == 403
    assert client_of(d1_fin).post(address, body | {"dealer": "D002"}).status_code == 422
    assert StoreAccount.objects.count() == 0
    assert client_of(d1_fin).post(address, body).status_code == 302
    assert list(StoreAccount.objects.values_list("dealer__code", "line")) == [("D001", "E80")]
    page = client_of(d1_fin).get(reverse("finance:account-list")).content.decode()
    assert "6602.09" in page
