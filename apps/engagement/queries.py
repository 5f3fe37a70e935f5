"""Reads of points: one's own, the catalogue, who redeemed what, what rules hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Window
from django.db.models.functions import Lead
from django.utils.translation import gettext_lazy as _

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment, User
from apps.core import access, reach
from apps.core.access import Actor
from apps.core.roles import FIELD_STAFF, Role
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import DealerStatus, UnitKind
from apps.engagement import policies
from apps.engagement.events import CAR_SOLD
from apps.engagement.models import (
    Bonus,
    Contest,
    ContestPlace,
    Earning,
    EarnRule,
    Gift,
    GiftMovement,
    PointRequest,
    Redemption,
    SaleCredit,
)
from apps.engagement.rules import Subject
from apps.kernel.formula import Kind
from apps.kernel.period import Month, months_between
from apps.ledger import queries as books
from apps.ledger.models import Account, Posting
from apps.ledger.rules import AccountKind, Book
from apps.metrics import queries as metrics
from apps.metrics.registry import registry as metrics_registry
from apps.sales import policies as delivery_policies
from apps.sales import queries as sales
from apps.sales.models import RetailDelivery

STAFF = FIELD_STAFF - {Role.OFFICE_ASSISTANT}
BONUS_BELOW: dict[Role, frozenset[Role]] = {
    Role.PROVINCE_MANAGER: frozenset(FIELD_STAFF | {Role.REGION_MANAGER, Role.ACCOUNT_MANAGER}),
    Role.REGION_MANAGER: frozenset(STAFF | {Role.ACCOUNT_MANAGER}),
    Role.ACCOUNT_MANAGER: frozenset({Role.ACCOUNT_MANAGER_2, Role.MARKET_CAPTAIN, Role.MARKET_MEMBER}),
    Role.KEY_ACCOUNT_MANAGER: frozenset({Role.KEY_ACCOUNT_CLERK}),
    Role.MARKET_CAPTAIN: frozenset({Role.MARKET_MEMBER}),
}
"""Whose bonus a post proposes. Source: domain.md 9.3 (A2-11, KA-07, A1-22, RM-18)."""
SOON = timedelta(days=60)
SHOWN_LOTS = 6
ZERO = Decimal(0)


def rules(*, actor: Actor) -> QuerySet[EarnRule]:
    """All versions of the earn rules, each with the day its successor holds from."""
    following = Window(Lead("effective_from"), partition_by="code", order_by="effective_from")
    return policies.rule.visible_to(actor, EarnRule.objects.all()).annotate(until=following)


def rules_on(*, actor: Actor, on: date) -> list[EarnRule]:
    """The rules that bring the actor points on a day, by what each brings."""
    later = EarnRule.objects.filter(
        code=OuterRef("code"), effective_from__gt=OuterRef("effective_from"), effective_from__lte=on
    )
    rows = policies.rule.visible_to(actor, EarnRule.objects.filter(effective_from__lte=on))
    rows = rows.filter(~Exists(later), active=True, roles__overlap=[str(role) for role in actor.roles])
    return list(rows.order_by("-points", "code"))


def earnings(*, actor: Actor) -> QuerySet[Earning]:
    """What events brought people."""
    return policies.earning.visible_to(actor, Earning.objects.select_related("rule", "person"))


def gifts(*, actor: Actor) -> QuerySet[Gift]:
    """The catalogue; those who keep it see also what is no longer offered."""
    rows = policies.gift.visible_to(actor, Gift.objects.all())
    return rows if actor.may(policies.MANAGE) else rows.filter(active=True)


def movements(gift: Gift, *, actor: Actor) -> QuerySet[GiftMovement]:
    """What came in and went out of a gift, the newest first."""
    rows = GiftMovement.objects.filter(gift=gift).select_related("redemption", "gift")
    return policies.movement.visible_to(actor, rows).order_by("-pk")


def redemptions(*, actor: Actor) -> QuerySet[Redemption]:
    """One's own redemptions; the desk sees everybody's."""
    rows = Redemption.objects.select_related("person", "gift", "hold__account", "entry")
    return policies.redemption.visible_to(actor, rows)


def requests(*, actor: Actor) -> QuerySet[PointRequest]:
    """What was asked for by hand."""
    rows = PointRequest.objects.select_related("person", "to_person", "asked_by")
    return policies.request.visible_to(actor, rows)


def sale_credits(*, actor: Actor) -> QuerySet[SaleCredit]:
    """Who sold which car."""
    rows = SaleCredit.objects.select_related("dealer", "delivery", "person")
    return policies.credit.visible_to(actor, rows)


def without_seller(*, actor: Actor) -> QuerySet[RetailDelivery]:
    """Cars delivered by the actor's stores whose seller nobody named."""
    named = SaleCredit.objects.filter(
        delivery__source=OuterRef("source"), delivery__external_id=OuterRef("external_id")
    )
    returned = sales.in_force().filter(reverses=OuterRef("pk"))
    rows = sales.in_force().filter(~Exists(named), ~Exists(returned), quantity__gt=0)
    return delivery_policies.delivery.visible_to(actor, rows.select_related("dealer", "model"))


