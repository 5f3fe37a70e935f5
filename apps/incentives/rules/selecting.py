"""Which facts of a dealer a clause pays: in, out with a reason, or pending until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from apps.incentives.rules import reasons
from apps.incentives.rules.document import EvidenceNeed, PolicyDocument, Selection
from apps.incentives.rules.facts import DealerFacts, Fact
from apps.incentives.rules.given import DATE_OF, PRICE_OF
from apps.incentives.rules.outcomes import Excluded, Pending

LATE = {"invoice": reasons.INVOICE_DATE, "registration": reasons.NOT_PLATED}
RISKS = {"false_retail": reasons.FALSE_RETAIL, "customer_data": reasons.CUSTOMER_DATA}


LOCAL_SHARE = "policy.local_share"
"""The measure that is taken over all sales of a dealer, also those outside a selection."""


class Signature(NamedTuple):
    """What a selection asks of a sale."""

    model_line: str = ""
    model: str = ""
    trim: str = ""
    channel: str = ""
    customer_type: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The facts that count, in the order of date and key, those that do not and those that wait."""

    included: tuple[Fact, ...]
    excluded: tuple[Excluded, ...]
    pending: tuple[Pending, ...]


def choose(
    selection: Selection,
    basis: str,
    given: DealerFacts,
    as_of: date,
    price: str = "",
    figures: tuple[str, ...] = (),
) -> Chosen:
    """Judge every fact of the selection's kind; facts of other kinds are none of its business.

    `price` is the price basis the clause needs, `figures` the values: facts without them are excluded.
    A fact and the one that takes it back are both excluded as returned when together they come to nothing,
    otherwise a taking back follows the verdict on what it takes back.
    """
    facts = [fact for fact in given.facts if fact.kind == selection.kind]
    returned, origin = _returned(facts)
    included, excluded, pending = [], [], []
    for fact in facts:
        if fact.key in returned:
            excluded.append(_out(fact.key, reasons.RETURNED))
            continue
        verdict = _verdict(selection, basis, given, as_of, origin.get(fact.reverses, fact))
        if verdict == "" and (price or figures) and _unknown(fact, price, figures):
            excluded.append(_out(fact.key, reasons.PRICE_MISSING))
        elif verdict == "":
            included.append(fact)
        elif isinstance(verdict, str):
            excluded.append(_out(fact.key, verdict))
        else:
            pending.append(Pending(fact.key, verdict[0], verdict[1]))
    of = DATE_OF[basis]
    included.sort(key=lambda fact: (of(fact) or fact.occurred_on, fact.key))
    return Chosen(tuple(included), tuple(sorted(excluded)), tuple(sorted(pending)))


def _unknown(fact: Fact, price: str, figures: tuple[str, ...]) -> bool:
    """Whether a price or value the clause needs is missing."""
    if price and PRICE_OF[price](fact) is None:
        return True
    return any(name not in fact.values for name in figures)


def _out(key: str, code: str) -> Excluded:
    return Excluded(key, code, reasons.EXCLUSIONS[code].cure)


def _returned(facts: Iterable[Fact]) -> tuple[set[str], dict[str, Fact]]:
    """Keys of facts that were taken back whole (both sides), and what partial ones take back."""
    back = [fact for fact in facts if fact.reverses]
    if not back:
        return set(), {}
    wanted = {fact.reverses for fact in back}
    origin = {fact.key: fact for fact in facts if fact.key in wanted}
    left = {key: fact.units for key, fact in origin.items()}
    for fact in back:
        if fact.reverses in left:
            left[fact.reverses] += fact.units
    gone = {key for key, units in left.items() if units == 0}
    return gone | {fact.key for fact in back if fact.reverses in gone}, origin


