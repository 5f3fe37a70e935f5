"""All rebate types by code; a new one is a module here and one entry."""

from apps.incentives.rules.types import volume
from apps.incentives.rules.types.base import RebateType

TYPES: dict[str, RebateType] = {each.code: each for each in (volume.TYPE,)}
