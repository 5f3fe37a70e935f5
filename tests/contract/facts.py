"""What each dealer delivers, and what a closed month makes of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.alerts.models import AlertAction, AlertEpisode
from apps.core.access import Actor
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer
from apps.finance import services as finance
from apps.finance.rules.accounts import Balance
from apps.forecasting.models import DealerForecast, UnitForecast
from apps.health.models import HealthScore
from apps.incentives.models import Accrual
from apps.inventory import services as inventory
from apps.inventory.models import FloorPlanLoan, StockUnit
from apps.inventory.rules import MarkKind
from apps.kernel.period import TenDay, months_between
from apps.metrics import services as metrics
from apps.reports import inputs as report_inputs
from apps.reports import report_forms
from apps.reports.queries import submissions as reports
from apps.reports.services import submissions as report_services
from apps.risk import services as risk
from apps.sales import services as sales
from apps.sales.models import RetailDelivery, SaleEvidence
from apps.scores import services as scores
from apps.scores.models import DeliveredScore
from apps.targets import services as targets
from apps.targets.models import Target
from apps.vehicles.models import Brand, CarModel, ModelAlias, Series
from tests.contract.marks import JUNE, MEDIAN, PRIMES, SOLD, canary, vin_of
from tests.finance.rows import statement
from tests.inventory.rows import arrival, departure
from tests.sales.rows import row as delivery


def catalogue() -> CarModel:
    brand = Brand.objects.create(code="XA", name="轩昂")
    series = Series.objects.create(brand=brand, code="XAX", name="X 系列")
    model = CarModel.objects.create(series=series, code="X5", name="X5")
    ModelAlias.objects.create(spelling="轩昂X5", key="轩昂x5", model=model)
    return model


def facts(dealer: Dealer, model: CarModel, ops: Actor, now: datetime) -> None:
    """Two deliveries in each month of two quarters, and ten cars in stock of which one left."""
    price = Decimal(PRIMES[dealer.code])
    rows = [
        delivery(
            f"{canary(dealer, 'SALE')}-{month}-{nth}",
            dealer.pk,
            occurred_on=date(month.year, month.month, 10 + nth),
            vin=vin_of(dealer.code, nth),
            model="轩昂X5",
            model_id=model.pk,
            trim_text=canary(dealer, "TRIM"),
            colour=canary(dealer, "COLOUR"),
            region_text=canary(dealer, "REGION"),
            note=canary(dealer, "NOTE"),
            price_amount=price,
        )
        for month in SOLD
        for nth in range(1, 3 if month.year == 2025 else 4)
    ]
    sales.record_deliveries(rows=rows, source=f"dms-{dealer.code}", actor=ops, now=now)
    stays = [
        arrival(
            f"{canary(dealer, 'STAY')}-{nth}",
            dealer.pk,
            vin=vin_of(dealer.code, 100 + nth),
            trim_text=canary(dealer, "STAYTRIM"),
            colour=canary(dealer, "STAYCOLOUR"),
            note=canary(dealer, "STAYNOTE"),
            cost_amount=price,
        )
        for nth in range(10)
    ]
    inventory.record_arrivals(rows=stays, source=f"dms-{dealer.code}", actor=ops, now=now)
    gone = departure(f"{canary(dealer, 'STAY')}-9", dealer.pk, date(2026, 6, 20), kind="retail")
    inventory.record_departures(rows=[gone], source=f"dms-{dealer.code}", actor=ops, now=now)
    _statement(dealer, ops, now)
    for feed in ("sales.retail", "inventory.stock"):
        pairs = [(dealer.pk, month) for month in months_between(SOLD[0], JUNE)]
        metrics.mark_reported(feed=feed, pairs=pairs, source=canary(dealer, "FEED"), now=now)


def _statement(dealer: Dealer, ops: Actor, now: datetime) -> None:
    """A statement of June with an account of the store's own.

    The figure of the middle dealer is none of its marks: it is the median of the five, which all may see.
    """
    mark = int(PRIMES[dealer.code])
    name = canary(dealer, "ACCOUNT")
    finance.map_account(dealer_id=dealer.pk, account="6602.09", name=name, line="E80", actor=ops, now=now)
    handed = finance.Handed(
        dealer.pk,
        "month",
        JUNE,
        statement(S31=mark + 1 if dealer.code == MEDIAN else mark),
        {"E80": canary(dealer, "STATEMENTNOTE")},
        [Balance("6602.09", name, Decimal(50_000))],
    )
    finance.record_statement(handed=handed, source=canary(dealer, "SENDER"), actor=ops, now=now)


def report(dealer: Dealer, actor: Actor, now: datetime) -> int:
    """A ten-day report that a dealer began."""
    form = report_forms.TEN_DAYS
    place = reports.places(form, actor=actor, on=now.date())[0]
    row = report_services.begin(form=form, place=place, period=TenDay(JUNE, 1), actor=actor, now=now)
    given = report_inputs.given(
        form, {"target": PRIMES[dealer.code], "problems": canary(dealer, "PROBLEMS")}, {}, {}
    )
    report_services.save(submission=row, given=given, edition=row.edition, actor=actor, now=now)
    return row.pk


def evidence(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A document about a car the dealer sold."""
    paper = {"dealer_id": dealer.pk, "vin": vin_of(dealer.code, 101), "kind": "registration"}
    paper |= {"number": canary(dealer, "PLATE"), "issued_on": date(2026, 7, 1)}
    sales.record_evidence(
        rows=[paper | {"note": canary(dealer, "PAPERNOTE")}], source="dms", actor=ops, now=now
    )
    return SaleEvidence.objects.get(dealer=dealer).pk


