"""The dealers of the sample stand in real cities and are called after them."""

from __future__ import annotations

from datetime import date

import pytest

from apps.core import access
from apps.dealers.rules.places import CITY, DIRECT_COUNTIES
from apps.demo.rules import profiles
from apps.demo.services import network

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(now):
    found = profiles(400, 7)
    actor = access.system("sample")
    return network.build(found, seed=7, opened_before=date(2024, 1, 1), actor=actor, now=now)


def test_every_dealer_is_called_after_a_real_city(built) -> None:
    for dealer in built:
        assert dealer.city.level == CITY
        assert not dealer.city.name.endswith(DIRECT_COUNTIES)
        for placeholder in ("市辖", "辖县", "直辖"):
            assert placeholder not in dealer.name
        assert dealer.name.startswith(dealer.city.name[:2])
    assert len({dealer.name for dealer in built}) > 300
    assert {dealer.province_id for dealer in built} > {"11", "31", "50", "42", "65"}
