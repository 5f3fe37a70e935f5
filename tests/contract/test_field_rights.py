"""The rights of the field organisation (domain.md §9.1) can all be said: as grants, limits and whose rows.

Each row of the table is declared as an action, seeded as a grant and asked for; what is not in the table is
refused. A right about one's own pay reaches one's own rows only, the others the dealers of one's area.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from apps.accounts import queries as accounts
from apps.accounts.rights import grants
from apps.core import access
from apps.core.access import Action, Actor, Limit, Owners
from apps.core.roles import FIELD, FIELD_STAFF, Role
from apps.dealers.models import Dealer
from tests.conftest import NOW
from tests.factories import network as factory

with (Path(__file__).parent / "field_rights.csv").open(newline="", encoding="utf-8") as handle:
    RIGHTS = list(csv.DictReader(handle))
TABLE = {(row["role"], row["right"]): row for row in RIGHTS}
CODES = sorted({row["right"] for row in RIGHTS})
SALES = Decimal("1000000")
PLACES = {Role.PROVINCE_MANAGER: "province_zj", Role.REGION_MANAGER: "region_a"}


@pytest.fixture
def actors(network, monkeypatch) -> dict[str, Actor]:
    """Somebody of every field role over the area of D001, once the rights are declared and seeded."""
    for code in CODES:
        holders = {row["role"]: row for row in RIGHTS if row["right"] == code}
        limits = {role: Limit(rate=Decimal(row["limit"])) for role, row in holders.items() if row["limit"]}
        action = Action(code, code, frozenset(holders), limits)
        monkeypatch.setitem(access._actions, code, action)
    assert grants.sync() == len(TABLE)
    return {
        role: accounts.actor_for(
            factory.persona(role, role, unit=getattr(network, PLACES.get(role, "area_1"))), on=NOW.date()
        )
        for role in FIELD | FIELD_STAFF
    }


def test_every_role_holds_exactly_the_rights_of_the_table(actors, network) -> None:
    policy = access.policy_of(Dealer)
    held = {
        (str(role), code)
        for role, actor in actors.items()
        for code in CODES
        if policy.can(actor, code, network.d1)
    }
    assert held == set(TABLE) and len(TABLE) == 38
    elsewhere = {
        (role, code)
        for role, actor in actors.items()
        for code in CODES
        if policy.can(actor, code, network.d4)
    }
    assert elsewhere == set()


@pytest.mark.parametrize("right", ["complaints.dispose", "write_offs.dispose"])
def test_one_per_mille_of_the_province_is_the_limit(actors, network, right: str) -> None:
    policy = access.policy_of(Dealer)
    manager = actors[Role.PROVINCE_MANAGER]
    assert manager.limit_of(right) == Limit(rate=Decimal("0.001"))

    def may(amount: str) -> bool:
        return bool(policy.can(manager, right, network.d1, amount=Decimal(amount), base=SALES))

    assert may("0.01") and may("1000.00")
    assert not may("1000.01")
    assert not policy.can(actors[Role.REGION_MANAGER], right, network.d1, amount=Decimal(1), base=SALES)
    assert manager.limit_of("dealers.punish") == access.NO_LIMIT
    assert actors[Role.REGION_MANAGER].limit_of(right) is None


def test_rights_about_one_s_own_pay_reach_one_s_own_rows(actors) -> None:
    """Knowing and confirming one's bonus: the row belongs to a person, and headquarters has no part in it."""
    own_rights = {row["right"] for row in RIGHTS if row["own"]}
    assert own_rights == {"bonus.view_own", "bonus.confirm_own"}
    for role, actor in actors.items():
        mine = Owners(persons=frozenset({actor.user_id}), headquarters=False)
        for other in actors.values():
            assert (other.user_id in mine.persons) == (other is actor), role
            assert not mine.within(other.scope)
