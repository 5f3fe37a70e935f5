"""Three stores with 79, 99 and 110 cars of 100 in June 2026, and the policies A and B they are paid by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.core.roles import Role
from apps.incentives.models import PolicyVersion
from apps.periods.models import PeriodState
from apps.sales import services as sales
from tests.factories import network as factory
from tests.incentives import story
from tests.sales.rows import row

SLICES = (("0", "800"), ("0.8", "1500"), ("1", "2500"))
CARS = {"d1": 79, "d2": 99, "d3": 110}


def people(network: Any) -> dict[str, User]:
    """Who drafts, countersigns and publishes."""
    roles = {
        "policy": Role.HQ_POLICY,
        "policy_2": Role.HQ_POLICY,
        "legal": Role.HQ_LEGAL,
    }
    return {name: factory.persona(name, role, unit=network.hq) for name, role in roles.items()}


def set_up(network: Any, now: datetime) -> PolicyVersion:
    """The cars and targets of June, three closed months, and policy A in force since June."""
    for name, cars in CARS.items():
        dealer = getattr(network, name)
        story.target(dealer)
        rows = [
            row(
                f"{name}{no:03d}",
                dealer.pk,
                vin=story.vin(dealer.pk % 100 * 1000 + no),
                occurred_on=date(2026, 6, 1) + timedelta(days=no % 20),
            )
            for no in range(cars)
        ]
        sales.record_deliveries(rows=rows, source="dms", actor=story.SYSTEM, now=now)
    for month in (4, 5, 6):
        PeriodState.objects.create(period=date(2026, month, 1), state="closed", changed_at=now)
    return story.policy(components=[{**story.body()["components"][0], "selection": {}}])


def slices(text: dict[str, Any]) -> dict[str, Any]:
    """The same document as policy B: 800 up to 80 %, 1,500 to 100 %, 2,500 above, each slice at its own."""
    clause = text["components"][0]
    tiers = [{"from": reach, "value": value} for reach, value in SLICES]
    params = {**clause["params"], "scale": "marginal", "tiers": tiers}
    return {**text, "components": [{**clause, "params": params}]}


def priced(text: dict[str, Any]) -> dict[str, Any]:
    """The first clause with a condition on the resale price, which the guard stops."""
    clause = text["components"][0]
    return {**clause, "selection": {**clause.get("selection", {}), "price_to_list": "0.95"}}
