"""Who the dealers are, where they stood on a day, and what a spelling means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.core import pii, trail
from apps.core.access import Actor
from apps.core.models import AuditEvent
from apps.dealers import policies
from apps.dealers.models import (
    Dealer,
    DealerCode,
    DealerContact,
    DealerGroup,
    DealerPlacement,
    Division,
    FormerPlace,
    OrgUnit,
    Outlet,
    UnitPlacement,
)
from apps.dealers.rules import DEPTH, DealerStatus, UnitKind, names, places
from apps.dealers.rules.places import Former, Gazetteer, Place


@dataclass(frozen=True)
class TreeNode:
    """A unit in the tree of a day: how deep it stands and how many visible dealers stand in it and below."""

    unit: OrgUnit
    depth: int
    own_dealers: int
    all_dealers: int


def dealers(*, actor: Actor) -> QuerySet[Dealer]:
    """The dealers the actor may see, with what lists show of them."""
    rows = Dealer.objects.select_related("unit", "province", "city", "county", "group", "merged_into")
    return policies.dealer.visible_to(actor, rows)


def matching(rows: QuerySet[Dealer], text: str) -> QuerySet[Dealer]:
    """The dealers whose code (also a former one), name, pinyin or pinyin initials contain the text."""
    wanted = names.clean(text).casefold()
    if not wanted:
        return rows
    former = DealerCode.objects.filter(dealer=OuterRef("pk"), code__icontains=wanted)
    return rows.filter(Q(search_key__contains=wanted) | Exists(former))


def units(*, actor: Actor) -> QuerySet[OrgUnit]:
    """The units of the organisation, today's tree."""
    return policies.unit.visible_to(actor, OrgUnit.objects.select_related("parent", "division"))


def groups(*, actor: Actor) -> QuerySet[DealerGroup]:
    """The dealer groups, for headquarters."""
    return policies.group.visible_to(actor, DealerGroup.objects.all())


def divisions(*, actor: Actor, level: int | None = None) -> QuerySet[Division]:
    """Administrative divisions, of one level if it is given (1 province, 2 city, 3 county)."""
    rows = policies.division.visible_to(actor, Division.objects.all())
    return rows if level is None else rows.filter(level=level)


def cities(*, actor: Actor) -> QuerySet[Division]:
    """Everything a dealer's city can be: cities, and counties administered by their province."""
    rows = policies.division.visible_to(actor, Division.objects.select_related("parent"))
    direct = Q(level=places.COUNTY, parent__name__endswith=places.DIRECT_COUNTIES)
    return rows.filter(Q(level=places.CITY) | direct)


def outlets(*, actor: Actor) -> QuerySet[Outlet]:
    """The places of business of the actor's dealers."""
    return policies.outlet.visible_to(actor, Outlet.objects.select_related("dealer", "city"))


def contacts(*, actor: Actor) -> QuerySet[DealerContact]:
    """The contact persons of the actor's dealers, those whose data were erased last."""
    rows = DealerContact.objects.select_related("dealer")
    return policies.contact.visible_to(actor, rows)


def contacts_found(rows: QuerySet[DealerContact], text: str) -> QuerySet[DealerContact]:
    """Those with exactly this mobile number or e-mail address."""
    kind = "email" if "@" in text else "mobile"
    return rows.filter(**{f"{kind}_key": pii.key_of(text, kind)})


def contacts_by_number(
    *, actor: Actor, dealers: Collection[int], keys: Collection[str]
) -> dict[tuple[int, str], DealerContact]:
    """Contact persons of these dealers by dealer and keyed hash of the mobile number."""
    rows = contacts(actor=actor).filter(dealer_id__in=dealers, mobile_key__in=keys)
    return {(row.dealer_id, row.mobile_key): row for row in rows}


def contact_cards(*, actor: Actor, dealer: Dealer) -> dict[str, Any]:
    """The contact persons of a dealer with what the actor may do with them."""
    rows = contacts(actor=actor).filter(dealer=dealer)
    return {
        "contacts_dealer": dealer,
        "contacts": rows.order_by(F("erased_at").asc(nulls_first=True), "role", "pk"),
        "may_manage_contacts": actor.may(policies.MANAGE_CONTACTS),
        "may_reveal": actor.may(policies.REVEAL),
        "may_erase": actor.may(policies.ERASE),
    }


