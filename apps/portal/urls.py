from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.portal import policies, views

app_name = "portal"
urlpatterns = [
    path("", views.HomePage.as_view(), name="home"),
    path("period/", views.PeriodPage.as_view(), name="period"),
    path("search/", views.SearchPage.as_view(), name="search"),
]

menu.add("home", _("Home"), "portal:home", policies.HOME, order=10)
