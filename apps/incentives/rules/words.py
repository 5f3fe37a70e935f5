"""A policy in words: its bulletin, what changed between two documents, and how an amount came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.incentives.rules import declared, phrases
from apps.incentives.rules.declared import Declared, Words
from apps.incentives.rules.document import Component, EvidenceNeed, Gate, PolicyDocument
from apps.incentives.rules.types import TYPES
from apps.incentives.rules.types.paying import percent, yuan
from apps.kernel.trace import Step, Trace, TraceValue

Names = Mapping[str, str]
OWN_MEASURES: Mapping[str, Words] = {
    "policy.achievement": Words("目标完成率", "achievement of the target"),
    "policy.growth": Words("同比增长", "growth over last year"),
    "policy.units": Words("本条款台数", "units of this clause"),
    "policy.local_share": Words("本地销售比例", "share of local sales"),
    "policy.price_to_list": Words("成交价占指导价比例", "transaction price to list price"),
}


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a bulletin: its number, heading and sentences."""

    no: int
    heading: str
    lines: tuple[str, ...]


def bulletin(document: PolicyDocument, lang: str, names: Names | None = None) -> tuple[Article, ...]:
    """The whole policy as dealers read it; `names` are people's names of measure codes."""
    sections: list[tuple[Words, list[str]]] = [
        (Words("适用范围", "Who and when"), _scope(document, lang)),
        *((clause.name, _clause(clause, lang)) for clause in document.components),
        (Words("预算与叠加", "Budget and stacking"), _limits(document, lang)),
        (Words("兑付", "Payment"), _payment(document, lang)),
        (Words("申诉", "Disputes"), _disputes(document, lang)),
        (Words("补充条款", "Further terms"), [text] if (text := document.clause.text(lang)) else []),
    ]
    filled = [(heading, lines) for heading, lines in sections if lines]
    return tuple(
        Article(no, heading.text(lang), tuple(named(line, lang, names) for line in lines))
        for no, (heading, lines) in enumerate(filled, start=1)
    )


def clause_no(document: PolicyDocument, component_code: str) -> int:
    """The number of a clause's article in the bulletin (第n条)."""
    codes = [each.code for each in document.components]
    return codes.index(component_code) + 2


def clause_text(document: PolicyDocument, component_code: str, lang: str, names: Names | None = None) -> str:
    """One clause in words, for a statement's line."""
    component = document.component(component_code)
    text = " ".join(_clause(component, lang))
    no = clause_no(document, component_code)
    head = (
        f"第{no}条 {component.name.text(lang)}："
        if lang.startswith("zh")
        else f"Article {no}, {component.name.en}: "
    )
    return head + named(text, lang, names)


def named(text: str, lang: str, names: Names | None = None) -> str:
    """A text with measure codes replaced by people's names."""
    known = {code: words.text(lang) for code, words in OWN_MEASURES.items()} | dict(names or {})
    for code in sorted(known, key=len, reverse=True):
        text = text.replace(code, known[code])
    return text


def _zh(lang: str) -> bool:
    return lang.startswith("zh")


def _choice(owner: object, name: str, lang: str) -> str:
    """The label of a field's chosen value."""
    found = dict(declared.fields_of(type(owner)))[name]
    return found.choice(str(getattr(owner, name))).text(lang)


def _listed(values: Sequence[str], lang: str) -> str:
    return ("、" if _zh(lang) else ", ").join(values)


def _scope(document: PolicyDocument, lang: str) -> list[str]:
    term = document.term
    period = _choice(term, "kind", lang)
    if term.kind == "range":
        period = f"{term.first} – {term.last}"
    basis = _choice(document, "date_basis", lang)
    if _zh(lang):
        lines = [f"结算周期：{period}；车辆按{basis}归属。"]
    else:
        lines = [f"Settled by {period}; cars belong to a period by their {basis}."]
    who = _restrictions(document.eligibility, lang)
    everybody = "适用于全体经销商。" if _zh(lang) else "For all dealers."
    return [*lines, *(who or [everybody])]


