"""The monthly demand: what a dealer hands in beside our forecast, and how it adds up to the network."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from apps.core import access
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.forecasting.models import DealerForecast, ForecastRun
from apps.forecasting.queries import demand
from apps.forecasting.report_forms import DEMAND
from apps.kernel.period import Month
from apps.reports import inputs
from apps.reports.models import Submission, SubmissionVersion
from apps.reports.queries import submissions as queries
from apps.reports.services import submissions as services
from tests.forecasting import store

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
JUNE, AUGUST = Month(2026, 6), Month(2026, 8)
ZONE = ZoneInfo("Asia/Shanghai")
IN_TIME, LATE = datetime(2026, 7, 30, 9, tzinfo=ZONE), datetime(2026, 8, 2, 9, tzinfo=ZONE)


@pytest.fixture
def expected(network, now):
    """We expect D001 to sell 60 of M1 and 5 of M2 in August, D002 20 of M1; D002 and D004 are agents of D001
    and of nobody.
    """
    one, two = store.models("M1", "M2")
    ForecastRun.objects.create(period=JUNE.first, revision=1, computed_at=now, series=3)
    for dealer, model, units in ((network.d1, one, "60.4"), (network.d1, two, "5"), (network.d2, one, "20")):
        DealerForecast.objects.create(
            dealer=dealer,
            model=model,
            made_for=JUNE.first,
            method="ses",
            kind="smooth",
            months=24,
            values=[Decimal(1), Decimal(units), Decimal(1)],
            lows=[Decimal(0)] * 3,
            highs=[Decimal(90)] * 3,
            sigma=Decimal(1),
        )
    Dealer.objects.filter(pk=network.d1.pk).update(capabilities=["sales", "storage"])
    Dealer.objects.filter(pk__in=[network.d2.pk, network.d4.pk]).update(channel_pattern="franchise")
    return network


def told(
    dealer, units: int, at: datetime, month: Month = AUGUST, state: str = "submitted", **models: int
) -> None:
    """A report that was handed in."""
    row = Submission.objects.create(
        form=DEMAND.code,
        form_version=DEMAND.version,
        period=month.first,
        period_text=str(month),
        dealer=dealer,
        state=state,
        version=1,
        submitted_version=1,
        created_at=at,
        saved_at=at,
        saved_by="test",
        submitted_at=at,
        content={"values": {}},
    )
    lines = [{"model": code, "model_units": str(count)} for code, count in models.items()]
    SubmissionVersion.objects.create(
        submission=row,
        no=1,
        form_version=DEMAND.version,
        content={"values": {"units": str(units)}, "tables": {"models": lines}},
        findings=[],
        source="web",
        recorded_at=at,
        recorded_by="test",
    )


def test_a_dealer_hands_in_its_demand_beside_our_forecast(expected, d1_sm, actor_of, client_of) -> None:
    actor = actor_of(d1_sm)
    (place,) = queries.places(DEMAND, actor=actor, on=IN_TIME.date())
    row = services.begin(form=DEMAND, place=place, period=AUGUST, actor=actor, now=IN_TIME)
    begun = queries.content(row)
    assert begun.values == {"expected": 65}
    assert begun.tables["models"] == (
        {"model": "M1", "model_expected": 60},
        {"model": "M2", "model_expected": 5},
    ), "our forecast stands there, the demand is left open"

    def saved(units: str, models: list[dict[str, str]], note: str = "") -> list[tuple[str, str, int]]:
        row.refresh_from_db()
        given = inputs.given(DEMAND, {"expected": "65", "units": units}, {"units": note}, {"models": models})
        services.save(submission=row, given=given, edition=row.edition, actor=actor, now=IN_TIME)
        row.refresh_from_db()
        return [(each["code"], each["field"], each["row"]) for each in row.findings]

    m1, m2 = (
        {"model": "M1", "model_expected": "60", "model_units": "60"},
        {"model": "M2", "model_units": "10"},
    )
    found = saved("70", [m1, m1, {"model": "X9", "model_units": "1"}])
    assert ("why", "units", 0) in found and ("models_add_up", "models.model_units", 0) in found
    assert {("twice", "models.model", 2), ("unknown_model", "models.model", 3)} <= set(found)
    with pytest.raises(DomainError):
        services.submit(submission=row, edition=row.edition, actor=actor, now=IN_TIME)
    assert demand.of_month(actor=SYSTEM, month=AUGUST, now=IN_TIME).whole.sum.told == 0
    found = saved("70", [m1, m2], "展厅扩建")
    assert {code for code, *_rest in found} == {"forecast"}  # only told, nothing to mend
    services.submit(submission=row, edition=row.edition, actor=actor, now=IN_TIME)
    whole = demand.of_month(actor=SYSTEM, month=AUGUST, now=IN_TIME).whole.sum
    assert (whole.units, whole.told, whole.forecast) == (70, 1, Decimal("85.40"))
    page = client_of(d1_sm).get(reverse("reports:report-detail", args=[row.pk])).content.decode()
    assert "我们对贵店的预测" in page and "65" in page


def test_the_demand_adds_up_and_late_children_are_flagged(
    expected, hq_ops, d1_sm, reg_a, actor_of, client_of
) -> None:
    """D001 hands in 70 and its agent D002 18 late; D003 was returned; the others never did."""
    told(expected.d1, 70, IN_TIME, M1=60, M2=10)
    told(expected.d2, 18, LATE, M1=18)
    told(expected.d3, 9, IN_TIME, state="returned")
    told(expected.d1, 50, IN_TIME, Month(2026, 7))
    everybody = Dealer.objects.count()
    found = demand.of_month(actor=SYSTEM, month=AUGUST, now=LATE)
    whole = found.whole
    assert (whole.sum.units, whole.sum.told, whole.sum.late, whole.sum.overdue, whole.change) == (
        88,
        2,
        1,
        everybody - 2,
        20,
    )
    assert whole.sum == sum_of(found.units)
    (centre,) = found.centres
    assert (centre.code, centre.sum.dealers, centre.sum.units, centre.sum.late) == ("D001", 2, 88, 1)
    models = {line.name: (line.units, line.forecast) for line in found.models}
    assert models == {"Model M1": (78, Decimal("80.40")), "Model M2": (10, Decimal("5.00"))}
    rows = {child.dealer.code: child for child in found.children}
    assert (rows["D001"].change, rows["D002"].change, rows["D003"].overdue) == (20, None, True)
    assert demand.of_month(actor=SYSTEM, month=AUGUST, now=IN_TIME).whole.sum.overdue == 0
    # the centre sees the sum of its agents, none of them by name
    own = demand.of_month(actor=actor_of(d1_sm), month=AUGUST, now=LATE)
    assert [(line.code, line.sum.dealers, line.sum.units) for line in own.centres] == [("D001", 1, 18)]
    assert [child.dealer.code for child in own.children] == ["D001"]
    with time_machine.travel(LATE, tick=False):
        the_pages_and_the_api(expected, client_of, hq_ops, reg_a, d1_sm)


def the_pages_and_the_api(expected, client_of, hq_ops, reg_a, d1_sm) -> None:
    page = client_of(hq_ops).get("/forecasting/demand/?for=2026-08").content.decode()
    assert "88" in page and "逾期" in page and "D002" in page
    below = client_of(hq_ops).get(f"/forecasting/demand/?for=2026-08&unit={expected.region_b.code}")
    assert "D001" not in below.content.decode() and "D004" in below.content.decode()
    assert client_of(hq_ops).get("/forecasting/demand/?unit=nowhere").status_code == 404
    excel = client_of(reg_a).get("/forecasting/demand/?for=2026-08&_export=xlsx")
    assert excel["Content-Type"].endswith("sheet")
    rows = client_of(d1_sm).get("/api/v1/monthly-demand/?month=2026-08").json()
    assert [(row["dealer"], row["units"], row["overdue"]) for row in rows] == [("D001", 70, False)]


def sum_of(lines):
    first, *rest = (line.sum for line in lines)
    for one in rest:
        first = type(first)(*(getattr(first, name) + getattr(one, name) for name in first.__slots__))
    return first
