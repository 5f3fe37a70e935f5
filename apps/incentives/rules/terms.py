"""The terms of a policy beside its clauses: period, dealers, budget, payment, limits on the sum."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, codes, decimal, declare, integer
from apps.incentives.rules.facts import DealerFacts, Window
from apps.incentives.rules.types.paying import PRICE_BASES as PRICES
from apps.kernel.period import Month


@dataclass(frozen=True)
class Term:
    """The period that is settled as one: a month, quarter, year or a range of days."""

    kind: str = choice(
        "结算周期", "Term",
        (
            ("month", "月度", "month"), ("quarter", "季度", "quarter"), ("year", "年度", "year"),
            ("range", "指定期间", "range of days"),
        ),
        default="month",
    )  # fmt: skip
    first: date | None = declare("date", "开始日期", "First day", optional=True, when=("kind", ("range",)))
    last: date | None = declare("date", "结束日期", "Last day", optional=True, when=("kind", ("range",)))

    def check(self) -> list[tuple[str, Words]]:
        """A range has both days in order."""
        if self.kind != "range":
            return []
        if self.first is None or self.last is None or self.last < self.first:
            return [
                ("last", Words("请填写先后有序的开始和结束日期", "a first and a later last day are needed"))
            ]
        return []

    def window_of(self, day: date) -> Window | None:
        """The window a day lies in, None outside a range."""
        if self.kind == "range":
            assert self.first is not None and self.last is not None
            return Window(self.first, self.last) if self.first <= day <= self.last else None
        month = Month.of(day)
        months = {"month": (month,), "quarter": month.quarter.months, "year": _year(month)}[self.kind]
        return Window(months[0].first, months[-1].last)


def _year(month: Month) -> tuple[Month, Month]:
    return Month(month.year, 1), Month(month.year, 12)


@dataclass(frozen=True)
class Eligibility:
    """Which dealers a policy is for; an empty list restricts nothing."""

    dealer_classes: tuple[str, ...] = codes("经销商类别", "Dealer classes", source="dealer_classes")
    regions: tuple[str, ...] = codes("大区", "Regions", source="regions")
    provinces: tuple[str, ...] = codes("省份", "Provinces", source="provinces")
    city_tiers: tuple[str, ...] = codes("城市级别", "City tiers", source="city_tiers")
    dealers: tuple[str, ...] = codes("仅限经销商", "Only these dealers", source="dealers")
    opened_from: date | None = declare("date", "开业不早于", "Opened not before", optional=True)
    opened_until: date | None = declare("date", "开业不晚于", "Opened not after", optional=True)

    def admits(self, dealer: DealerFacts) -> bool:
        """Whether the policy is for this dealer."""
        lists = (
            (self.dealer_classes, "dealer_class"),
            (self.regions, "region"),
            (self.provinces, "province"),
            (self.city_tiers, "city_tier"),
        )
        if any(allowed and dealer.classes.get(name, "") not in allowed for allowed, name in lists):
            return False
        if self.dealers and dealer.code not in self.dealers:
            return False
        opened = dealer.opened_on
        if self.opened_from is not None and (opened is None or opened < self.opened_from):
            return False
        return self.opened_until is None or (opened is not None and opened <= self.opened_until)


@dataclass(frozen=True)
class Budget:
    """What the network may cost per term, and what happens when it costs more."""

    amount: Decimal | None = decimal("预算（元）", "Budget (¥)", unit="yuan", optional=True)
    mode: str = choice(
        "超预算时", "When exceeded",
        (
            ("warn", "仅预警，照常兑付", "warn only, pay in full"),
            ("pro_rata", "按比例缩减", "reduce pro rata"),
            ("first_come", "先到先得", "first come, first served"),
        ),
        default="warn",
    )  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """When and how money is paid: so many days from the start of the clock."""

    days: int = integer("兑付承诺（天）", "Paid within (days)", unit="days", low=1, high=365, default=30)
    clock: str = choice(
        "起算点", "Counted from",
        (
            ("published", "对账单公布日", "publication of the statement"),
            ("period_end", "政策期末", "end of the term"),
            ("confirmed", "经销商确认日", "the dealer's confirmation"),
        ),
        default="published",
    )  # fmt: skip
    form: str = choice(
        "兑付方式", "Paid by",
        (
            ("wallet", "返利账户", "rebate account"),
            ("offset", "抵扣车款", "offset against vehicle payment"),
            ("transfer", "银行转账", "bank transfer"), ("credit_note", "红字发票折让", "credit note"),
        ),
        default="wallet",
    )  # fmt: skip
    minimum: Decimal = decimal("起付金额（元）", "Minimum payout (¥)", unit="yuan", default=Decimal(0))
    dispute_days: int = integer(
        "申诉期（工作日）", "Dispute window (working days)", low=1, high=60, default=5
    )
    answer_days: int = integer(
        "答复时限（工作日）", "Answered within (working days)", low=1, high=60, default=5
    )


@dataclass(frozen=True)
class Stacking:
    """Limits on the sum of all clauses."""

    ceiling: Decimal | None = decimal(
        "合计不超过价格的",
        "Together not more than this share of the price",
        unit="percent",
        high=1,
        optional=True,
    )
    basis: str = choice("价格口径", "Price basis", PRICES, default="pretax")
    total: Decimal | None = decimal(
        "每家每期合计封顶（元）", "Per dealer and term (¥)", unit="yuan", optional=True
    )
