"""All rebate types by code; a new one is a module here and one entry."""

from apps.incentives.rules import growth_cliff
from apps.incentives.rules.outcome import RebateType

TYPES: dict[str, RebateType] = {found.code: found for found in (growth_cliff.TYPE,)}
