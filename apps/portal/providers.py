"""What the portal registers with the page kit: the months to pick from, and what can be found."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.core.kit import menu, period, search
from apps.core.kit.search import Hit
from apps.dealers import queries as dealers
from apps.kernel.period import Month
from apps.metrics.queries import dictionary
from apps.portal import queries
from apps.vehicles import queries as vehicles

_VIN_PART = re.compile(r"(?=.*\d)[A-Z0-9]{5,17}")


def find_pages(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Menu entries whose name contains the text."""
    wanted = text.casefold()
    return [
        Hit(str(entry["label"]), entry["url"], str(section["label"]), section["icon"])
        for section in menu.for_actor(actor, "")
        for entry in section["entries"]
        if wanted in str(entry["label"]).casefold() or wanted in str(section["label"]).casefold()
    ][:limit]


def find_dealers(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Dealers by code, name, pinyin or initials."""
    found = dealers.matching(dealers.dealers(actor=actor), text).order_by("code")[:limit]
    return [
        Hit(
            str(each),
            reverse("portal:dealer", args=[each.code]),
            f"{each.code} · {each.unit}",
            "building-store",
        )
        for each in found
    ]


def find_vehicles(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Cars by the beginning or the end of their VIN."""
    wanted = text.replace(" ", "").upper()
    if not _VIN_PART.fullmatch(wanted):
        return []
    found = queries.vins(vehicles.vehicles(actor=actor), wanted)[:limit]
    page = reverse("vehicles:vin-look-up")
    return [
        Hit(car.vin, f"{page}?{urlencode({'vin': car.vin})}", str(car.model or ""), "car") for car in found
    ]


def find_kpis(actor: Actor, text: str, limit: int) -> list[Hit]:
    """KPIs by name or code."""
    wanted = text.casefold()
    known = dictionary.kpis(actor=actor, month=Month.of(timezone.localdate()))
    found = [(kpi, dictionary.label(kpi)) for kpi in known.values() if kpi.has_source]
    return [
        Hit(name, reverse("metrics:kpi-detail", args=[kpi.code]), kpi.code, "chart-line")
        for kpi, name in found
        if wanted in name.casefold() or wanted in kpi.code
    ][:limit]


period.choices_from(queries.months)
search.provider("dealers", _("Dealers"), find_dealers, order=10)
search.provider("vehicles", _("Vehicles"), find_vehicles, order=20)
search.provider("kpis", _("KPIs"), find_kpis, order=30)
search.provider("pages", _("Pages to open"), find_pages, order=40)
