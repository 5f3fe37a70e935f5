from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.core.policies import OPERATIONS
from apps.portal import policies, views
from apps.portal.operations import pages as operations

app_name = "portal"
urlpatterns = [
    path("", views.HomePage.as_view(), name="home"),
    path("panel/<slug:code>/", views.HomePanel.as_view(), name="home-panel"),
    path("dealer/<str:code>/", views.DealerPage.as_view(), name="dealer"),
    path("dealer/<str:code>/panel/<slug:panel>/", views.DealerPanel.as_view(), name="dealer-panel"),
    path("ranking/", views.RankingPage.as_view(), name="ranking"),
    path("period/", views.PeriodPage.as_view(), name="period"),
    path("search/", views.SearchPage.as_view(), name="search"),
    path("operations/", operations.OperationsPage.as_view(), name="operations"),
    path("operations/live/", operations.OperationsLive.as_view(), name="operations-live"),
    path("operations/self-test/", operations.SelfTestPage.as_view(), name="self-test"),
    path("operations/self-test/new/", operations.SelfTestAsk.as_view(), name="self-test-ask"),
]

menu.add("home", _("Home"), "portal:home", policies.HOME, order=10)
menu.add("analysis", _("Dealer ranking"), "portal:ranking", policies.NETWORK, order=20)
menu.add("settings", _("Operations"), "portal:operations", OPERATIONS, order=900)
