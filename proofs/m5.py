"""M5: each wall holds alone: nothing foreign is told without the product's wall, nor the data base's."""

from __future__ import annotations

import random
import sys
from typing import Any

from proofs import isolation
from proofs.arena import Report


def trial(report: Report, world: Any, doors: dict[str, Any], rng: random.Random, count: int) -> None:
    """Objects and lists, half and half."""
    isolation.foreign_reads(report, world, doors, rng, count // 2)
    isolation.own_lists(report, world, doors, rng, count // 2)


if __name__ == "__main__":
    sys.exit(isolation.prove("M5", trial, 4_000, 160, away=(("product",), ("data base",))))
