from django.contrib import admin

from apps.core.kit.admin import KeptAdmin
from apps.inventory.models import HoldingTerms


@admin.register(HoldingTerms)
class HoldingTermsAdmin(KeptAdmin):
    """Terms change by adding a row with a later start."""

    list_display = (
        "effective_from",
        "annual_rate",
        "free_days",
        "year_days",
        "storage_amount",
        "insurance_rate",
        "depreciation_rate",
        "capital_has_vat",
        "vat_rate",
    )
    ordering = ("-effective_from",)
