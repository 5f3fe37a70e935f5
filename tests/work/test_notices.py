"""Everybody is told once, nobody of what it may not open, and what leaves goes through the outbox."""

from __future__ import annotations

import pytest

from apps.dealers import queries as dealers
from apps.work import queries, services
from apps.work.models import Notice

pytestmark = pytest.mark.django_db


def tell(now, *users, key="k", **more) -> int:
    return services.notify(
        notice="test.told",
        recipients=[user.pk for user in users],
        key=key,
        params={"what": "It"},
        now=now,
        **more,
    )


def test_the_same_key_tells_a_person_once(kinds, cast, now) -> None:
    assert tell(now, cast["am_1"], cast["reg_a"]) == 2
    assert tell(now, cast["am_1"], cast["prov_zj"]) == 1
    assert Notice.objects.filter(key="k").count() == 3
    assert tell(now, cast["am_1"], key="other") == 1


def test_who_may_not_open_the_thing_is_not_told(kinds, network, cast, now) -> None:
    everybody = list(cast.values())
    assert tell(now, *everybody, target=network.d1) == 11
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == set(cast) - {"d2_gm"}


def test_the_audience_is_the_one_that_may_open(kinds, network, cast, now, actor_of) -> None:
    """For every dealer: who is told is exactly who sees it by the policy."""
    for dealer in (network.d1, network.d2, network.d3, network.d4):
        told = queries.who_may_open(target=dealer, among=[u.pk for u in cast.values()], on=now.date())
        seen = {user.pk for user in cast.values() if _sees(actor_of(user), dealer)}
        assert told == seen, dealer.code


def _sees(actor, dealer) -> bool:
    return dealers.dealers(actor=actor).filter(pk=dealer.pk).exists()
