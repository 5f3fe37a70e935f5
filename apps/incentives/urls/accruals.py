from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.incentives import policies
from apps.incentives.views import accruals as views
from apps.work import registry

urlpatterns = [
    path("accruals/", views.AccrualList.as_view(), name="accrual-list"),
    path("accruals/<int:pk>/", views.AccrualDetail.as_view(), name="accrual-detail"),
    path("accruals/<int:pk>/cars/", views.AccrualCars.as_view(), name="accrual-cars"),
]

registry.correctable("incentives.Accrual")
menu.add("incentives", _("Rebate accruals"), "incentives:accrual-list", policies.VIEW, order=15)
