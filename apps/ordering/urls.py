from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.ordering import policies, views
from apps.ordering.views.reorder import Suggestions

app_name = "ordering"
urlpatterns = [
    path("", views.OrderDesk.as_view(), name="plan-list"),
    path("new/", views.PlanCreate.as_view(), name="plan-create"),
    path("lines/", views.LineList.as_view(), name="line-list"),
    path("late/", views.LateList.as_view(), name="late-list"),
    path("suggestions/", Suggestions.as_view(), name="suggestions"),
    path("money/", views.CashNeed.as_view(), name="cash-need"),
    path("<int:pk>/", views.PlanDetail.as_view(), name="plan-detail"),
    path("<int:pk>/units/", views.PlanLines.as_view(), name="plan-lines"),
    path("<int:pk>/add/", views.PlanLineAdd.as_view(), name="plan-add"),
    path("<int:pk>/report/", views.PlanReport.as_view(), name="plan-report"),
    path("<int:pk>/submit/", views.PlanSubmit.as_view(), name="plan-submit"),
    path("<int:pk>/confirm/", views.PlanConfirm.as_view(), name="plan-confirm"),
]

menu.add("inventory", _("Order desk"), "ordering:plan-list", policies.VIEW, order=12)
menu.add("inventory", _("Purchase plan"), "ordering:cash-need", policies.VIEW, order=14)
menu.add("inventory", _("Order suggestions"), "ordering:suggestions", policies.VIEW, order=13)
