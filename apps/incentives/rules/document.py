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
from apps.incentives.rules.facts import Window
from apps.incentives.rules.terms import Budget, Eligibility, Promise, Stacking, Term
from apps.incentives.rules.types import TYPES

SCHEMA = 1
DATES = (
    ("occurred", "零售（出库）日期", "retail date"),
    ("invoiced", "发票日期", "invoice date"),
    ("plated", "上牌日期", "registration date"),
    ("recorded", "上报日期", "date of report"),
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
    penalty: Decimal = decimal(
        "违规扣罚倍数", "Penalty multiplier", high=10, default=Decimal(0), omit=True,
        help=("跨区、客户信息不实、虚假零售经认定后，除不兑付外，按每台返利的此倍数扣罚",
              "for cars sold outside, wrong customer data, false retail: so many times what a car is paid"),
    )  # fmt: skip
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
