"""Why a fact is not paid, with the document that would cure it; and why a component has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.incentives.rules.declared import Words

NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason for not paying a fact: its words, and the kind of document that cures it ("" for none)."""

    code: str
    label: Words
    cure: str = ""
    advice: Words = NO_WORDS


def _exclusion(code: str, zh: str, en: str, cure: str = "", advice: tuple[str, str] = ("", "")) -> Exclusion:
    return Exclusion(code, Words(zh, en), cure, Words(*advice))


WRONG_MODEL = "R01"
CHANNEL = "R02"
INVOICE_DATE = "R03"
CUSTOMER_TYPE = "R04"
PRICE_MISSING = "R05"
PAID_ELSEWHERE = "R06"
NOT_PLATED = "R07"
RETURNED = "R08"
OUT_OF_AREA = "R09"
CUSTOMER_DATA = "R10"
FALSE_RETAIL = "R11"
TARGET_UNSIGNED = "R12"
EVIDENCE_PENDING = "R13"
EVIDENCE_MISSING = "R14"
DEALER_NOT_ELIGIBLE = "R15"
PRICE_CONDITION = "R16"
OVER_QUOTA = "R17"
NOT_IN_TERM = "R18"

EXCLUSIONS: Mapping[str, Exclusion] = {
    each.code: each
    for each in (
        _exclusion(WRONG_MODEL, "车型不在政策范围", "model not covered by the policy"),
        _exclusion(CHANNEL, "销售渠道不适用", "sales channel not covered"),
        _exclusion(
            INVOICE_DATE,
            "发票日期超期",
            "invoice date outside the term",
            "invoice",
            ("补交更正后的机动车销售统一发票", "hand in the corrected motor vehicle invoice"),
        ),
        _exclusion(CUSTOMER_TYPE, "客户类型不适用", "customer type not covered"),
        _exclusion(
            PRICE_MISSING,
            "缺少计算所需价格或数据",
            "a price or figure of the calculation is missing",
            "invoice",
            ("补交发票等资料以确认", "hand in the invoice or document that shows it"),
        ),
        _exclusion(PAID_ELSEWHERE, "同一车辆已在互斥政策中兑付", "car already paid by an exclusive policy"),
        _exclusion(
            NOT_PLATED,
            "无上牌",
            "no registration in time",
            "registration",
            ("补交机动车登记证书或行驶证", "hand in the registration certificate"),
        ),
        _exclusion(RETURNED, "已退车", "car was returned"),
        _exclusion(
            OUT_OF_AREA,
            "销往责任区域以外",
            "sold outside the dealer's area",
            "residence",
            ("补交客户在责任区域内的居住或注册证明", "hand in proof that the customer resides in the area"),
        ),
        _exclusion(
            CUSTOMER_DATA,
            "客户信息不真实或不完整",
            "customer data wrong or incomplete",
            "customer_data",
            ("补交更正后的客户信息及证明", "hand in the corrected customer data with proof"),
        ),
        _exclusion(FALSE_RETAIL, "经两人认定为虚假零售", "false retail, decided by two people"),
        _exclusion(TARGET_UNSIGNED, "目标未经经销商会签", "target not countersigned by the dealer"),
        _exclusion(EVIDENCE_PENDING, "等待凭证", "evidence pending"),
        _exclusion(
            EVIDENCE_MISSING,
            "缺少规定凭证或凭证超期",
            "required evidence missing or too late",
            "other",
            ("补交政策规定的凭证", "hand in the evidence the policy asks for"),
        ),
        _exclusion(DEALER_NOT_ELIGIBLE, "经销商不在政策适用范围", "dealer not covered by the policy"),
        _exclusion(PRICE_CONDITION, "不满足价格条件", "price condition not met"),
        _exclusion(OVER_QUOTA, "超出政策限定台数", "beyond the number of cars the policy pays"),
        _exclusion(NOT_IN_TERM, "日期不在政策期间", "date outside the policy's term"),
    )
}

NO_VALUE: Mapping[str, Words] = {
    "no_data": Words("无数值：缺少 {detail} 的数据", "no value: no data for {detail}"),
    "no_target": Words("无数值：没有下达目标", "no value: no target was set"),
    "target_unsigned": Words(
        "无数值：目标未经经销商会签", "no value: the target was not countersigned by the dealer"
    ),
    "zero_denominator": Words("无数值：分母为零", "no value: the denominator is zero"),
    "price_missing": Words("无数值：有车辆缺少价格", "no value: the price of a car is missing"),
    "no_standing": Words("无数值：全网排名尚未计算", "no value: the network's ranking is not computed yet"),
    "gate": Words("无数值：资格条件 {detail} 没有数据", "no value: the condition {detail} has no data"),
    "not_eligible": Words("经销商不在政策适用范围", "the dealer is not covered by the policy"),
}


def why(reason: str, lang: str, names: Mapping[str, str] | None = None) -> str:
    """A reason for having no value in words; `names` gives people's names of measure codes."""
    code, _sep, detail = reason.partition(":")
    words = NO_VALUE.get(code)
    if words is None:
        return reason
    return words.text(lang).format(detail=(names or {}).get(detail, detail) or "—")
