"""Sentences that are stored with an import, in English; Chinese stands in locale/src/imports.json."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop, override

from apps.core.spreadsheet.errors import ENGLISH, Phrase

UNKNOWN = Phrase(gettext_noop("Nothing is known under this spelling: correct it, or say what it stands for."))
LEFT_OPEN = Phrase(
    gettext_noop("Nothing is known under this spelling; the row is imported with this field open.")
)
LONG_KEY = Phrase(gettext_noop("What the row is known by is longer than 300 characters."))
REPEATED = gettext_noop("Row %(row)s says exactly the same; delete one of the two.")
CONTRADICTED = gettext_noop(
    "Row %(row)s is known by the same “%(key)s” but says something else; keep one of the two."
)
COLUMNS_MISSING = gettext_noop(
    "The profile “%(profile)s” needs columns that the file does not have: %(columns)s. "
    "Choose another profile or none, and match the columns."
)
FIELDS_MISSING = gettext_noop(
    "The columns are not all clear; required fields without a column: %(fields)s. The file has: %(columns)s. "
    "Match the columns on the page of the import, name a profile, or fill in the template."
)


def phrase_of(message: Any) -> Phrase:
    """A sentence for storage; a lazy translation is known again by its English text."""
    if isinstance(message, Phrase):
        return message
    with override(ENGLISH):
        return Phrase(str(message))
