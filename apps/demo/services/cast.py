"""One log-in for each role, so that a visitor can look at the network through any pair of eyes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from apps.accounts import queries as accounts
from apps.accounts.models import User
from apps.accounts.services import assign, create_user, current_code, set_up, typed
from apps.core import role_names
from apps.core.access import Actor
from apps.core.roles import Role
from apps.dealers.models import Dealer, OrgUnit
from apps.dealers.rules import UnitKind

PASSWORD = "Dealerops-2026"  # noqa: S105 - the password of every sample log-in, printed at start


@dataclass(frozen=True)
class Login:
    """A sample log-in."""

    username: str
    role: str
    place: str
    key: str
    """What is typed into an authenticator app; empty where a password is enough."""


SINCE = date(2020, 1, 1)


def build(*, dealer: Dealer, neighbour: Dealer, actor: Actor, now: datetime) -> list[Login]:
    """Create the log-ins: headquarters, the field above `dealer`, its own people, a neighbour."""
    above = _above(dealer)
    headquarters = above[UnitKind.HQ]
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        ("hq_admin", Role.HQ_ADMIN, {"unit": headquarters}),
        ("hq_admin_2", Role.HQ_ADMIN, {"unit": headquarters}),
        ("hq_ops", Role.HQ_OPERATIONS, {"unit": headquarters}),
        ("hq_policy", Role.HQ_POLICY, {"unit": headquarters}),
        ("hq_fin", Role.HQ_FINANCE, {"unit": headquarters}),
        ("hq_audit", Role.HQ_AUDIT, {"unit": headquarters}),
        ("executive", Role.EXECUTIVE, {"unit": headquarters}),
        ("region", Role.REGION_MANAGER, {"unit": above.get(UnitKind.REGION, headquarters)}),
        ("province", Role.PROVINCE_MANAGER, {"unit": above.get(UnitKind.PROVINCE, headquarters)}),
        ("account", Role.ACCOUNT_MANAGER, {"unit": dealer.unit}),
        ("dealer_gm", Role.DEALER_GENERAL, {"dealer": dealer}),
        ("dealer_sales", Role.DEALER_SALES, {"dealer": dealer}),
        ("dealer_service", Role.DEALER_SERVICE, {"dealer": dealer}),
        ("dealer_fin", Role.DEALER_FINANCE, {"dealer": dealer}),
        ("consultant", Role.SALES_CONSULTANT, {"dealer": dealer}),
        ("neighbour_gm", Role.DEALER_GENERAL, {"dealer": neighbour}),
        ("integration", Role.INTEGRATION, {"unit": headquarters}),
    ]
    if dealer.group is not None:
        wanted.append(("investor", Role.INVESTOR, {"group": dealer.group}))
    return [_login(name, role, place, actor, now) for name, role, place in wanted]


def person(username: str, now: datetime) -> Actor:
    """Somebody with a sample log-in, as seen by the services."""
    return accounts.actor_for(User.objects.get(username=username), on=timezone.localdate(now))


def logins() -> list[Login]:
    """The sample log-ins that exist."""
    rows = (
        User.objects.filter(assignments__isnull=False, email__endswith="@sample.invalid")
        .order_by("pk")
        .prefetch_related("assignments__unit", "assignments__dealer", "assignments__group")
    )
    return [_described(user) for user in rows]


def _login(name: str, role: str, place: dict[str, Any], actor: Actor, now: datetime) -> Login:
    label = str(role_names.NAMES[Role(role)])
    admin = role == Role.HQ_ADMIN
    user = create_user(
        username=name, display_name=label, password=PASSWORD, actor=actor, now=now, staff=admin
    )
    user.email = f"{name}@sample.invalid"
    user.is_superuser = admin
    user.save(update_fields=["email", "is_superuser"])
    assign(user=user, role=role, actor=actor, now=now, valid_from=SINCE, **place)
    _set_up_second_step(user, actor, now)
    return _described(user)


def _set_up_second_step(user: User, actor: Actor, now: datetime) -> None:
    """An authenticator app with a known key, where the role asks for a second step."""
    if accounts.owes_second_factor(user, on=now.date()):
        secret = sample_secret(user.username)
        set_up(user=user, secret=secret, code=current_code(secret, now=now), actor=actor, now=now)


def sample_secret(username: str) -> bytes:
    """The key of a sample user's authenticator app, the same in every sample."""
    return hashlib.sha256(f"dealerops-sample-{username}".encode()).digest()[:20]


def _described(user: User) -> Login:
    held = user.assignments.all()[0]
    key = typed(sample_secret(user.username)) if accounts.has_second_factor(user) else ""
    place = str(held.unit or held.dealer or held.group)
    return Login(user.username, str(role_names.NAMES[Role(held.role)]), place, key)


def _above(dealer: Dealer) -> dict[str, OrgUnit]:
    ids = [int(part) for part in dealer.unit.path.strip("/").split("/")]
    return {unit.kind: unit for unit in OrgUnit.objects.filter(pk__in=ids)}
