from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.closing import policies, views
from apps.core.kit import menu

app_name = "closing"
urlpatterns = [
    path("", views.MonthList.as_view(), name="run-list"),
    path("months/<str:month>/", views.MonthDetail.as_view(), name="month-detail"),
    path("months/<str:month>/close/", views.Start.as_view(), name="start"),
    path("months/<str:month>/compute/", views.StartInterim.as_view(), name="start-interim"),
    path("months/<str:month>/reopen/", views.Reopen.as_view(), name="reopen"),
    path("runs/<int:pk>/", views.RunDetail.as_view(), name="run-detail"),
    path("runs/<int:pk>/progress/", views.RunProgress.as_view(), name="run-progress"),
    path("runs/<int:pk>/retry/", views.Retry.as_view(), name="run-retry"),
    path("runs/<int:pk>/cancel/", views.Cancel.as_view(), name="run-cancel"),
]

menu.add("data", _("Months and closes"), "closing:run-list", policies.VIEW)
