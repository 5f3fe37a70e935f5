from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.finance import policies, views

app_name = "finance"
urlpatterns = [
    path("", views.StatementList.as_view(), name="statement-list"),
    path("<int:pk>/", views.StatementDetail.as_view(), name="statement-detail"),
    path("accounts/", views.AccountList.as_view(), name="account-list"),
    path("accounts/map/", views.AccountMap.as_view(), name="account-map"),
]

menu.add("finance", _("Statements"), "finance:statement-list", policies.VIEW, order=10)
menu.add("finance", _("Accounts of stores"), "finance:account-list", policies.VIEW, order=20)