def sellers(*, dealer_id: int, on: date) -> list[tuple[int, str]]:
    """Who held a post at a store on a day: number and name."""
    rows = accounts.held_on(on).filter(dealer=dealer_id, user__is_active=True).select_related("user")
    found = {row.user_id: f"{row.user} · {row.get_role_display()}" for row in rows.order_by("pk")}
    return sorted(found.items(), key=lambda pair: pair[1])


def person(username: str) -> User | None:
    """The active user of a log-in name."""
    return User.objects.filter(username__iexact=username.strip(), is_active=True).first()


def user(key: int) -> User:
    """The user of a number that a list of choices gave."""
    return User.objects.get(pk=key)


def place_of(user_id: int, *, on: date) -> str:
    """Where somebody works on a day, in words; empty for nobody's."""
    row = accounts.held_on(on).filter(user=user_id).select_related("dealer", "unit", "group").first()
    if row is None:
        return ""
    return f"{row.dealer.code} {row.dealer}" if row.dealer else str(row.unit or row.group)


def headquarters() -> int:
    """The unit of headquarters."""
    return OrgUnit.objects.filter(kind=UnitKind.HQ).order_by("pk").values_list("pk", flat=True)[0]


PEOPLE_MEASURES = {"points": _("Points won"), "cars": _("Cars delivered")}
"""What may count between people; between stores every measure that may be added up over months."""


def measures(subject: Subject) -> list[tuple[str, str]]:
    """What may count in a contest: code and name."""
    if subject == Subject.PERSON:
        return [(code, str(label)) for code, label in PEOPLE_MEASURES.items()]
    flows = (each for each in metrics_registry.measures.values() if each.kind is Kind.FLOW)
    return sorted(((each.code, str(each.label)) for each in flows), key=lambda pair: pair[1])


def measure_label(contest: Contest) -> str:
    """What counts in a contest, in words."""
    return dict(measures(Subject(contest.subject))).get(contest.measure, contest.measure)


def contests(*, actor: Actor) -> QuerySet[Contest]:
    """The contests, of which everybody may know."""
    return policies.contest.visible_to(actor, Contest.objects.select_related("unit"))


def places(*, actor: Actor) -> QuerySet[ContestPlace]:
    """The first ten of each contest and the places of one's own stores."""
    rows = ContestPlace.objects.select_related("contest")
    return policies.place.visible_to(actor, rows)


def own_places(contest: Contest, *, actor: Actor) -> list[ContestPlace]:
    """Where the actor, or its stores, stand in a contest; the best first, a few at most."""
    rows = places(actor=actor).filter(contest=contest)
    if contest.subject == Subject.PERSON:
        rows = rows.filter(person=actor.user_id)
    elif actor.scope.everything:
        rows = rows.none()
    else:
        rows = rows.filter(dealer__in=actor.scope.dealer_ids)
    return list(rows.order_by("place", "pk")[:5])


def competing_count(contest: Contest) -> int:
    """How many compete."""
    with reach.beyond("how many compete in a contest is told to everybody"):
        return ContestPlace.objects.filter(contest=contest).count()


