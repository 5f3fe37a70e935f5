"""All rebate types by code; a new one is a module here and one entry."""

from apps.incentives.rules.types import (
    advertising,
    building,
    contest,
    convention_award,
    fleet,
    growth,
    interest_subsidy,
    invoice_discount,
    local_sales,
    matrix,
    new_store,
    plan_coefficient,
    quality_discount,
    rank,
    retail_campaign,
    satisfaction,
    stock_subsidy,
    trade_in,
    volume,
)
from apps.incentives.rules.types.base import RebateType

MODULES = (
    invoice_discount,
    volume,
    growth,
    quality_discount,
    satisfaction,
    plan_coefficient,
    matrix,
    rank,
    local_sales,
    fleet,
    retail_campaign,
    trade_in,
    interest_subsidy,
    stock_subsidy,
    new_store,
    building,
    advertising,
    contest,
    convention_award,
)
TYPES: dict[str, RebateType] = {module.TYPE.code: module.TYPE for module in MODULES}
