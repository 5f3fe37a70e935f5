"""From a store's chart of accounts to the lines of the statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.finance.rules.checks import TOLERANCE, Finding, Level
from apps.finance.rules.lines import Amounts


@dataclass(frozen=True)
class Balance:
    """An account of the store with what was posted to it (or what stands on it) in the period."""

    account: str
    name: str
    amount: Decimal


@dataclass(frozen=True)
class Mapped:
    """Balances by line, and the accounts nobody mapped yet."""

    lines: Mapping[str, Decimal]
    unmapped: Sequence[Balance]


def line_of(account: str, mapping: Mapping[str, str]) -> str | None:
    """The line of an account: its own, else that of the longest account it lies under (6602 for 6602.09)."""
    text = account.strip()
    while text:
        if text in mapping:
            return mapping[text]
        text = text.rpartition(".")[0]
    return None


def mapped(balances: Iterable[Balance], own: Mapping[str, str], common: Mapping[str, str]) -> Mapped:
    """The balances summed by line. What the store mapped itself goes before the common chart.

    A common mapping holds for the account it names and, unlike a store's own, not for accounts below it
    that carry a balance of their own: those are the store's to place.
    """
    lines: dict[str, Decimal] = {}
    unmapped: list[Balance] = []
    for balance in balances:
        code = line_of(balance.account, own) or common.get(balance.account.strip())
        if code is not None:
            lines[code] = lines.get(code, Decimal(0)) + balance.amount
        elif balance.amount:
            unmapped.append(balance)
    return Mapped(lines, unmapped)


def compare(given: Amounts, found: Mapped) -> list[Finding]:
    """What the lines say against what the accounts add up to, once every account has its line."""
    if found.unmapped:
        return []
    return [
        Finding(
            code,
            "accounts",
            Level.ERROR,
            reason="The line says %(said)s, its accounts add up to %(total)s.",
            params={"said": f"{given[code]:,}", "total": f"{total:,}"},
        )
        for code, total in sorted(found.lines.items())
        if code in given and abs(given[code] - total) > TOLERANCE
    ]
