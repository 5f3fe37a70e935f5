"""The compliance guard: what in a policy document counsel should see before it is published.

Not legal advice: a finding names a risk and where to look it up. Grave ones stop publication until counsel
signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.guard import PATTERNS, RED, RULES, Rule
from apps.incentives.rules.types import local_sales


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found at one place; `key` is the same as long as rule and place are."""

    rule: str
    level: str
    path: str
    message: Words
    article: Words

    @property
    def key(self) -> str:
        """Rule and place."""
        return f"{self.rule}@{self.path}"


QUANTITIES = ("stock_units", "stock_end", "wholesale_units", "order_units")
Found = Iterator[tuple[str, Words]]


def findings(document: PolicyDocument, rules: Mapping[str, Rule] = RULES) -> tuple[Finding, ...]:
    """What the rules in force find in a document, the grave ones first."""
    found = []
    for code, rule in rules.items():
        places = dict(_written(code, document))
        for path, message in _CHECKS.get(code, _nothing)(document):
            places.setdefault(path, message)
        found += [Finding(code, rule.level, path, message, rule.article) for path, message in places.items()]
    return tuple(sorted(found, key=lambda each: (each.level != RED, each.path, each.rule)))


def texts(document: PolicyDocument) -> Iterator[tuple[str, str]]:
    """Every free text of a document with its path."""
    yield from _both("label", document.label)
    yield from _both("clause", document.clause)
    for no, clause in enumerate(document.components):
        yield from _both(f"components[{no}].label", clause.label)
        for at, gate in enumerate(clause.gates):
            yield from _both(f"components[{no}].gates[{at}].label", gate.label)


def _both(path: str, words: Words) -> Iterator[tuple[str, str]]:
    yield f"{path}.zh", words.zh
    yield f"{path}.en", words.en


def _written(code: str, document: PolicyDocument) -> Found:
    """Wording that a rule looks for, anywhere in free text."""
    pattern = PATTERNS.get(code)
    if pattern is None:
        return
    for path, text in texts(document):
        hit = re.search(pattern, text, re.IGNORECASE)
        if hit is not None:
            yield path, Words(f"文字中出现“{hit[0]}”", f"the text says “{hit[0]}”")


def _nothing(_document: PolicyDocument) -> Found:
    return iter(())


def _gates(document: PolicyDocument, *parts: str) -> Iterator[tuple[str, str, str]]:
    """(path, measure, operator) of conditions whose measure contains one of the parts."""
    for no, clause in enumerate(document.components):
        for at, gate in enumerate(clause.gates):
            if any(part in gate.measure for part in parts):
                yield f"components[{no}].gates[{at}]", gate.measure, gate.operator


def _resale_price(document: PolicyDocument) -> Found:
    for no, clause in enumerate(document.components):
        share = clause.selection.price_to_list
        if share is not None:
            text = f"{(share * 100).normalize():f}%"
            yield (
                f"components[{no}].selection.price_to_list",
                Words(
                    f"要求成交价不低于指导价的{text}",
                    f"asks for a price of at least {text} of the list price",
                ),
            )
    for path, measure, _operator in _gates(document, "price_to_list", "resale_price", "transaction_price"):
        yield path, Words(f"以价格指标 {measure} 为条件", f"a condition on the price measure {measure}")


def _cross_region(document: PolicyDocument) -> Found:
    for no, clause in enumerate(document.components):
        params = clause.params
        if isinstance(params, local_sales.Params) and params.discount * params.clawback > 0:
            share = f"{(params.clawback * 100).normalize():f}%"
            yield (
                f"components[{no}].params.clawback",
                Words(
                    f"区域外销售扣回开票折扣的{share}", f"takes back {share} of the discount outside the area"
                ),
            )


def _local_only(document: PolicyDocument) -> Found:
    for no, clause in enumerate(document.components):
        if clause.selection.in_area_only:
            yield (
                f"components[{no}].selection.in_area_only",
                Words("只兑付责任区域内销售", "cars sold outside the area are not paid"),
            )
        if isinstance(clause.params, local_sales.Params) and clause.params.tiers:
            yield (
                f"components[{no}].params.tiers",
                Words("按本地销售比例奖励", "a reward by the share of local sales"),
            )
    for path, measure, _operator in _gates(document, "local_share"):
        yield path, Words(f"以本地销售比例 {measure} 为条件", f"a condition on {measure}")


def _quantity(document: PolicyDocument) -> Found:
    for path, measure, operator in _gates(
        document, "stock_units", "stock_end", "wholesale_units", "order_units"
    ):
        if operator in ("at_least", "above"):
            yield path, Words(f"要求 {measure} 达到规定数量", f"asks for a quantity of {measure}")


def _stock_range(document: PolicyDocument) -> Found:
    for path, measure, _operator in _gates(document, "inventory.coefficient", "stock_days"):
        yield path, Words(f"以库存指标 {measure} 为条件", f"a condition on {measure}")


def _forced_advertising(document: PolicyDocument) -> Found:
    for path, measure, _operator in _gates(document, "advertising", "marketing_spend"):
        yield path, Words(f"以广告投入 {measure} 为条件", f"a condition on {measure}")


def _tying_measure(document: PolicyDocument) -> Found:
    for path, measure, _operator in _gates(document, "insurance", "accessor", "finance_share", "loan_share"):
        yield path, Words(f"以 {measure} 为条件", f"a condition on {measure}")


def _late_payment(document: PolicyDocument) -> Found:
    days = document.payout.days
    if days > 90:
        yield "payout.days", Words(f"承诺{days}天内兑付", f"promises payment within {days} days")


def _named_dealers(document: PolicyDocument) -> Found:
    count = len(document.eligibility.dealers)
    if count:
        yield "eligibility.dealers", Words(f"指名{count}家经销商", f"names {count} dealers")


def _first_come(document: PolicyDocument) -> Found:
    if document.budget.mode == "first_come" and document.budget.amount is not None:
        yield "budget.mode", Words("预算先到先得", "the budget is first come, first served")


def _short_dispute(document: PolicyDocument) -> Found:
    days = document.payout.dispute_days
    if Decimal(days) < 5:
        yield "payout.dispute_days", Words(f"申诉期{days}个工作日", f"{days} working days to dispute")


def _one_language(document: PolicyDocument) -> Found:
    if bool(document.clause.zh) != bool(document.clause.en):
        yield "clause", Words("补充条款须中英文齐全", "further terms are needed in both languages")


_CHECKS: Mapping[str, Callable[[PolicyDocument], Iterable[tuple[str, Words]]]] = {
    "resale_price": _resale_price,
    "cross_region": _cross_region,
    "local_only": _local_only,
    "quantity": _quantity,
    "stock_range": _stock_range,
    "forced_advertising": _forced_advertising,
    "tying_measure": _tying_measure,
    "late_payment": _late_payment,
    "named_dealers": _named_dealers,
    "first_come": _first_come,
    "short_dispute": _short_dispute,
    "one_language": _one_language,
}
