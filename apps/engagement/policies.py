from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, Scope, declare, joined, trust
from apps.core.roles import DEALER, DEALER_STAFF, EVERYONE, FIELD, FIELD_STAFF, OPERATORS, Role
from apps.core.wall import ALL, LEDGER, PERSON, TRUSTED, Wall, Writes
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
from apps.engagement.rules import TOP

READERS = OPERATORS | {Role.HQ_POLICY, Role.HQ_FINANCE, Role.HQ_AUDIT}
"""Roles that read the points of everybody; all others read their own only."""

VIEW = declare("engagement.view", _("See own points and the catalogue of gifts"), EVERYONE)
REDEEM = declare(
    "engagement.redeem", _("Redeem own points for gifts"), DEALER | DEALER_STAFF | FIELD | FIELD_STAFF
)
NAME_SELLER = declare(
    "engagement.name_seller",
    _("Name who sold a car"),
    OPERATORS | {Role.DEALER_GENERAL, Role.DEALER_SALES},
)
ASK = declare(
    "engagement.ask",
    _("Ask that points be granted, taken back or transferred"),
    OPERATORS | {Role.HQ_POLICY, Role.HQ_TRAINING, Role.PROVINCE_MANAGER, Role.REGION_MANAGER},
)
APPROVE = declare(
    "engagement.approve",
    _("Decide about points as the second person"),
    {Role.HQ_ADMIN, Role.HQ_FINANCE, Role.HQ_POLICY},
    guarded=True,
)
MANAGE = declare(
    "engagement.manage", _("Set earn rules and the catalogue of gifts"), OPERATORS | {Role.HQ_POLICY}
)
RUN_CONTESTS = declare("engagement.run_contests", _("Declare and end contests"), OPERATORS | {Role.HQ_POLICY})
VIEW_BONUS = declare(
    "engagement.view_bonus",
    _("See own bonuses and those one proposes or reviews"),
    FIELD | FIELD_STAFF | OPERATORS,
)
PROPOSE_BONUS = declare(
    "engagement.propose_bonus",
    _("Propose bonuses of the people one leads"),
    FIELD | {Role.KEY_ACCOUNT_MANAGER, Role.MARKET_CAPTAIN},
)
SIGN_BONUS = declare("engagement.sign_bonus", _("Sign one's own bonus, or object"), FIELD | FIELD_STAFF)
APPROVE_BONUS = declare(
    "engagement.approve_bonus",
    _("Review bonuses as region and province"),
    {Role.REGION_MANAGER, Role.PROVINCE_MANAGER} | OPERATORS,
)
DESK = declare("engagement.desk", _("Hand out redeemed gifts"), OPERATORS | {Role.HQ_POLICY})


def read_scope(actor: Actor) -> Scope:
    """Everything for those who read the points of everybody."""
    if "system" in actor.roles:
        return actor.scope
    return joined(reach.scope for reach in actor.reaches if reach.role in READERS)


class PersonPolicy(Policy):
    """Rows of a person: read by that person and by headquarters; `others` name who else stands in a row."""

    others: tuple[str, ...] = ()

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if read_scope(actor).everything:
            return rows
        found = Q(pk__in=[])
        for name in ("person_id", *self.others):
            found |= Q(**{f"{name}__isnull": False, name: actor.user_id})
        return rows.filter(found)

    def owners(self, obj: Any) -> Owners:
        keys = {getattr(obj, name) for name in ("person_id", *self.others)} - {None}
        return Owners(persons=frozenset(keys), roles=READERS)

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return actor.user_id in owners.persons or owners.within(read_scope(actor))


class RequestPolicy(PersonPolicy):
    """A request is read by whom it concerns and by who asked."""

    others = ("to_person_id", "asked_by_id")


