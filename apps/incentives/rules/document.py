"""The policy document: one object that the bulletin, the simulator and the settlement are made of."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from apps.incentives.rules import declared
from apps.incentives.rules.declared import (
    DocumentError,
    Problem,
    Words,
    choice,
    codes,
    decimal,
    declare,
    flag,
    integer,
    part,
    rows,
)
from apps.incentives.rules.facts import DealerFacts, Window
from apps.incentives.rules.types import TYPES
from apps.kernel.period import Month

SCHEMA = 1
DATES = (
    ("occurred", "零售（出库）日期", "retail date"),
    ("invoiced", "发票日期", "invoice date"),
    ("plated", "上牌日期", "registration date"),
    ("recorded", "上报日期", "date of report"),
)
PRICES = (
    ("pretax", "税前开票价", "pre-tax invoice price"),
    ("price", "成交价", "transaction price"),
    ("list", "指导价", "list price"),
)


@dataclass(frozen=True)
class EvidenceNeed:
    """A document every paid fact needs: dated inside the window, or within so many days of a date."""

    kind: str = choice(
        "凭证",
        "Document",
        (
            ("invoice", "机动车销售统一发票", "motor vehicle invoice"),
            ("registration", "上牌（登记）凭证", "registration certificate"),
            ("insurance", "交强险保单", "compulsory insurance policy"),
            ("customer_data", "客户信息凭证", "customer data proof"),
            ("residence", "居住或注册证明", "proof of residence"),
            ("trade_in", "旧车置换或报废凭证", "trade-in or scrapping proof"),
            ("loan_contract", "贷款合同", "loan contract"),
            ("fleet_contract", "大客户合同", "fleet contract"),
            ("activity", "活动照片与发票", "photographs and invoices of the activity"),
            ("acceptance", "建店验收报告", "acceptance report of the building"),
            ("transfer", "物权转移凭证", "proof of transfer"),
        ),
    )
    within_days: int | None = integer(
        "期限（天）", "Within days", unit="days", high=720, optional=True,
        help=("自下列日期起算的天数；留空表示不限天数", "days from the date below; empty means any time"),
    )  # fmt: skip
    since: str = choice("起算日期", "From", DATES, default="occurred", when=("within_days", ("*",)))
    in_window: bool = flag(
        "凭证日期须在政策期间内", "Dated inside the term",
        help=("例如：发票须在当月开具", "for example: invoiced in the month"),
    )  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Which facts a component pays; an empty list restricts nothing."""

    kind: str = choice(
        "业务", "Facts",
        (
            ("retail", "零售", "retail sales"), ("wholesale", "批售（提车）", "wholesale"),
            ("stock", "库存车辆", "cars in stock"), ("advertising", "广告活动申请", "advertising claims"),
            ("building", "建店申请", "building claims"), ("loan", "贷款合同", "loans"),
            ("trade_in", "置换", "trade-ins"),
        ),
        default="retail",
    )  # fmt: skip
    model_lines: tuple[str, ...] = codes("车系", "Model lines", source="model_lines")
    models: tuple[str, ...] = codes("车型", "Models", source="models")
    trims: tuple[str, ...] = codes("配置", "Trims", source="trims")
    channels: tuple[str, ...] = codes("渠道", "Channels", source="channels")
    customer_types: tuple[str, ...] = codes("客户类型", "Customer types", source="customer_types")
    evidence: tuple[EvidenceNeed, ...] = rows("凭证要求", "Evidence", EvidenceNeed)
    in_area_only: bool = flag("只计责任区域内销售", "Sales inside the area only")
    price_to_list: Decimal | None = decimal(
        "成交价不低于指导价的", "Transaction price at least this share of the list price",
        unit="percent", high=2, optional=True,
        help=("转售价格条件有反垄断风险，合规检查会拦截", "a resale price condition: the guard stops it"),
    )  # fmt: skip

    @cached_property
    def verdicts(self) -> dict[tuple[str, str, str, str, str], str]:
        """Verdicts found so far by (model line, model, trim, channel, customer type)."""
        return {}


