from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu, records
from apps.risk import policies, views

app_name = "risk"
urlpatterns = [
    path("decisions/", views.DecisionList.as_view(), name="decision-list"),
    path("decisions/<int:pk>/", views.DecisionDetail.as_view(), name="decision-detail"),
    path("propose/<str:model>/<int:pk>/", views.DecisionPropose.as_view(), name="decision-propose"),
]

menu.add("sales", _("Decisions about sales"), "risk:decision-list", policies.VIEW, order=30)
records.add(
    _("Decide about this sale"),
    "risk:decision-propose",
    policies.PROPOSE,
    "shield-check",
    fits=lambda label: label == views.DELIVERY,
)
