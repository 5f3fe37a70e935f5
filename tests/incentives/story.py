"""The policy, target and June cars of the settlement story, told once for services, pages and browser."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.core import access
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.incentives.models import Policy, PolicyVersion
from apps.incentives.rules import document as documents
from apps.incentives.rules.facts import Window
from apps.sales import services as sales
from apps.targets.models import Target
from apps.targets.rules import TargetKind
from apps.vehicles import rules as vin_rules
from tests.factories import network as factory
from tests.sales.rows import row

ZONE = ZoneInfo("Asia/Shanghai")
SYSTEM = access.system("story")
JUNE = Window(date(2026, 6, 1), date(2026, 6, 30))
LATE_INVOICE, NO_PLATE, RETURNED = 17, 44, 31
TIERS = (("0", "0"), ("0.8", "1000"), ("1", "1500"), ("1.1", "2000"))


def vin(number: int) -> str:
    """The VIN of a car of the story, ending with its number."""
    open_digit = f"LDPA00100SA{number:06d}"
    return open_digit[:8] + vin_rules.check_digit(open_digit) + open_digit[9:]


def body(code: str = "P1", **given: Any) -> dict[str, Any]:
    """The policy: by achievement, per car; invoiced in the month, plated within 30 days."""
    clause = {
        "code": "volume",
        "type": "volume",
        "params": {
            "measure": "achievement",
            "scale": "cliff",
            "pay": "per_unit",
            "tiers": [{"from": reach, "value": value} for reach, value in TIERS],
        },
        "selection": {
            "evidence": [
                {"kind": "invoice", "in_window": True},
                {"kind": "registration", "within_days": 30, "since": "occurred"},
            ]
        },
    }
    return {
        "code": code,
        "label": {"zh": "月度销量返利", "en": "Monthly volume rebate"},
        "components": [clause],
        "accepted_documents": ["invoice", "registration"],
    } | given


def policy(version: int = 1, effective_from: date = date(2026, 6, 1), **given: Any) -> PolicyVersion:
    """The policy as published."""
    held = Policy.objects.get_or_create(
        code="P1", defaults={"label_zh": "月度销量返利", "label_en": "Monthly volume rebate"}
    )[0]
    read = documents.read(body(**given))
    return PolicyVersion.objects.create(
        policy=held,
        version=version,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=effective_from,
        published_on=effective_from,
        published_at=datetime.combine(effective_from, datetime.min.time(), tzinfo=ZONE),
    )


def target(dealer: Dealer, units: int = 100, period: date = date(2026, 6, 1)) -> None:
    """The dealer's countersigned target of a month, in place of an earlier one."""
    at = datetime(2026, 5, 28, 9, tzinfo=ZONE)
    held = Target.objects.filter(dealer=dealer, period=period, replaced_at__isnull=True)
    version = held.count() + 1
    held.update(replaced_at=at)
    Target.objects.create(
        dealer=dealer,
        period=period,
        kind=TargetKind.RETAIL,
        version=version,
        units=units,
        set_at=at,
        set_by="am_1",
        signed_at=at,
        signed_by="d1_gm",
        signature="0" * 64,
    )


def sell_june(dealer: Dealer, now: datetime, cars: int = 100) -> None:
    """June's cars: one invoiced in July, one not plated, all others with their documents."""
    rows = []
    for number in range(1, cars + 1):
        day = date(2026, 6, 1) + timedelta(days=(number - 1) % 20)
        late = number == LATE_INVOICE
        rows.append(
            row(
                f"XS{number:03d}",
                dealer.pk,
                vin=vin(number),
                occurred_on=day,
                invoiced_on=date(2026, 7, 1) if late else day,
                plated_on=None if number == NO_PLATE else day + timedelta(days=5),
            )
        )
    sales.record_deliveries(rows=rows, source="dms", actor=SYSTEM, now=now)


def people(network: Any) -> dict[str, User]:
    """Who works in the story beside the dealer."""
    return {
        "policy": factory.persona("policy", Role.HQ_POLICY, unit=network.hq),
        "fin": factory.persona("fin", Role.HQ_FINANCE, unit=network.hq),
        "fin_2": factory.persona("fin_2", Role.HQ_FINANCE, unit=network.hq),
    }