@dataclass(frozen=True)
class Gate:
    """A condition on a measure and what happens when it is not met."""

    measure: str = declare(
        "text", "指标", "Measure", source="measures", low=Decimal(1),
        help=("指标代码；policy.achievement 是本条款的目标完成率", "policy.achievement: this clause's own"),
    )  # fmt: skip
    operator: str = choice(
        "条件", "Condition",
        (
            ("at_least", "不低于", "at least"), ("above", "高于", "above"),
            ("at_most", "不高于", "at most"), ("below", "低于", "below"),
            ("between", "介于（含下限，不含上限）", "between (from, below)"),
        ),
        default="at_least",
    )  # fmt: skip
    threshold: Decimal = decimal("门槛", "Threshold", low=None, default=Decimal(0))
    upper: Decimal | None = decimal(
        "上限", "Upper limit", low=None, optional=True, when=("operator", ("between",))
    )
    effect: str = choice(
        "未满足时", "If not met",
        (
            ("zero", "本条款不兑付", "this clause pays nothing"),
            ("block_all", "整个政策不兑付", "the whole policy pays nothing"),
            ("multiply", "本条款按系数兑付", "this clause is multiplied"),
            ("cap", "本条款封顶", "this clause is capped"),
        ),
        default="zero",
    )  # fmt: skip
    value: Decimal | None = decimal(
        "系数或封顶金额", "Factor or cap", optional=True, when=("effect", ("multiply", "cap"))
    )
    when_missing: str = choice(
        "没有数据时", "Without data",
        (
            ("no_value", "暂不计算", "no value yet"), ("fail", "视为未满足", "counts as not met"),
            ("pass", "视为满足", "counts as met"),
        ),
        default="no_value",
    )  # fmt: skip
    unit: str = choice(
        "单位", "Unit",
        (("percent", "百分比", "percent"), ("score", "分", "points"), ("number", "数值", "number"),
         ("units", "台", "units"), ("yuan", "元", "yuan")),
        default="number",
    )  # fmt: skip
    label: Words = declare("words", "名称", "Name", default=Words("", ""))

    def check(self) -> list[tuple[str, Words]]:
        """Values the chosen condition and effect need."""
        found = []
        if self.operator == "between" and (self.upper is None or self.upper <= self.threshold):
            found.append(("upper", Words("上限须大于门槛", "the upper limit lies above the threshold")))
        if self.effect in ("multiply", "cap") and self.value is None:
            found.append(("value", Words("请填写系数或封顶金额", "a factor or a cap is needed")))
        if self.effect == "multiply" and self.value is not None and self.value > 1:
            found.append(("value", Words("系数不能大于1", "the factor is not more than 1")))
        return found


@dataclass(frozen=True)
class Caps:
    """Upper limits of a component; None is open."""

    per_unit: Decimal | None = decimal("每台封顶（元）", "Per car (¥)", unit="yuan", optional=True)
    total: Decimal | None = decimal(
        "每家每期封顶（元）", "Per dealer and term (¥)", unit="yuan", optional=True
    )
    per_month: Decimal | None = decimal(
        "每家每月封顶（元）", "Per dealer and month (¥)", unit="yuan", optional=True
    )
    units: Decimal | None = decimal("每家封顶台数", "Cars per dealer", unit="units", optional=True)
    pool: Decimal | None = decimal("全网资金池（元）", "Pool of the network (¥)", unit="yuan", optional=True)


def _params_of(row: Mapping[str, Any]) -> type | None:
    found = TYPES.get(str(row.get("type", "")))
    return None if found is None else found.params


@dataclass(frozen=True)
class Component:
    """One clause of a policy: a rebate type with its parameters, what it pays for and when."""

    code: str = declare("text", "条款代码", "Clause code", low=Decimal(1))
    type: str = declare("text", "类型", "Type", source="types", low=Decimal(1))
    params: Any = declare("params", "参数", "Parameters", of=_params_of)
    label: Words = declare("words", "名称", "Name", default=Words("", ""))
    selection: Selection = part("适用范围", "Covers", Selection, default=Selection())
    gates: tuple[Gate, ...] = rows("资格条件", "Conditions", Gate)
    cap: Caps = part("封顶", "Caps", Caps, default=Caps())
    target_key: str = declare(
        "text", "目标车系", "Target of model line", source="model_lines", default="",
        help=("留空表示经销商总目标", "empty: the dealer's whole target"),
    )  # fmt: skip
    exclusive_group: str = declare(
        "text", "互斥组", "Exclusive group", default="",
        help=("同组内一台车只按优先级最高的条款兑付一次", "paid once in a group, by the first clause"),
    )  # fmt: skip
    priority: int = integer("优先级", "Priority", high=999, default=100)
    retroactive: bool = flag(
        "追溯补差", "Retroactive", default=True,
        help=("达到更高档后，期内前期车辆按新标准补差", "a tier reached later counts for the term"),
    )  # fmt: skip

    def check(self) -> list[tuple[str, Words]]:
        """The type is one of the catalogue and pays facts of the kind selected."""
        if self.type not in TYPES:
            return [("type", Words("没有这个返利类型", "there is no such rebate type"))]
        if self.selection.kind not in TYPES[self.type].kinds:
            return [("selection.kind", Words("该类型不适用于此业务", "this type does not pay such facts"))]
        return []

    @property
    def name(self) -> Words:
        """The clause's own name, or that of its type."""
        return self.label if self.label.zh or self.label.en else TYPES[self.type].label


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


