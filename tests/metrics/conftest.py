from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.kernel.period import Month
from apps.metrics import services
from apps.metrics.models import MonthRevision
from tests.metrics import store


@pytest.fixture
def declared(monkeypatch) -> None:
    store.declare(monkeypatch)


@pytest.fixture
def compute(network, declared, now) -> Callable[..., MonthRevision]:
    """Compute a month from its facts up to the units."""

    def run(month: Month = store.JUNE, *, freeze: bool = False) -> MonthRevision:
        revision = services.open_reading(month=month).revision
        services.begin(month=month, revision=revision, now=now)
        services.collect(month=month, revision=revision)
        services.compute_kpis(month=month, revision=revision)
        services.reduce_units(month=month, revision=revision)
        return services.finish(month=month, revision=revision, result_hash="", now=now, freeze=freeze)

    return run
