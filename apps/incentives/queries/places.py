"""Whether a car was sold inside the area of its dealer: the province of the customer's place, if known."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from apps.dealers.models import Dealer, Division


def inside(dealers: Collection[int], asked: Iterable[tuple[int, str]]) -> dict[tuple[int, str], bool]:
    """For pairs of dealer and place: whether the place lies in the dealer's province.

    A place no division is called by, or divisions of several provinces, and dealers without a province are
    left out: their cars count as neither inside nor outside.
    """
    pairs = {(dealer, place) for dealer, place in asked if place}
    if not pairs:
        return {}
    homes = dict(
        Dealer.objects.filter(pk__in=dealers, province__isnull=False).values_list("pk", "province_id")
    )
    provinces = _provinces({place for _dealer, place in pairs})
    return {
        (dealer, place): homes[dealer] == provinces[place]
        for dealer, place in pairs
        if dealer in homes and place in provinces
    }


def _provinces(names: Collection[str]) -> dict[str, str]:
    """The one province in which divisions of a name lie."""
    rows = Division.objects.filter(Q(name__in=names) | Q(official_name__in=names))
    found: dict[str, set[str]] = {}
    for row in rows.select_related("parent__parent"):
        above = row
        while above.parent is not None:
            above = above.parent
        for name in {row.name, row.official_name} & set(names):
            found.setdefault(name, set()).add(above.pk)
    return {name: min(codes) for name, codes in found.items() if len(codes) == 1}
