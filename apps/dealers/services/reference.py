"""The shipped reference tables come into the database."""

from __future__ import annotations

from django.db import transaction

from apps.dealers import reference
from apps.dealers.models import Division, FormerPlace


@transaction.atomic
def load_reference() -> tuple[int, int]:
    """Put the divisions and former place names of this release into the database; answers how many."""
    return reference.load(Division, FormerPlace)