def _verdict(
    selection: Selection, basis: str, given: DealerFacts, as_of: date, fact: Fact
) -> str | tuple[str, date]:
    """ "" to count the fact, an exclusion code, or (kind of evidence, day until which it may come)."""
    asked = signature(fact)
    verdict = selection.verdicts.get(asked)
    if verdict is None:
        verdict = selection.verdicts[asked] = scope(selection, asked)
    if verdict and verdict not in fact.waived:
        return verdict
    if fact.risk and (code := RISKS.get(fact.risk, reasons.FALSE_RETAIL)) not in fact.waived:
        return code
    if selection.in_area_only and fact.in_area is False and reasons.OUT_OF_AREA not in fact.waived:
        return reasons.OUT_OF_AREA
    day = DATE_OF[basis](fact)
    first, last = given.window
    if (day is None or not first <= day <= last) and (found := _no_day(basis, day, fact, as_of, given)):
        return found
    if selection.price_to_list is not None and not _price_kept(selection, fact):
        return reasons.PRICE_CONDITION
    for need in selection.evidence:
        if found := _evidence(need, fact, given, as_of):
            return found
    return ""


def is_narrow(document: PolicyDocument) -> bool:
    """Whether the sales that no clause's selection covers mean nothing to a policy.

    They do to one that reads a dealer's share of local sales.
    """
    chosen = [each.selection for each in document.components if each.selection.kind == "retail"]
    asks_area = any(each.type == "local_sales" for each in document.components)
    return (
        bool(chosen)
        and all(any(getattr(each, f"{name}s") for name in Signature._fields) for each in chosen)
        and not asks_area
        and LOCAL_SHARE not in document.to_json()
    )


def outside(document: PolicyDocument, asked: Signature) -> str:
    """Why no clause of a policy covers a sale, as its first clause says it; "" where one covers it."""
    told = [scope(each.selection, asked) for each in document.components if each.selection.kind == "retail"]
    return "" if "" in told else told[0]


def signature(fact: Fact) -> Signature:
    """What a selection asks of a sale."""
    return Signature(fact.model_line, fact.model, fact.trim, fact.channel, fact.customer_type)


def scope(selection: Selection, asked: Signature) -> str:
    """Why a sale lies outside a selection (R01, R02, R04), "" inside."""
    if (
        (selection.model_lines and asked.model_line not in selection.model_lines)
        or (selection.models and asked.model not in selection.models)
        or (selection.trims and asked.trim not in selection.trims)
    ):
        return reasons.WRONG_MODEL
    if selection.channels and asked.channel not in selection.channels:
        return reasons.CHANNEL
    if selection.customer_types and asked.customer_type not in selection.customer_types:
        return reasons.CUSTOMER_TYPE
    return ""


def _no_day(
    basis: str, day: date | None, fact: Fact, as_of: date, given: DealerFacts
) -> str | tuple[str, date]:
    """A date that counts is outside the term, or not there yet."""
    code = reasons.INVOICE_DATE if basis == "invoiced" else reasons.NOT_IN_TERM
    if day is None and basis == "plated":
        code = reasons.NOT_PLATED
    if code in fact.waived:
        return ""
    if day is not None or basis in ("occurred", "recorded") or as_of > given.window.last:
        return code
    return ("invoice" if basis == "invoiced" else "registration"), given.window.last


def _price_kept(selection: Selection, fact: Fact) -> bool:
    if reasons.PRICE_CONDITION in fact.waived:
        return True
    if fact.price is None or fact.list_price is None or selection.price_to_list is None:
        return False
    return fact.price >= fact.list_price * selection.price_to_list


def _evidence(need: EvidenceNeed, fact: Fact, given: DealerFacts, as_of: date) -> str | tuple[str, date]:
    """ "" when the document is there in time; the window for it may still be open."""
    code = LATE.get(need.kind, reasons.EVIDENCE_MISSING)
    if code in fact.waived:
        return ""
    limit = given.window.last if need.in_window else None
    if need.within_days is not None:
        start = DATE_OF[need.since](fact) or fact.occurred_on
        until = start + timedelta(days=need.within_days)
        limit = until if limit is None else min(limit, until)
    issued = _issued(need.kind, fact)
    if issued is None:
        return (need.kind, limit) if limit is not None and as_of <= limit else code
    if limit is not None and issued > limit:
        return code
    return code if need.in_window and issued < given.window.first else ""


def _issued(kind: str, fact: Fact) -> date | None:
    if kind == "invoice":
        return fact.invoiced_on
    if kind == "registration":
        return fact.plated_on
    found = fact.evidence.get(kind)
    return None if found is None else found.issued_on
