"""What the portal registers with the page kit: the months to pick from, and what can be found."""

from __future__ import annotations

from apps.core.kit import period
from apps.portal import queries

period.choices_from(queries.months)