def _restrictions(owner: object, lang: str) -> list[str]:
    """A sentence for every list or date of a part that is filled."""
    found = []
    for name, each in declared.fields_of(type(owner)):
        value = getattr(owner, name)
        if each.kind == "codes" and value:
            found.append(_pair(each.label.text(lang), _listed(value, lang), lang))
        elif each.kind == "date" and value:
            found.append(_pair(each.label.text(lang), value.isoformat(), lang))
    return found


def _pair(label: str, text: str, lang: str) -> str:
    return f"{label}：{text}。" if _zh(lang) else f"{label}: {text}."


_TIER_APPLIES = {
    True: Words("所达档次适用于期内全部车辆。", "The tier reached applies to all cars of the term."),
    False: Words(
        "各月车辆按当月末所达档次，不追溯。", "Every month keeps the tier of its end; not retroactive."
    ),
}


def _clause(component: Component, lang: str) -> list[str]:
    zh = _zh(lang)
    kind = TYPES[component.type]
    text = kind.text(component.params, lang)
    lines = [text if text.endswith(("。", ".")) else text + ("。" if zh else ".")]
    selection = component.selection
    counted = _choice(selection, "kind", lang)
    lines.append(_pair("计算对象" if zh else "Counts", counted, lang))
    lines += _restrictions(selection, lang)
    if selection.in_area_only:
        lines.append("只计责任区域内销售。" if zh else "Only sales inside the dealer's area count.")
    if selection.price_to_list is not None:
        share = percent(selection.price_to_list)
        lines.append(f"成交价不低于指导价的{share}。" if zh else f"At least {share} of the list price.")
    lines += [_need(need, lang) for need in selection.evidence]
    lines += [_gate(gate, lang) for gate in component.gates]
    lines += _caps(component, lang)
    if component.penalty:
        times = declared.plain(component.penalty)
        lines.append(
            f"跨区销售、客户信息不实、虚假零售经认定的车辆不予兑付，并按每台返利的{times}倍扣罚。"
            if zh
            else f"Cars sold outside, with wrong customer data or falsely reported are not paid, "
            f"and cost {times} times what a car is paid."
        )
    params = component.params
    if getattr(params, "scale", "") == "cliff" and params.pay != "lump":
        lines.append(_TIER_APPLIES[component.retroactive].text(lang))
    if component.exclusive_group:
        group = component.exclusive_group
        lines.append(
            f"互斥组{group}：一台车只兑付一次。" if zh else f"Exclusive group {group}: a car is paid once."
        )
    return lines


def _need(need: EvidenceNeed, lang: str) -> str:
    kind, since = _choice(need, "kind", lang), _choice(need, "since", lang)
    parts = []
    if _zh(lang):
        if need.in_window:
            parts.append("日期须在政策期间内")
        if need.within_days is not None:
            parts.append(f"须在{since}后{need.within_days}天内取得")
        return f"凭证：{kind}{'，' + '，'.join(parts) if parts else ''}。"
    if need.in_window:
        parts.append("dated inside the term")
    if need.within_days is not None:
        parts.append(f"within {need.within_days} days of the {since}")
    return f"Evidence: {kind}{', ' + ', '.join(parts) if parts else ''}."


def _gate(gate: Gate, lang: str) -> str:
    zh = _zh(lang)
    name = gate.label.text(lang) or gate.measure
    limit = _quantity(gate.threshold, gate.unit, lang)
    if gate.operator == "between" and gate.upper is not None:
        upper = _quantity(gate.upper, gate.unit, lang)
        test = f"介于{limit}（含）与{upper}（不含）之间" if zh else f"from {limit} to below {upper}"
    else:
        test = f"{_choice(gate, 'operator', lang)}{'' if zh else ' '}{limit}"
    effect = _choice(gate, "effect", lang)
    if gate.value is not None and gate.effect in ("multiply", "cap"):
        value = percent(gate.value) if gate.effect == "multiply" else yuan(gate.value, lang)
        effect = f"{effect}（{value}）" if zh else f"{effect} ({value})"
    missing = _choice(gate, "when_missing", lang)
    if zh:
        return f"条件：{name}{test}，未满足则{effect}；没有数据时{missing}。"
    return f"Condition: {name} {test}, otherwise {effect}; without data: {missing}."