class PlacePolicy(Policy):
    """Places of one's own stores, and the first ten of every contest, which are shown to everybody."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        return rows.filter(Q(place__lte=TOP) | Q(dealer_id__in=actor.scope.dealer_ids))

    def owners(self, obj: Any) -> Owners:
        return Owners(everyone=obj.place <= TOP, dealers=frozenset({obj.dealer_id}))


class BonusPolicy(Policy):
    """A bonus is read by the person, by who proposed it and by those who review bonuses of its unit."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        own = Q(person_id=actor.user_id) | Q(proposed_by_id=actor.user_id)
        scope = review_scope(actor)
        return rows if scope.everything else rows.filter(own | Q(unit_id__in=scope.unit_ids))

    def owners(self, obj: Any) -> Owners:
        return Owners(
            persons=frozenset({obj.person_id, obj.proposed_by_id}),
            units=frozenset({obj.unit_id}),
            roles=REVIEWERS,
        )

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return actor.user_id in owners.persons or owners.within(review_scope(actor))


REVIEWERS = OPERATORS | {Role.REGION_MANAGER, Role.PROVINCE_MANAGER}
"""Roles that read the bonuses of their units."""


def review_scope(actor: Actor) -> Scope:
    """The units whose bonuses the actor reviews."""
    if "system" in actor.roles:
        return actor.scope
    return joined(reach.scope for reach in actor.reaches if reach.role in REVIEWERS)


@trust
def _trusted(actor: Actor) -> Iterator[str]:
    """The same for the second wall, as `bonus:unit`."""
    if "system" in actor.roles:
        yield ALL
    scope = review_scope(actor)
    if scope.everything:
        yield f"bonus:{ALL}"
    yield from (f"bonus:{unit}" for unit in sorted(scope.unit_ids))


bonus = BonusPolicy(
    Bonus,
    view=VIEW_BONUS,
    ownership=Ownership.PERSONAL,
    person="person_id",
    wall=Wall(
        private="true",
        also=(
            f"person_id = {PERSON} OR proposed_by_id = {PERSON} "
            f"OR ARRAY['{ALL}', 'bonus:{ALL}', 'bonus:' || unit_id] && {TRUSTED}"
        ),
    ),
)
rule = Policy(EarnRule, view=VIEW, wall=Wall(writes=Writes.APPEND))
gift = Policy(Gift, view=VIEW)
contest = Policy(Contest, view=VIEW)
place = PlacePolicy(
    ContestPlace, view=VIEW, ownership=Ownership.DEALER, wall=Wall(also_read=f"place <= {TOP}")
)
movement = Policy(GiftMovement, view=MANAGE, wall=LEDGER)
credit = Policy(SaleCredit, view=VIEW, ownership=Ownership.DEALER, wall=LEDGER)
earning = PersonPolicy(
    Earning, view=VIEW, ownership=Ownership.PERSONAL, person="person_id", wall=Wall(writes=Writes.NONE)
)
redemption = PersonPolicy(Redemption, view=VIEW, ownership=Ownership.PERSONAL, person="person_id")
request = RequestPolicy(
    PointRequest,
    view=VIEW,
    ownership=Ownership.PERSONAL,
    person="person_id",
    wall=Wall(also=f"to_person_id = {PERSON} OR asked_by_id = {PERSON}"),
)

trail.name_actions(
    {
        "engagement.manage": _("Earn rule or gift set"),
        "engagement.name_seller": _("Seller of a car named"),
        "engagement.ask": _("Asked for a change of points"),
        "engagement.approve": _("Change of points decided"),
        "engagement.redeem": _("Points redeemed"),
        "engagement.cancel": _("Redemption cancelled"),
        "engagement.desk": _("Redemption answered"),
        "engagement.run_contests": _("Contest declared"),
        "engagement.end_contest": _("Contest ended"),
        "engagement.propose_bonus": _("Bonus proposed"),
        "engagement.sign_bonus": _("Bonus signed"),
        "engagement.object_to_bonus": _("Objected to a bonus"),
        "engagement.approve_bonus": _("Bonus reviewed"),
        "engagement.stock": _("Stock of gifts changed"),
    }
)