def placements(*, actor: Actor, dealer: Dealer) -> QuerySet[DealerPlacement]:
    """Where a dealer stood, the newest first."""
    rows = DealerPlacement.objects.filter(dealer=dealer).select_related("unit", "city", "county")
    return policies.placements.visible_to(actor, rows).order_by("-valid_from")


def codes(*, actor: Actor, dealer: Dealer) -> QuerySet[DealerCode]:
    """The codes of a dealer, the newest first."""
    return policies.codes.visible_to(actor, DealerCode.objects.filter(dealer=dealer)).order_by("-valid_from")


def history(*, actor: Actor, dealer: Dealer) -> QuerySet[AuditEvent]:
    """What was changed about a dealer, its outlets and contact persons, as far as one may read it."""
    kinds = [model._meta.label_lower for model in (Dealer, Outlet, DealerContact)]
    rows = AuditEvent.objects.filter(dealer_id=dealer.pk, object_type__in=kinds)
    return trail.in_reach(rows, actor=actor).order_by("-id")


def parents_on(day: date) -> dict[int, int | None]:
    """Unit → parent as the tree stood on a day; units that did not exist then are left out.

    A unit without any recorded placement has always stood where it stands.
    """
    alive = OrgUnit.objects.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    parents: dict[int, int | None] = dict(alive.values_list("pk", "parent_id"))
    dated = UnitPlacement.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )
    moved = dated.filter(unit__in=alive.values("pk")).values_list("unit_id", "parent_id")
    return {**parents, **dict(moved)}


def units_under(unit_id: int, day: date) -> frozenset[int]:
    """The unit and everything below it on a day."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for unit, parent in parents_on(day).items():
        below[parent].append(unit)
    found, waiting = set(), [unit_id]
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting.extend(below[current])
    return frozenset(found)


def standing_on(day: date) -> QuerySet[DealerPlacement]:
    """The placements that hold on a day, one for each dealer."""
    return DealerPlacement.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )


def dealers_under(*, actor: Actor, unit: OrgUnit, on: date) -> QuerySet[Dealer]:
    """The visible dealers that stood in a unit or below it on a day."""
    standing = standing_on(on).filter(unit__in=units_under(unit.pk, on))
    return dealers(actor=actor).filter(pk__in=standing.values("dealer"))


def unit_of(*, dealer: Dealer, on: date) -> OrgUnit | None:
    """The unit a dealer stood in on a day; None before its first placement."""
    placed = standing_on(on).filter(dealer=dealer).select_related("unit").first()
    return placed.unit if placed else None


def ancestry(on: date, dealers: Iterable[int] | None = None) -> dict[int, tuple[int, ...]]:
    """Dealer → the units it counts in on a day, from headquarters down to its own; for sums over the tree."""
    parents = parents_on(on)
    lines: dict[int, tuple[int, ...]] = {}
    rows = standing_on(on)
    if dealers is not None:
        rows = rows.filter(dealer__in=dealers)
    return {
        dealer: line_of(unit, parents, lines) for dealer, unit in rows.values_list("dealer_id", "unit_id")
    }


def line_of(
    unit: int, parents: Mapping[int, int | None], known: dict[int, tuple[int, ...]] | None = None
) -> tuple[int, ...]:
    """The units from the top of the tree down to this one."""
    known = {} if known is None else known
    if unit not in known:
        parent = parents.get(unit)
        known[unit] = (*(line_of(parent, parents, known) if parent else ()), unit)
    return known[unit]


def tree(*, actor: Actor, on: date) -> list[TreeNode]:
    """The organisation as it stood on a day, in reading order, with the visible dealers of each unit.

    Field staff see their own units and the line above them.
    """
    parents = parents_on(on)
    reach = set(parents)
    if not actor.scope.everything:
        reach = {step for unit in actor.scope.unit_ids & reach for step in line_of(unit, parents)}
    rows = policies.unit.visible_to(actor, OrgUnit.objects.filter(pk__in=reach))
    found = {unit.pk: unit for unit in rows.select_related("division")}
    visible = policies.placements.visible_to(actor, standing_on(on)).exclude(
        dealer__status__in=[DealerStatus.CLOSED, DealerStatus.MERGED], dealer__closed_on__lte=on
    )
    own: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    lines: dict[int, tuple[int, ...]] = {}
    for unit in visible.values_list("unit_id", flat=True):
        own[unit] += 1
        for above in line_of(unit, parents, lines):
            total[above] += 1

    def place(pk: int) -> list[tuple[int, str]]:
        line = [found[step] for step in line_of(pk, parents, lines) if step in found]
        return [(DEPTH[UnitKind(unit.kind)], unit.code) for unit in line]

    return [TreeNode(found[pk], len(lines[pk]) - 1, own[pk], total[pk]) for pk in sorted(found, key=place)]


def divisions_by_code(codes: Collection[str]) -> dict[str, Division]:
    """Administrative divisions by their official codes."""
    return Division.objects.in_bulk(codes)


def gazetteer() -> Gazetteer:
    """All divisions and former names, ready to match spellings of places."""
    divisions = Division.objects.values_list("code", "name", "level", "parent_id", "official_name")
    former = FormerPlace.objects.values_list("name", "province_id", "current_id", "since")
    return Gazetteer(
        (
            Place(code, name, level, parent or "", official)
            for code, name, level, parent, official in divisions
        ),
        (Former(*row) for row in former),
    )


def known_dealers(*, actor: Actor) -> tuple[dict[str, Dealer], dict[str, Dealer]]:
    """The actor's dealers by every code they carry or carried, and by normalised name."""
    rows = {dealer.pk: dealer for dealer in policies.dealer.visible_to(actor, Dealer.objects.order_by("pk"))}
    former = DealerCode.objects.filter(dealer__in=rows).values_list("code", "dealer_id")
    coded = {code: rows[pk] for code, pk in former} | {dealer.code: dealer for dealer in rows.values()}
    return coded, {names.normalised(dealer.name): dealer for dealer in rows.values()}


