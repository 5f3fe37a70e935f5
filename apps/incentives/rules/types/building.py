"""Building support 建店补贴: a total paid in instalments as milestones are reached. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal, declare, plain, rows
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "building@1"


@dataclass(frozen=True)
class Instalment:
    """A share of the total, due when a measure reaches a value."""

    measure: str = declare("text", "里程碑指标", "Milestone", source="measures", low=Decimal(1))
    share: Decimal = decimal("支付比例", "Share", unit="percent", high=1)
    threshold: Decimal = decimal("达到", "Reaches", default=ONE)
    label: Words = declare("words", "名称", "Name", default=Words("", ""))


@dataclass(frozen=True, kw_only=True)
class Params:
    """What is supported and when its parts are paid."""

    of: str = choice(
        "补贴基数", "Support of",
        (("total", "固定总额", "a fixed total"), ("cost", "经审核的建店费用", "approved building cost")),
        default="total",
    )  # fmt: skip
    total: Decimal = decimal("总额（元）", "Total (¥)", unit="yuan", default=ZERO, when=("of", ("total",)))
    share: Decimal = decimal(
        "费用补贴比例", "Share of the cost", unit="percent", high=1, default=ZERO, when=("of", ("cost",))
    )
    instalments: tuple[Instalment, ...] = rows("分期", "Instalments", Instalment)

    def check(self) -> list[tuple[str, Words]]:
        """Instalments that together are the whole, of something."""
        found = []
        if sum((each.share for each in self.instalments), ZERO) != 1:
            found.append(("instalments", Words("各期比例合计须为100%", "the shares sum to 100 %")))
        if self.of == "total" and not self.total:
            found.append(("total", Words("请填写总额", "a total is needed")))
        if self.of == "cost" and not self.share:
            found.append(("share", Words("请填写补贴比例", "a share is needed")))
        return found


def settle(given: Given, params: Params) -> Payment:
    """The total times the shares of the milestones reached; a milestone without data is not reached yet."""
    reached, steps = ZERO, []
    for each in params.instalments:
        value = given.measure(each.measure)
        known = None if isinstance(value, Missing) else value
        met = known is not None and known >= each.threshold
        reached += each.share if met else ZERO
        inputs = {"Measure": each.measure, "Value": known, "Threshold": each.threshold}
        steps.append(Step("Milestone", inputs, each.share if met else ZERO, VERSION))
    if params.of == "total":
        amount = params.total * reached
        paid = Step("Instalments reached", {"Total": params.total, "Share": reached}, amount, VERSION)
        return Payment(amount, steps=(*steps, paid), weight="dealer", rate=reached, base=params.total)
    cost = given.base("price")
    if isinstance(cost, Missing):
        return no_value(cost, *steps)
    factor = params.share * reached
    paid = Step("Instalments reached", {"Cost": cost, "Share": factor}, cost * factor, VERSION)
    return Payment(cost * factor, steps=(*steps, paid), weight="price", factor=factor, rate=factor, base=cost)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    parts = [
        f"{each.label.text(lang) or each.measure} ≥ {plain(each.threshold)} {paying.percent(each.share)}"
        for each in params.instalments
    ]
    if params.of == "total":
        what = paying.yuan(params.total, lang)
    else:
        share = paying.percent(params.share)
        what = f"经审核建店费用的{share}" if zh else f"{share} of the approved building cost"
    if zh:
        return f"建店补贴{what}，分期支付：{'；'.join(parts)}"
    return f"Building support of {what}, paid in instalments: {'; '.join(parts)}"


TYPE = RebateType(
    code="building",
    label=Words("建店补贴", "Building support"),
    help=Words("按里程碑分期支付总额或费用的一定比例", "a total or a share of the cost, by milestones"),
    params=Params,
    settle=settle,
    text=text,
    measures=lambda params: tuple(each.measure for each in params.instalments),
    price=lambda params: "price" if params.of == "cost" else "",
    kinds=("building",),
)
