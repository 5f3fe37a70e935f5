"""Who walks, and a marked dealer nobody of them may see; made for the walk and taken back with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model

from apps.accounts.models import Assignment, User
from apps.core.models import StoredFile
from apps.core.roles import DEALER, FIELD, Role
from apps.dealers.models import Dealer, DealerCode, DealerPlacement, OrgUnit
from apps.dealers.rules import DealerStatus, UnitKind
from apps.inventory.models import StockUnit
from apps.periods import queries as periods
from apps.sales.models import RetailDelivery

SINCE = date(2000, 1, 1)
NOBODY_S = "!"  # no password has this hash
_KINDS = {Role.PROVINCE_MANAGER: UnitKind.PROVINCE, Role.REGION_MANAGER: UnitKind.REGION}


@dataclass(frozen=True)
class Marked:
    """A dealer in a unit of its own; all its texts are the mark, whose beginning can be searched for.

    The unit has another mark: whoever may view the organisation may see it.
    """

    mark: str
    unit_mark: str
    objects: tuple[Model, ...]

    @property
    def beginning(self) -> str:
        """What is asked for in searches: answers that only repeat the question do not hold the mark."""
        return self.mark[:-1]


def home_dealer() -> Dealer | None:
    """The dealer the walkers belong to: the first that is active and placed below headquarters."""
    rows = Dealer.objects.filter(status=DealerStatus.ACTIVE).exclude(unit__kind=UnitKind.HQ)
    return rows.select_related("unit").order_by("code").first()


def marked(now: datetime) -> Marked:
    """Make the marked dealer with a delivery, a car in stock, a file and a user."""
    mark, unit_mark = (f"CANARY{secrets.token_hex(6)}" for _each in range(2))
    top = OrgUnit.objects.get(kind=UnitKind.HQ)
    unit = OrgUnit.objects.create(
        code=unit_mark,
        name=unit_mark,
        kind=UnitKind.REGION,
        parent=top,
        path=f"new-{unit_mark}",
        valid_from=SINCE,
    )
    OrgUnit.objects.filter(pk=unit.pk).update(path=f"{top.path}{unit.pk}/")
    dealer = Dealer.objects.create(
        code=mark, name=mark, short_name=mark, address=mark, search_key=mark.lower(), unit=unit
    )
    DealerPlacement.objects.create(dealer=dealer, unit=unit, valid_from=SINCE)
    DealerCode.objects.create(dealer=dealer, code=mark, valid_from=SINCE)
    today = now.date()
    told = {"dealer": dealer, "source": mark, "external_id": mark, "recorded_at": now}
    month = periods.business_calendar().month_of(today)
    words = {"trim_text": mark, "colour": mark}
    sold = RetailDelivery.objects.create(
        **told, **words, occurred_on=today, period=month.first, quantity=1, note=mark, region_text=mark
    )
    car = StockUnit.objects.create(**told, **words, received_on=today)
    file = StoredFile.objects.create(
        sha256=mark,
        name=mark,
        content_type="text/plain",
        size=1,
        blob=mark,
        dealer_id=dealer.pk,
        created_at=now,
    )
    user = User.objects.create(username=mark.lower(), display_name=mark, password=NOBODY_S)
    held = Assignment.objects.create(user=user, role=Role.DEALER_GENERAL, dealer=dealer, valid_from=SINCE)
    return Marked(mark, unit_mark, (dealer, sold, car, file, user, held))


def walker(role: Role, dealer: Dealer) -> User:
    """A user with this role where it belongs: at the dealer, at a unit above it, at headquarters."""
    user = User.objects.create(
        username=f"self-test-{role}", display_name=f"self-test {role}", password=NOBODY_S, is_staff=False
    )
    Assignment.objects.create(user=user, role=role, valid_from=SINCE, **_place(role, dealer))
    return user


def _place(role: Role, dealer: Dealer) -> dict[str, Model]:
    if role in DEALER:
        return {"dealer": dealer}
    if role not in FIELD:
        return {"unit": OrgUnit.objects.get(kind=UnitKind.HQ)}
    above = OrgUnit.objects.filter(pk__in=[int(part) for part in dealer.unit.path.strip("/").split("/")])
    return {"unit": above.filter(kind=_KINDS.get(role, dealer.unit.kind)).first() or dealer.unit}
