"""A believable network from a seed: its cars, and the books of its dealers."""

from apps.demo.rules.cars import (
    CATALOGUE,
    PROVINCES,
    WORDS,
    Profile,
    Story,
    Unit,
    history,
    profiles,
    stream,
    vin,
)

__all__ = [
    "CATALOGUE",
    "PROVINCES",
    "WORDS",
    "Profile",
    "Story",
    "Unit",
    "history",
    "profiles",
    "stream",
    "vin",
]
