from __future__ import annotations

import pytest

from apps.kernel.period import Month
from apps.metrics import services as metrics
from tests.metrics import store
from tests.metrics.store import JUNE, fact

MAY = Month(2026, 5)


@pytest.fixture
def june(network, monkeypatch, now):
    """Facts and feeds of June: D001 has stock 1350 and sold 1000, D002 has stock 10 and sold nothing."""
    store.declare(monkeypatch)
    fact("stock", network.d1, MAY, "1400", now)
    fact("stock", network.d1, JUNE, "-50", now)
    fact("sold", network.d1, JUNE, "600", now)
    fact("sold", network.d1, JUNE, "400", now)
    fact("stock", network.d2, JUNE, "10", now)
    pairs = [(network.d1.pk, JUNE), (network.d2.pk, JUNE)]
    for feed in ("test.sales", "test.stock"):
        metrics.mark_reported(feed=feed, pairs=pairs, source="test", now=now)
    return network
