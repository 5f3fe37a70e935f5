"""Interest subsidy 信贷贴息: a share of the customer's loan interest. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType
from apps.kernel.trace import Step

VERSION = "interest_subsidy@1"
INTEREST, LOAN, MONTHS = "loan_interest", "loan_amount", "loan_months"


@dataclass(frozen=True, kw_only=True)
class Params:
    """A share of the interest paid, or points of the yearly rate on the loan."""

    by: str = choice(
        "方式", "By",
        (
            ("interest", "利息的比例", "share of the interest"),
            ("points", "年利率补贴点数", "points of the yearly rate"),
        ),
        default="interest",
    )  # fmt: skip
    share: Decimal = decimal(
        "贴息比例", "Share of the interest", unit="percent", high=1, default=ZERO, when=("by", ("interest",))
    )
    points: Decimal = decimal(
        "年贴息率", "Points a year", unit="percent", high=1, default=ZERO, when=("by", ("points",))
    )

    def check(self) -> list[tuple[str, Words]]:
        """The value of the chosen way."""
        name = "share" if self.by == "interest" else "points"
        return [] if getattr(self, name) else [(name, Words("请填写比例", "a rate is needed"))]


def settle(given: Given, params: Params) -> Payment:
    """Σ interest × share, or Σ loan × points × months ÷ 12."""
    if params.by == "interest":
        shares = tuple(fact.units * fact.values.get(INTEREST, ZERO) * params.share for fact in given.facts)
    else:
        shares = tuple(
            fact.units * fact.values.get(LOAN, ZERO) * params.points * fact.values.get(MONTHS, ZERO) / 12
            for fact in given.facts
        )
    amount = sum(shares, ZERO)
    amount = paying.asked(given, amount)
    step = Step("Subsidy of the loans", {"Loans": given.counted}, amount, VERSION)
    return Payment(amount, steps=(step,), weight="units", shares=shares, base=given.counted)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    if params.by == "interest":
        share = paying.percent(params.share)
        return f"按客户贷款利息的{share}贴息" if zh else f"{share} of the customer's loan interest"
    points = paying.percent(params.points)
    return f"按贷款金额年贴息{points}" if zh else f"{points} a year of the loan"


TYPE = RebateType(
    code="interest_subsidy",
    label=Words("信贷贴息", "Interest subsidy"),
    help=Words("按贷款利息比例或年贴息率", "a share of the interest, or points of the yearly rate"),
    params=Params,
    settle=settle,
    text=text,
    figures=lambda params: (INTEREST,) if params.by == "interest" else (LOAN, MONTHS),
    kinds=("loan", "retail"),
)