def by_spelling(*, actor: Actor, text: str) -> Dealer | None:
    """The dealer a code or name means; None when the actor sees no such dealer or several."""
    found = resolve([text], actor=actor)
    return dealers(actor=actor).filter(pk=found[text]).first() if found else None


def by_code(*, actor: Actor, code: str) -> Dealer | None:
    """The dealer that carries a code, else the one that carried it; None when the actor sees none."""
    rows = dealers(actor=actor)
    former = DealerCode.objects.filter(code=code).values("dealer")
    return rows.filter(code=code).first() or rows.filter(pk__in=former).first()


def resolve(spellings: Collection[str], actor: Actor) -> dict[str, int]:
    """Spelling → dealer in the actor's scope: code, former code, name, short name, name written otherwise.

    A spelling that fits several dealers is left out; the code of a merged dealer leads to its survivor.
    """
    cleaned = {spelling: names.clean(spelling) for spelling in spellings}
    rows = policies.dealer.visible_to(actor, Dealer.objects.all())
    quick = rows.filter(code__in=set(cleaned.values()), merged_into__isnull=True)
    coded = dict(quick.values_list("code", "pk"))
    found = {spelling: coded[text] for spelling, text in cleaned.items() if text in coded}
    rest = {spelling: text for spelling, text in cleaned.items() if spelling not in found}
    return found | (_resolve_slowly(rest, rows, actor) if rest else {})


def _resolve_slowly(wanted: Mapping[str, str], rows: QuerySet[Dealer], actor: Actor) -> dict[str, int]:
    known = list(rows.values_list("pk", "code", "name", "short_name", "merged_into_id"))
    former = policies.codes.visible_to(actor, DealerCode.objects.all()).values_list("code", "dealer_id")
    visible = {row[0] for row in known}
    survivor = {pk: into for pk, _code, _name, _short, into in known if into in visible}
    tables = [
        _table((code, pk) for pk, code, *_rest in known),
        _table(former),
        _table((name, pk) for pk, _code, name, *_rest in known),
        _table((short, pk) for pk, _code, _name, short, _into in known),
    ]
    loosely = _table((names.normalised(text), pk) for pk, *texts, _into in known for text in texts)
    found: dict[str, int] = {}
    for spelling, text in wanted.items():
        asked = [*((table, text) for table in tables), (loosely, names.normalised(text))]
        fitting = next((table[key] for table, key in asked if table.get(key)), set())
        if len(fitting) == 1:
            found[spelling] = _last_survivor(next(iter(fitting)), survivor)
    return found


def _table(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    table: dict[str, set[int]] = defaultdict(set)
    for text, pk in pairs:
        if text:
            table[names.clean(text)].add(pk)
    return table


def _last_survivor(pk: int, survivor: Mapping[int, int]) -> int:
    while pk in survivor:
        pk = survivor[pk]
    return pk