def delivered_score(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A survey result of the dealer."""
    row = {"dealer_id": dealer.pk, "month": date(2026, 6, 1), "score": "satisfaction.nps"}
    scores.record_scores(
        rows=[row | {"value": Decimal("41.5"), "note": canary(dealer, "SCORENOTE")}],
        source="survey",
        actor=ops,
        now=now,
    )
    return DeliveredScore.objects.get(dealer=dealer).pk


def target(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """What the dealer shall sell in August."""
    row = {"dealer_id": dealer.pk, "month": date(2026, 8, 1), "kind": "retail", "line": "", "units": 50}
    targets.set_targets(rows=[row], source="dms", actor=ops, now=now)
    made = Target.objects.get(dealer=dealer)
    Target.objects.filter(pk=made.pk).update(wanted_units=40, objection=canary(dealer, "OBJECTION"))
    return made.pk


def decision(dealer: Dealer, ops: Actor, now: datetime) -> int:
    """A doubt about a sale that waits for a second person."""
    sold = RetailDelivery.objects.filter(dealer=dealer).earliest("pk")
    finding = risk.Finding("false_retail", canary(dealer, "DOUBT"))
    return risk.propose_decision(delivery=sold, finding=finding, actor=ops, now=now).pk


def care(dealer: Dealer, unit: StockUnit, ops: Actor, now: datetime) -> dict[str, Any]:
    """A mark on a vehicle, a buy-back agreement and an action on aged stock."""
    mark = inventory.set_mark(
        unit=unit,
        kind=MarkKind.LOCATION,
        value=canary(dealer, "PLACE"),
        reason=canary(dealer, "MARKREASON"),
        valid_from=date(2026, 6, 25),
        actor=ops,
        now=now,
    )
    number = canary(dealer, "AGREEMENT")
    terms = inventory.Terms(
        number, canary(dealer, "TERMS"), 0, Decimal("0.9"), None, date(2026, 1, 1), date(2026, 12, 31)
    )
    agreed = inventory.agree_buy_back(dealer=dealer, terms=terms, actor=ops, now=now)
    planned = inventory.plan_aged_action(
        dealer=dealer,
        units=[unit],
        kind="task",
        plan=canary(dealer, "AGEDPLAN"),
        due_on=date(2026, 8, 1),
        actor=ops,
        now=now,
    )
    loan = FloorPlanLoan.objects.create(
        dealer=dealer,
        unit=unit,
        lender=canary(dealer, "LENDER"),
        number=canary(dealer, "LOAN"),
        principal_amount=90_000,
        annual_rate="0.06",
        started_on=date(2026, 6, 25),
        recorded_at=now,
    )
    return {"mark": mark.pk, "agreement": agreed.pk, "aged": planned.pk, "loan": loan.pk}


def table(dealer: Dealer) -> bytes:
    lines = ["销售单号,经销商代码,交车日期,车型,备注"]
    lines += [f"{canary(dealer, 'ROW')},{dealer.code},2026-07-01,轩昂X5,{canary(dealer, 'ROWNOTE')}"]
    lines += [f"{canary(dealer, 'BAD')},{dealer.code},{canary(dealer, 'DAY')},轩昂X5,"]
    return "\n".join(lines).encode()


def results(dealer: Dealer, ops: Actor, now: datetime) -> dict[str, Any]:
    """What the close made of the dealer's facts, and what people said to it."""
    episode = AlertEpisode.objects.filter(dealer=dealer).latest("pk")
    AlertEpisode.objects.filter(pk=episode.pk).update(plan=canary(dealer, "PLAN"))
    action = AlertAction.objects.create(
        episode=episode, kind="other", text=canary(dealer, "MEASURE"), planned_at=now, planned_by="x"
    )
    declared = inventory.declare_stock(
        dealer_id=dealer.pk,
        month=JUNE,
        lines={"end": 9 if dealer.code == "D003" else 8},  # it got one from its sister
        actor=ops,
        now=now,
    )
    return {
        "episode": episode.pk,
        "alert_action": action.pk,
        "event": AuditEvent.objects.filter(dealer_id=dealer.pk).latest("pk").pk,
        "score": HealthScore.objects.get(dealer=dealer).pk,
        "forecast": DealerForecast.objects.get(dealer=dealer, model=None).pk,
        "unit_forecast": _unit_forecast(dealer),
        "accrual": Accrual.objects.filter(dealer=dealer).latest("pk").pk,
        "declaration": declared.pk,
    }


def _unit_forecast(dealer: Dealer) -> int:
    return UnitForecast.objects.get(unit=dealer.unit, model=None).pk
