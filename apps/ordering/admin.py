from django.contrib import admin

from apps.core.kit.admin import KeptAdmin
from apps.ordering.models import OrderTerms


@admin.register(OrderTerms)
class OrderTermsAdmin(KeptAdmin):
    list_display = (
        "effective_from",
        "draft_digit",
        "report_digit",
        "submit_digit",
        "money_digit",
        "lead_days",
    )
