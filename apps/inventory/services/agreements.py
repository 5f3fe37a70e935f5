"""Vehicles are bought back under agreements; they leave the stock by that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.inventory import notices, policies
from apps.inventory.models import BuyBack, BuyBackAgreement, StockUnit
from apps.inventory.rules import MovementKind, age_days
from apps.inventory.services import departures, reservations
from apps.kernel import money

money.register_step("buy_back.price", "the price of a vehicle bought back under an agreement")


@dataclass(frozen=True)
class Terms:
    """What a buy-back agreement says; the price is a share of the cost, no limit means any number."""

    number: str
    terms: str
    minimum_age_days: int
    price_rate: Decimal
    limit_units: int | None
    starts_on: date
    ends_on: date


@transaction.atomic
def agree_buy_back(*, dealer: Dealer, terms: Terms, actor: Actor, now: datetime) -> BuyBackAgreement:
    """Keep an agreement to buy vehicles of a dealer back; its end is a to-do a month before.

    Errors: `not_found`, `number_taken`, `date_range`.
    """
    _allow(actor, policies.BUY_BACK, dealer.pk)
    if terms.ends_on < terms.starts_on:
        message = _("The end lies before the start.")
        raise DomainError("date_range", message, fields={"ends_on": message})
    if BuyBackAgreement.objects.filter(number=terms.number).exists():
        message = _("There is an agreement with this number already.")
        raise DomainError("number_taken", message, fields={"number": message})
    row = BuyBackAgreement.objects.create(
        dealer=dealer, created_at=now, created_by=actor.label, **asdict(terms)
    )
    after = {name: getattr(row, name) for name in ("number", "starts_on", "ends_on", "price_rate")}
    audit.record(actor=actor, action=policies.BUY_BACK, obj=row, now=now, after=after)
    notices.agreement_runs(row, now)
    return row


@transaction.atomic
def buy_back(
    *, unit: StockUnit, agreement: BuyBackAgreement, bought_on: date, actor: Actor, now: datetime
) -> BuyBack:
    """Take a vehicle back under an agreement of its dealer: it leaves the stock that day.

    Its price is the agreed share of its cost. Errors: `not_found`, `other_dealer`, `not_in_force`,
    `too_young`, `limit_reached`, `conflict`, `rows_refused`.
    """
    _allow(actor, policies.BUY_BACK, unit.dealer_id)
    jobs.lock(f"inventory.agreement:{agreement.pk}")
    reservations.lock_unit(unit)
    reservations.refuse_kept(unit)
    _check(unit, agreement, bought_on)
    departures.depart(
        unit=unit,
        left_on=bought_on,
        kind=MovementKind.BUY_BACK,
        note=agreement.number,
        actor=actor,
        now=now,
        action=policies.BUY_BACK,
    )
    cost = unit.cost_amount
    price = None if cost is None else money.round_step("buy_back.price", cost * agreement.price_rate)
    row = BuyBack.objects.create(
        dealer_id=unit.dealer_id,
        agreement=agreement,
        unit=unit,
        bought_on=bought_on,
        price_amount=price,
        recorded_at=now,
        recorded_by=actor.label,
    )
    after = {"vehicle": str(unit), "number": agreement.number, "price_amount": price}
    audit.record(actor=actor, action=policies.BUY_BACK, obj=row, now=now, after=after)
    return row


def _check(unit: StockUnit, agreement: BuyBackAgreement, bought_on: date) -> None:
    if agreement.dealer_id != unit.dealer_id:
        raise DomainError("other_dealer", _("This agreement is with another dealer."))
    if agreement.is_cancelled or not agreement.starts_on <= bought_on <= agreement.ends_on:
        raise DomainError("not_in_force", _("The agreement is not in force on this day."))
    age = age_days(unit.received_on, bought_on)
    if age < agreement.minimum_age_days:
        message = _("The vehicle stands here for %(age)s days; the agreement asks for %(least)s.")
        raise DomainError("too_young", message, age=age, least=agreement.minimum_age_days)
    if agreement.limit_units is not None and agreement.vehicles.count() >= agreement.limit_units:
        message = _("All %(units)s vehicles of this agreement were bought back.")
        raise DomainError("limit_reached", message, units=agreement.limit_units)


def _allow(actor: Actor, action: str, dealer_id: int) -> None:
    if not policies.agreement.can(actor, action, BuyBackAgreement(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))
