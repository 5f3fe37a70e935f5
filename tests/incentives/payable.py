"""Statements that dealers agreed to, told without cars, for tests of payments and wallets."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from apps.dealers.models import Dealer
from apps.incentives.models import SettlementRun, Statement
from tests.incentives import story


def confirmed(
    owed: dict[Dealer, list[str]], now: datetime, *, form: str = "transfer", minimum: str = "100"
) -> list[int]:
    """Statements of these amounts, confirmed, under a policy that pays in a form; their keys in order."""
    version = story.policy(payout={"form": form, "minimum": minimum, "days": 30})
    window = {"window_first": date(2026, 6, 1), "window_last": date(2026, 6, 30)}
    common = {"policy": version.policy, "version": version, "period": date(2026, 6, 1), "known_at": now}
    keys = []
    for number in range(1, max(map(len, owed.values())) + 1):
        run = SettlementRun.objects.create(
            **window,
            **common,
            kind="final",
            number=number,
            state="published",
            created_by="policy",
            published_at=now,
        )
        for dealer, amounts in owed.items():
            if number > len(amounts):
                continue
            amount = Decimal(amounts[number - 1])
            row = Statement.objects.create(
                **window,
                **common,
                run=run,
                dealer=dealer,
                number=number,
                state="confirmed",
                amount=amount,
                delta=amount,
                components=[],
                sha256="0" * 64,
                published_at=now,
                clock_from=date(2026, 7, 10),
                promised_on=date(2026, 8, 9),
                confirmed_at=now,
            )
            keys.append(row.pk)
    return keys
