"""The inventory alert index: a diffusion index of dealers' answers, in the manner of VIA.

Sub-indices run 0..100. The weights are configuration: no source publishes them. Source: §1.2, §11.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.kernel.missing import Missing

ITEMS = ("demand", "inventory", "sales", "staff", "operations")
DIRECT = frozenset({"inventory"})
"""More stock raises the index; more of anything else lowers it."""
EQUAL_WEIGHTS = dict.fromkeys(ITEMS, Decimal("0.2"))
LINE = Decimal(50)
"""Above it demand is weak and stock presses (荣枯线)."""
HUNDRED, HALF = Decimal(100), Decimal("0.5")
NO_ANSWERS = Missing("no_answers")


@dataclass(frozen=True, slots=True)
class Answers:
    """How many dealers said more, the same, less."""

    up: int
    same: int
    down: int

    @property
    def count(self) -> int:
        """All answers."""
        return self.up + self.same + self.down


def diffusion(up_percent: Decimal, same_percent: Decimal) -> Decimal:
    """% increase + ½ × % unchanged, 0..100. Source: §1.2."""
    return up_percent + same_percent * HALF


def diffusion_of(answers: Answers) -> Decimal | Missing:
    """The diffusion index of counted answers; Missing without any. Source: §1.2."""
    if not answers.count:
        return NO_ANSWERS
    return diffusion(HUNDRED * answers.up / answers.count, HUNDRED * answers.same / answers.count)


def part(item: str, index: Decimal) -> Decimal:
    """A sub-index as it enters the composite: stock directly, the others as 100 − index. Source: §1.2."""
    return index if item in DIRECT else HUNDRED - index


def composite(indices: Mapping[str, Decimal | Missing], weights: Mapping[str, Decimal]) -> Decimal | Missing:
    """Σ weight × part ÷ Σ weights over all five items; Missing as long as one of them is. Source: §1.2."""
    total, whole = Decimal(0), sum(weights.values(), Decimal(0))
    if whole <= 0:
        raise ValueError("the weights of the index add up to nothing")
    for item in ITEMS:
        index = indices.get(item, NO_ANSWERS)
        if isinstance(index, Missing):
            return index
        total += weights.get(item, Decimal(0)) * part(item, index)
    return total / whole
