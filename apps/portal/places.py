"""The provinces as tiles: their short names by the first two digits of the division code, north to south."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

PROVINCES = {
    "23": pgettext_lazy("province", "HL"),
    "15": pgettext_lazy("province", "NM"),
    "11": pgettext_lazy("province", "BJ"),
    "22": pgettext_lazy("province", "JL"),
    "65": pgettext_lazy("province", "XJ"),
    "62": pgettext_lazy("province", "GS"),
    "64": pgettext_lazy("province", "NX"),
    "14": pgettext_lazy("province", "SX"),
    "13": pgettext_lazy("province", "HE"),
    "12": pgettext_lazy("province", "TJ"),
    "21": pgettext_lazy("province", "LN"),
    "63": pgettext_lazy("province", "QH"),
    "61": pgettext_lazy("province", "SN"),
    "41": pgettext_lazy("province", "HA"),
    "37": pgettext_lazy("province", "SD"),
    "54": pgettext_lazy("province", "XZ"),
    "51": pgettext_lazy("province", "SC"),
    "50": pgettext_lazy("province", "CQ"),
    "42": pgettext_lazy("province", "HB"),
    "34": pgettext_lazy("province", "AH"),
    "32": pgettext_lazy("province", "JS"),
    "31": pgettext_lazy("province", "SH"),
    "53": pgettext_lazy("province", "YN"),
    "52": pgettext_lazy("province", "GZ"),
    "43": pgettext_lazy("province", "HN"),
    "36": pgettext_lazy("province", "JX"),
    "33": pgettext_lazy("province", "ZJ"),
    "45": pgettext_lazy("province", "GX"),
    "44": pgettext_lazy("province", "GD"),
    "35": pgettext_lazy("province", "FJ"),
    "46": pgettext_lazy("province", "HI"),
}
