"""The dealer lookup, until the app of the dealers registers it."""

from __future__ import annotations

import pytest

from apps.core.imports import lookups
from apps.dealers import queries as dealers


@pytest.fixture(autouse=True)
def _dealer_lookup() -> None:
    if "dealer" not in lookups.registered():
        lookups.register("dealer", dealers.resolve)