def _quantity(value: Decimal, unit: str, lang: str) -> str:
    if unit == "percent":
        return percent(value)
    if unit == "yuan":
        return yuan(value, lang)
    text = declared.plain(value)
    endings = {"score": "分", "units": "台"} if _zh(lang) else {"score": " points", "units": " units"}
    return text + endings.get(unit, "")


def _caps(component: Component, lang: str) -> list[str]:
    found = []
    for name, each in declared.fields_of(type(component.cap)):
        value = getattr(component.cap, name)
        if value is not None:
            label = each.label.text(lang).replace("（元）", "").replace(" (¥)", "")
            found.append(_pair(label, _quantity(value, each.unit, lang), lang))
    return found


def _limits(document: PolicyDocument, lang: str) -> list[str]:
    zh, found = _zh(lang), []
    budget, stacking = document.budget, document.stacking
    if budget.amount is not None:
        mode, amount = _choice(budget, "mode", lang), yuan(budget.amount, lang)
        found.append(f"预算每期{amount}，超出时{mode}。" if zh else f"Budget per term {amount}, then {mode}.")
    if stacking.ceiling is not None:
        basis, share = _choice(stacking, "basis", lang), percent(stacking.ceiling)
        zh_text, en_text = (
            f"合计不超过{basis}的{share}。",
            f"Together at most {share} of the {basis}.",
        )
        found.append(zh_text if zh else en_text)
    if stacking.total is not None:
        total = yuan(stacking.total, lang)
        found.append(f"每家每期合计不超过{total}。" if zh else f"At most {total} per dealer and term.")
    return found


def _payment(document: PolicyDocument, lang: str) -> list[str]:
    pay, zh = document.payout, _zh(lang)
    clock, form, least = _choice(pay, "clock", lang), _choice(pay, "form", lang), yuan(pay.minimum, lang)
    if zh:
        found = [f"自{clock}起{pay.days}天内兑付，方式：{form}。"]
        found += [f"起付{least}，不足结转下期。"] if pay.minimum else []
        found += [f"期末后{document.grace_days}天内仍接收期内业务的上报。"] if document.grace_days else []
        return [*found, f"期末后第{document.settle_after_days}天结算；此后补齐凭证的，差额以后期间补结。"]
    found = [f"Paid within {pay.days} days of the {clock}, by {form}."]
    found += [f"From {least}; less is carried forward."] if pay.minimum else []
    found += (
        [f"Facts are taken until {document.grace_days} days after the term."] if document.grace_days else []
    )
    after = document.settle_after_days
    return [*found, f"Settled {after} days after the term; what is cured later follows as a difference."]


def _disputes(document: PolicyDocument, lang: str) -> list[str]:
    pay = document.payout
    kinds = dict(declared.fields_of(EvidenceNeed))["kind"]
    papers = _listed([kinds.choice(code).text(lang) for code in document.accepted_documents], lang)
    if _zh(lang):
        found = [
            f"公布后{pay.dispute_days}个工作日内可按VIN申诉，逾期视为确认；{pay.answer_days}个工作日内答复。"
        ]
        return [*found, f"可接受凭证：{papers}。"] if papers else found
    found = [
        f"Disputes by VIN within {pay.dispute_days} working days of publication; silence accepts.",
        f"Answered within {pay.answer_days} working days.",
    ]
    return [*found, f"Accepted documents: {papers}."] if papers else found


def explain(found: Step | Trace, lang: str, names: Names | None = None) -> str | tuple[str, ...]:
    """A step as a sentence, or all steps of a trace."""
    if isinstance(found, Trace):
        return tuple(_sentence(step, lang, names) for step in found.steps)
    return _sentence(found, lang, names)