@dataclass(frozen=True)
class PolicyDocument:
    """A commercial policy: who, what for, how much, under which conditions, when paid, how disputed."""

    code: str = declare("text", "政策编号", "Policy code", low=Decimal(1))
    label: Words = declare("words", "政策名称", "Policy name")
    term: Term = part("结算周期", "Term", Term, default=Term())
    date_basis: str = choice(
        "归属日期", "Date that counts", DATES, default="occurred",
        help=("按哪个日期归入结算周期和政策版本", "decides the term and the version a car belongs to"),
    )  # fmt: skip
    components: tuple[Component, ...] = rows("条款", "Clauses", Component)
    eligibility: Eligibility = part("适用经销商", "Dealers", Eligibility, default=Eligibility())
    budget: Budget = part("预算", "Budget", Budget, default=Budget())
    payout: Promise = part("兑付承诺", "Payment", Promise, default=Promise())
    stacking: Stacking = part("叠加限制", "Stacking", Stacking, default=Stacking())
    grace_days: int = integer(
        "宽限期（天）", "Grace days", unit="days", high=90, default=0,
        help=("期末后仍接收期内事实的天数", "days after the term in which its facts are still taken"),
    )  # fmt: skip
    settle_after_days: int = integer(
        "结算日（期末后天数）", "Settled after (days)", unit="days", high=180, default=10
    )
    accepted_documents: tuple[str, ...] = codes(
        "申诉可接受凭证", "Accepted documents", source="evidence", default=("invoice", "registration")
    )
    clause: Words = declare("words", "补充条款", "Further terms", default=Words("", ""))

    def check(self) -> list[tuple[str, Words]]:
        """At least one clause, and no clause code twice."""
        found = []
        if not self.components:
            found.append(("components", Words("至少需要一个条款", "at least one clause is needed")))
        seen: set[str] = set()
        for no, each in enumerate(self.components):
            if each.code in seen:
                found.append(
                    (f"components[{no}].code", Words("条款代码重复", "this clause code is used twice"))
                )
            seen.add(each.code)
        return found

    def window_of(self, day: date) -> Window | None:
        """The settlement window a day lies in, None outside a range of days."""
        return self.term.window_of(day)

    def settles_on(self, window: Window) -> date:
        """The day of the final settlement of a window."""
        return window.last + timedelta(days=self.settle_after_days)

    def data(self) -> dict[str, Any]:
        """The canonical stored form."""
        return {"schema": SCHEMA, **declared.data(self)}

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, numbers as texts, no blanks."""
        return json.dumps(self.data(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical JSON: back-tests, approvals and statements are bound to it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def sha256(self) -> str:
        """sha256 of the canonical JSON."""
        return self.digest

    def component(self, code: str) -> Component:
        """The clause of this code; KeyError if there is none."""
        for each in self.components:
            if each.code == code:
                return each
        raise KeyError(code)

    @cached_property
    def in_order(self) -> tuple[Component, ...]:
        """Clauses by priority, then by their place: the order in which cars and ceilings are used up."""
        return tuple(sorted(self.components, key=lambda each: each.priority))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of facts the policy looks at."""
        return frozenset(each.selection.kind for each in self.components)

    @cached_property
    def evidence_kinds(self) -> frozenset[str]:
        """Kinds of documents the policy asks for."""
        return frozenset(need.kind for each in self.components for need in each.selection.evidence)

    @cached_property
    def measures(self) -> frozenset[str]:
        """Codes of the measures the policy reads; the engine's own (`policy.…`) are left out."""
        found = {gate.measure for each in self.components for gate in each.gates}
        for each in self.components:
            found |= set(TYPES[each.type].measures(each.params))
        return frozenset(code for code in found if not code.startswith("policy."))

    @cached_property
    def target_keys(self) -> frozenset[str]:
        """Target keys the policy reads ("" is the dealer's whole target)."""
        return frozenset(each.target_key for each in self.components)


def read(given: Mapping[str, Any]) -> PolicyDocument:
    """A policy document of its stored form; DocumentError lists every problem with its path."""
    problems: list[Problem] = []
    body = dict(given) if isinstance(given, Mapping) else {}
    if body.pop("schema", SCHEMA) != SCHEMA:
        problems.append(Problem("schema", Words("不支持的文档版本", "this schema is not supported")))
    found = declared.read(PolicyDocument, body, "", problems)
    if found is None or problems:
        raise DocumentError(problems)
    return found
