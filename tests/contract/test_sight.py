"""The page that tells who sees a record says what the policies do, both ways, for every kind of record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Model

from apps.accounts.models import Delegation, User
from apps.accounts.rights import actors, sight
from apps.core import access
from apps.core.access import Actor, Policy
from tests.conftest import NOW
from tests.contract.objects import World
from tests.factories import network as factory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
PER_MODEL = 4
NEVER_SHOWN = frozenset({"core.auditevent"})
"""Kinds of which there is no page to explain."""


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, list[Actor]]:
    """Everybody by name, as itself and as the stand-in for somebody; one assignment is over."""
    left = factory.persona("left", "hq_operations", unit=world.network.hq)
    left.assignments.update(valid_to=TODAY - timedelta(days=1))
    shut = factory.persona("shut", "hq_operations", unit=world.network.hq)
    User.objects.filter(pk=shut.pk).update(is_active=False)
    Delegation.objects.create(
        delegator=world.cast["d2_gm"],
        delegate=world.cast["d1_sm"],
        roles=["dealer_general"],
        valid_from=TODAY,
        valid_to=TODAY,
        created_at=NOW,
    )
    found: dict[str, list[Actor]] = {}
    for user in User.objects.filter(is_active=True):
        given = Delegation.objects.filter(delegate=user, revoked_at=None).values_list("pk", flat=True)
        stood = (actors.stand_in(user, delegation=each, on=TODAY) for each in given)
        found[user.username] = [actors.actor_for(user, on=TODAY), *filter(None, stood)]
    return found


def records(policy: Policy) -> list[Model]:
    """Some records of a kind: the first and the last that were made."""
    rows = policy.model._default_manager.order_by("pk")
    half = PER_MODEL // 2
    return list({row.pk: row for row in (*rows[:half], *rows.reverse()[:half])}.values())


def seers(policy: Policy, record: Model, people: dict[str, list[Actor]]) -> set[str]:
    """Who really gets the record from its policy."""
    row = policy.model._default_manager.filter(pk=record.pk)
    return {name for name, each in people.items() if any(policy.visible_to(a, row).exists() for a in each)}


def told(policy: Policy, record: Model, on: date = TODAY) -> set[str]:
    """Who sees it by the word of the page."""
    return {each.user.username for each in sight.who_can_see(policy=policy, obj=record, on=on).sights}


def test_the_page_and_the_policies_agree(world: World, people: dict[str, list[Actor]]) -> None:
    compared, wrong = 0, []
    for policy in access.policies().values():
        if policy.model._meta.label_lower in NEVER_SHOWN:
            continue
        for record in records(policy):
            said, seen = told(policy, record), seers(policy, record, people)
            compared += 1
            if said != seen:
                wrong.append((repr(record), "told only", said - seen, "seen only", seen - said))
    assert wrong == []
    assert compared > 60


def test_both_answers_differ_between_people_and_records(world: World, people: dict[str, list[Actor]]) -> None:
    """The comparison has something to compare: own dealers, more for a stand-in, none for leavers."""
    policy = access.policy_of(type(world.network.d1))
    first, second = told(policy, world.network.d1), told(policy, world.network.d2)
    assert {"d1_gm", "am_1", "hq_ops"} <= first and "d2_gm" not in first
    assert "d2_gm" in second and "d1_sm" in second and "d1_gm" not in second
    assert not {"left", "shut"} & (first | second)
