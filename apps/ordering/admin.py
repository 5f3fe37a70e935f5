from django.contrib import admin

from apps.core.kit.admin import KeptAdmin
from apps.ordering.models import OrderTerms, ReorderTerms


@admin.register(OrderTerms)
class OrderTermsAdmin(KeptAdmin):
    list_display = (
        "effective_from",
        "draft_digit",
        "report_digit",
        "submit_digit",
        "money_digit",
        "lead_days",
        "shift",
    )


@admin.register(ReorderTerms)
class ReorderTermsAdmin(KeptAdmin):
    """How order suggestions are made, from a day on."""

    list_display = (
        "effective_from",
        "form",
        "lead_days",
        "review_days",
        "service_level",
        "stock_months",
        "aged_limit",
    )
