"""Order suggestions: forecast against stock, within age and money, taken over into an order by people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from apps.core import access
from apps.forecasting.models import DealerForecast, ForecastRun
from apps.inventory import services as inventory
from apps.kernel.missing import Missing
from apps.ledger import services as ledger
from apps.ordering import services
from apps.ordering.models import ReorderTerms
from apps.ordering.queries import reorder
from apps.ordering.rules.reorder import Brake, Suggestion
from apps.ordering.rules.windows import Terms, window_of
from tests.forecasting import store
from tests.inventory.rows import arrival

pytestmark = pytest.mark.django_db
SYSTEM = access.system("test")
TODAY = date(2026, 7, 10)
NOW = datetime(2026, 7, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PRICE = Decimal(100_000)


@pytest.fixture
def stocked(network):
    """D001: 60 of M1 forecast for August with an error of 9, 38 in stock; 5 of M2 in stock, no forecast."""
    one, two = store.models("M1", "M2")
    ForecastRun.objects.create(period=date(2026, 6, 1), revision=1, computed_at=NOW, series=1)
    DealerForecast.objects.create(
        dealer=network.d1,
        model=one,
        made_for=date(2026, 6, 1),
        method="ses",
        kind="smooth",
        months=24,
        values=[Decimal(50), Decimal(60), Decimal(55)],
        lows=[Decimal(40)] * 3,
        highs=[Decimal(70)] * 3,
        sigma=Decimal(9),
    )
    stays = [("M1", one, 38), ("M2", two, 5)]
    rows = [
        arrival(
            f"{code}-{nth}",
            network.d1.pk,
            model_id=model.pk,
            kind="receipt",
            received_on=date(2026, 6, 20),
            cost_amount=PRICE,
        )
        for code, model, count in stays
        for nth in range(count)
    ]
    inventory.record_arrivals(rows=rows, source="test", actor=SYSTEM, now=NOW)
    return network, one, two


def suggested(dealer, model, actor=SYSTEM) -> Suggestion | Missing:
    return reorder.suggestions(actor=actor, dealer_ids=[dealer.pk], on=TODAY)[dealer.pk][model.pk]


def test_the_month_of_arrival_is_forecast_and_what_is_there_taken_off(stocked) -> None:
    network, one, two = stocked
    found = suggested(network.d1, one)
    assert isinstance(found, Suggestion)
    # 60 × (15 + 10) ÷ 30 + 1.2816 × 9 × √(25 ÷ 30) = 50 + 10.53; 38 are there
    assert (round(found.target, 2), found.position.on_hand, found.suggested) == (Decimal("60.53"), 38, 23)
    assert suggested(network.d1, two) == Missing("no_forecast")


def test_firm_orders_count_until_the_maker_names_the_cars(stocked, now) -> None:
    network, one, _two = stocked
    window = window_of(date(2026, 7, 15), Terms())
    plan = services.draft_plan(dealer=network.d1, window=window, actor=SYSTEM, now=NOW)
    line = plan.lines.get()
    assert (line.model, line.quantity, line.suggested, line.price_amount) == (one, 23, 23, PRICE)
    assert line.basis["forecast"] == "60.00" and line.basis["available"] == 38
    plan.lines.update(state="confirmed", quantity=10)
    found = suggested(network.d1, one)
    assert isinstance(found, Suggestion)
    assert (found.position.confirmed_orders, found.suggested) == (10, 13)


def test_old_stock_and_money_hold_it_back(stocked) -> None:
    network, one, _two = stocked
    payment = ledger.Payment(network.d1.pk, Decimal(650_000), date(2026, 7, 9), "B1")
    ledger.record_payment(payment=payment, actor=SYSTEM, now=NOW)
    found = suggested(network.d1, one)
    assert isinstance(found, Suggestion)
    assert (found.wanted, found.suggested, found.brakes) == (23, 6, (Brake.FUNDS,))
    later = date(2026, 9, 25)  # every car is older than 90 days now
    DealerForecast.objects.update(made_for=date(2026, 8, 1))
    ForecastRun.objects.update(period=date(2026, 8, 1))
    old = reorder.suggestions(actor=SYSTEM, dealer_ids=[network.d1.pk], on=later)[network.d1.pk][one.pk]
    assert isinstance(old, Suggestion)
    assert (old.suggested, old.brakes) == (0, (Brake.AGED,))


def test_terms_are_configured_from_a_day_on(stocked) -> None:
    network, one, _two = stocked
    ReorderTerms.objects.create(effective_from=date(2026, 7, 10), form="coefficient", stock_months="1.00")
    found = suggested(network.d1, one)
    assert isinstance(found, Suggestion)
    assert (found.target, found.suggested) == (60, 22)


def test_the_page_of_a_dealer_and_of_the_field(stocked, client_of, d1_gm, d2_gm, am_1, monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    address = reverse("ordering:suggestions")
    own = client_of(d1_gm).get(address)
    assert own.status_code == 200
    text = own.content.decode()
    assert "Model M1" in text and "23" in text and reverse("ordering:plan-create") in text
    field = client_of(am_1).get(address).content.decode()
    assert "?dealer=D001" in field
    book = client_of(am_1).get(address + "?_export=xlsx")
    assert book.status_code == 200
    assert client_of(d2_gm).get(address + "?dealer=D001").status_code == 404
