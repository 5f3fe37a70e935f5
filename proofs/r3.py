"""R3: the rule engine and a naive second implementation come to the same fen, car by car."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.incentives.rules import document, engine
from apps.incentives.rules.outcomes import ComponentOutcome
from proofs import policies
from proofs.arena import Report, arguments
from proofs.naive import rebates


def main() -> int:
    """200 random policies × 500 dealers × 3 months; two clauses are compared for each."""
    options = arguments("R3")
    report = Report("R3", options.seed)
    compare_all(report, options.seed, *((40, 12) if options.quick else (200, 500)), planted=options.plant)
    return report.close()


def compare_all(report: Report, seed: int, many: int, dealers: int, *, planted: bool = False) -> None:
    """Compare every clause of `many` policies over as many dealers in each of three months."""
    chance = random.Random(seed)
    for no in range(many):
        plain = policies.policy(chance, no)
        read = document.read(plain)
        for window in policies.MONTHS:
            as_of = window[1] + timedelta(days=chance.choice(policies.AS_OF_DAYS))
            for number in range(1, dealers + 1):
                dealer = policies.dealer(chance, number, window)
                found = engine.evaluate(read, policies.for_engine(dealer), as_of=as_of)
                known = rebates.settle(plain, dealer, as_of)
                for outcome in found.components:
                    said, told = _of_engine(outcome, planted), _of_naive(known[outcome.code])
                    differing = {name: (said[name], told[name]) for name in said if said[name] != told[name]}
                    report.expect(
                        not differing,
                        f"{plain['code']} {window[0]} dealer {number} {outcome.code}: {differing}",
                    )


def _of_engine(outcome: ComponentOutcome, planted: bool) -> dict[str, Any]:
    amount = outcome.amount
    if planted and amount:
        amount += Decimal("0.01")
    return {
        "amount": None if amount is None else int(amount * 100),
        "lines": {line.key: int(line.amount * 100) for line in outcome.lines if line.key and line.amount},
        "excluded": {each.key: each.code for each in outcome.excluded},
        "pending": {each.key for each in outcome.pending},
    }


def _of_naive(clause: rebates.Clause) -> dict[str, Any]:
    return {
        "amount": clause.fen,
        "lines": {key: fen for key, fen in clause.lines.items() if fen},
        "excluded": clause.excluded,
        "pending": clause.pending,
    }


if __name__ == "__main__":
    sys.exit(main())
