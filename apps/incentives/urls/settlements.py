from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.incentives import policies
from apps.incentives.views import settlements as views
from apps.work import registry

urlpatterns = [
    path("", views.SettlementList.as_view(), name="settlement-list"),
    path("<int:pk>/", views.SettlementDetail.as_view(), name="settlement-detail"),
    path("<int:pk>/lines/", views.SettlementLines.as_view(), name="settlement-lines"),
]

registry.correctable("incentives.Settlement")
menu.add("incentives", _("Rebates"), "incentives:settlement-list", policies.VIEW)
