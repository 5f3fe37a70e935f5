"""Quality discount 质量折扣: all audit parts passed and no veto, else nothing. Source: §6.1 (95/95/90)."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal, declare, plain, rows
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "quality_discount@1"


@dataclass(frozen=True)
class AuditPart:
    """One part of the audit and the score it takes to pass."""

    measure: str = declare("text", "指标", "Measure", source="measures", low=Decimal(1))
    threshold: Decimal = decimal("合格分", "Pass from", unit="score", high=100)
    label: Words = declare("words", "名称", "Name", default=Words("", ""))


@dataclass(frozen=True, kw_only=True)
class Params:
    """The discount, the parts that must be passed, the veto items."""

    value: Decimal = decimal("标准", "Value", unit_by=("pay", paying.VALUE_UNITS))
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis()
    parts: tuple[AuditPart, ...] = rows("检核部分", "Audit parts", AuditPart)
    veto: str = declare(
        "text", "否决项指标", "Veto items", source="measures", default="",
        help=("未通过的否决项数量，大于零即取消", "the number of veto items not passed; any one loses all"),
    )  # fmt: skip
    not_audited: str = choice(
        "未检核时", "Not audited",
        (("zero", "不兑付", "pays nothing"), ("no_value", "暂不计算", "no value yet")),
        default="zero",
    )  # fmt: skip

    def check(self) -> list[tuple[str, Words]]:
        """At least one part; a share of at most 1."""
        found = []
        if not self.parts:
            found.append(("parts", Words("至少需要一个检核部分", "at least one audit part is needed")))
        if self.pay == "rate" and self.value > 1:
            found.append(("value", Words("比例不能大于100%", "a share is not more than 100 %")))
        return found


def settle(given: Given, params: Params) -> Payment:
    """The whole discount or nothing; without an audit nothing or no value, as declared."""
    steps: list[Step] = []
    missing: Missing | None = None
    passed = True
    for part in params.parts:
        score = given.measure(part.measure)
        known = None if isinstance(score, Missing) else score
        if isinstance(score, Missing):
            missing = score
        elif score < part.threshold:
            passed = False
        inputs = {"Measure": part.measure, "Score": known, "Pass from": part.threshold}
        steps.append(Step("Audit part", inputs, _verdict(known, part.threshold), VERSION))
    if params.veto:
        vetoed = given.measure(params.veto)
        if isinstance(vetoed, Missing):
            missing = vetoed
        elif vetoed > 0:
            passed = False
        count = None if isinstance(vetoed, Missing) else vetoed
        steps.append(Step("Veto items", {"Measure": params.veto}, count, VERSION))
    if not passed or (missing is not None and params.not_audited == "zero"):
        return paying.nothing(given, params.pay, params.price_basis, tuple(steps), None)
    if missing is not None:
        return no_value(missing, *steps)
    return paying.pay_out(
        given, params.pay, params.price_basis, params.value, rule=VERSION, steps=tuple(steps)
    )


def _verdict(score: Decimal | None, threshold: Decimal) -> str:
    if score is None:
        return "not audited"
    return "passed" if score >= threshold else "not passed"


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    value = paying.value_text(params.value, params.pay, lang)
    tail = paying.of_base(params.pay, params.price_basis, lang)
    parts = [f"{part.label.text(lang) or part.measure} ≥ {plain(part.threshold)}" for part in params.parts]
    if zh:
        veto = "，且无否决项" if params.veto else ""
        late = "未检核不兑付" if params.not_audited == "zero" else "未检核暂不计算"
        return f"检核得分全部达到（{'、'.join(parts)}）{veto}，按{value}兑付{tail}，否则不兑付；{late}"
    veto = " and no veto item" if params.veto else ""
    late = "nothing without an audit" if params.not_audited == "zero" else "no value before the audit"
    return f"{value}{tail} when all audit parts pass ({', '.join(parts)}){veto}, otherwise nothing; {late}"


def _measures(params: Params) -> tuple[str, ...]:
    audited = tuple(part.measure for part in params.parts)
    return (*audited, params.veto) if params.veto else audited


TYPE = RebateType(
    code="quality_discount",
    label=Words("质量折扣", "Quality discount"),
    help=Words("检核各部分全部合格且无否决项方可获得", "all parts of the audit passed and no veto item"),
    params=Params,
    settle=settle,
    text=text,
    measures=_measures,
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