def _sentence(step: Step, lang: str, names: Names | None) -> str:
    zh = _zh(lang)
    label = phrases.STEPS.get(step.label, step.label) if zh else step.label
    parts = [
        f"{phrases.INPUTS.get(name, name) if zh else name} {_shown(name, value, step, lang)}"
        for name, value in step.inputs.items()
        if value is not None
    ]
    result = _shown(step.label, step.result, step, lang)
    inputs = ("，" if zh else ", ").join(parts)
    body = f"{inputs} → {result}" if inputs else result
    return named(f"{label}：{body}" if zh else f"{label}: {body}", lang, names)


def _shown(name: str, value: TraceValue, step: Step, lang: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, str):
        return phrases.VERDICTS.get(value, value) if _zh(lang) else value
    number = Decimal(value)
    bounds = name in ("From", "Below") and bool({"Achievement", "Growth"} & set(step.inputs))
    if name in phrases.SHARES or bounds or name == "Growth over last year":
        return percent(round(number, 6))
    return f"{round(number, 6):,f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"


def differences(
    old: PolicyDocument, new: PolicyDocument, lang: str, names: Names | None = None
) -> tuple[str, ...]:
    """What changed between two documents, one sentence per change, in the order of the document."""
    return tuple(named(line, lang, names) for line in _changes(old, new, "", lang, {}))


def _changes(old: Any, new: Any, place: str, lang: str, beside: Mapping[str, Any]) -> Iterator[str]:
    """Changes of a part; `beside` are the values of the parts around it, by which some units are found."""
    known = {**beside, **{name: getattr(new, name) for name, _each in declared.fields_of(type(new))}}
    for name, each in declared.fields_of(type(new)):
        before, after = getattr(old, name, None), getattr(new, name)
        if before == after:
            continue
        here = _place(place, each.label.text(lang))
        if each.kind == "rows":
            yield from _row_changes(before or (), after, here, lang, known)
        elif each.kind in ("part", "params") and type(before) is type(after):
            yield from _changes(before, after, here, lang, known)
        else:
            unit = each.unit_for(known)
            yield _change(here, _value(each, before, unit, lang), _value(each, after, unit, lang), lang)


def _place(place: str, label: str) -> str:
    return f"{place} · {label}" if place else label


def _change(place: str, before: str, after: str, lang: str) -> str:
    return f"{place}：{before} → {after}" if _zh(lang) else f"{place}: {before} → {after}"


def _row_changes(
    old: Sequence[Any], new: Sequence[Any], place: str, lang: str, beside: Mapping[str, Any]
) -> Iterator[str]:
    """Rows are matched by their code, rows without one by their number."""
    before = {_row_key(row, no): row for no, row in enumerate(old, start=1)}
    after = {_row_key(row, no): row for no, row in enumerate(new, start=1)}
    colon, gone, added = ("：", "删除", "新增") if _zh(lang) else (": ", "removed", "added")
    for key, row in after.items():
        if key not in before:
            yield f"{place} {key}{colon}{added}"
        elif before[key] != row:
            yield from _changes(before[key], row, f"{place} {key}", lang, beside)
    yield from (f"{place} {key}{colon}{gone}" for key in before if key not in after)


def _row_key(row: Any, no: int) -> str:
    return str(getattr(row, "code", no))


def _value(each: Declared, value: Any, unit: str, lang: str) -> str:
    if value is None or value in ((), ""):
        return "（空）" if _zh(lang) else "(none)"
    if isinstance(value, Words):
        return value.text(lang) or "—"
    if each.kind == "choice":
        return each.choice(str(value)).text(lang)
    if each.kind == "flag":
        return {True: Words("是", "yes"), False: Words("否", "no")}[value].text(lang)
    if isinstance(value, Decimal):
        return _quantity(value, unit, lang)
    if isinstance(value, tuple):
        return _listed([str(item) for item in value], lang)
    if hasattr(value, "__dataclass_fields__"):
        return "…"
    return str(value)