def competing_dealers(contest: Contest) -> list[int]:
    """The stores of a contest: those of its unit that are not closed."""
    rows = Dealer.objects.exclude(status=DealerStatus.CLOSED)
    if contest.unit is not None:
        rows = rows.filter(unit__path__startswith=contest.unit.path)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def results(contest: Contest, people: Collection[int]) -> dict[int, Decimal]:
    """The result of each person or store so far; who is left out has none."""
    if contest.subject == Subject.PERSON:
        rows = Earning.objects.filter(
            person__in=people, stands=True, happened_on__range=(contest.first, contest.last)
        )
        if contest.measure == "cars":
            sold = rows.filter(rule__event=CAR_SOLD)
            counted = sold.order_by().values("person").annotate(total=Count("key", distinct=True))
        else:
            counted = rows.order_by().values("person").annotate(total=Sum("points"))
        return {row["person"]: Decimal(row["total"]) for row in counted}
    found: dict[int, Decimal] = defaultdict(Decimal)
    for month in months_between(Month.of(contest.first), Month.of(contest.last)):
        stored = metrics.measure_values(actor=access.system("engagement"), period=month)
        wanted = stored.filter(measure=contest.measure, dimension="").values_list("dealer_id", "value")
        for dealer, value in wanted:
            found[dealer] += value
    return found


def bonuses(*, actor: Actor) -> QuerySet[Bonus]:
    """One's own bonuses, those one proposed and those one reviews."""
    rows = Bonus.objects.select_related("person", "proposed_by", "unit")
    return policies.bonus.visible_to(actor, rows)


def bonus_people(*, actor: Actor, on: date) -> dict[int, int]:
    """Whose bonus the actor may propose on a day: person → unit; the field staff of its units."""
    return {row.user_id: row.unit_id for row in _led(actor, on) if row.unit_id}


def bonus_choices(*, actor: Actor, on: date) -> list[tuple[int, str]]:
    """The same people to choose from."""
    found = {row.user_id: f"{row.user} · {row.get_role_display()} · {row.unit}" for row in _led(actor, on)}
    return sorted(found.items(), key=lambda pair: pair[1])


def _led(actor: Actor, on: date) -> list[Assignment]:
    """Assignments of people below the actor: nobody proposes for peers or for itself."""
    rows = accounts.held_on(on).filter(user__is_active=True, unit__isnull=False).exclude(user=actor.user_id)
    found = []
    for reach_of in actor.reaches:
        below = (
            BONUS_BELOW.get(Role(reach_of.role), frozenset()) if reach_of.role in set(Role) else frozenset()
        )
        if below:
            led = rows.filter(role__in=below)
            if not reach_of.scope.everything:
                led = led.filter(unit__in=reach_of.scope.unit_ids)
            found += list(led.select_related("user", "unit"))
    return found


@dataclass(frozen=True)
class Wallet:
    """The points of a person: what may be spent, what is held, what ends soon, what is owed."""

    account: Account | None
    available: Decimal
    held: Decimal
    owed: Decimal
    ending: Decimal
    ends_on: date | None
    lots: tuple[tuple[date | None, Decimal], ...]
    movements: tuple[Posting, ...]

    @property
    def frozen(self) -> bool:
        """Whether nothing may be spent now."""
        return self.account is not None and self.account.frozen


def wallet(*, actor: Actor, on: date, shown: int = 8) -> Wallet:
    """The actor's own points on a day."""
    assert actor.user_id is not None
    account = books.find(book=Book(person_id=actor.user_id), kind=AccountKind.POINTS)
    if account is None:
        return Wallet(None, ZERO, ZERO, ZERO, ZERO, None, (), ())
    lots = tuple(books.lots(account))
    usable = [lot for lot in lots if lot.expires_on is None or lot.expires_on >= on]
    by_day: dict[date | None, Decimal] = defaultdict(Decimal)
    for lot in usable:
        by_day[lot.expires_on] += lot.remaining
    ending = [lot for lot in usable if lot.expires_on is not None and lot.expires_on <= on + SOON]
    return Wallet(
        account=account,
        available=max(account.available, ZERO),
        held=account.held,
        owed=max(-account.balance, ZERO),
        ending=sum((lot.remaining for lot in ending), ZERO),
        ends_on=min((lot.expires_on for lot in ending if lot.expires_on), default=None),
        lots=tuple(by_day.items())[:SHOWN_LOTS],
        movements=tuple(books.movements(account)[:shown]),
    )


def earned_in(*, actor: Actor, first: date, last: date) -> Decimal:
    """The points the actor earned in a span of days, both included."""
    rows = Earning.objects.filter(person=actor.user_id, stands=True, happened_on__range=(first, last))
    return rows.aggregate(total=Sum("points"))["total"] or ZERO


def stock_total() -> Decimal:
    """What all gifts in stock are worth, in yuan."""
    rows = Gift.objects.filter(active=True).aggregate(total=Sum(F("stock") * F("worth_amount")))
    return rows["total"] or ZERO
