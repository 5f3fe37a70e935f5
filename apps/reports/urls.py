from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core import gate
from apps.core.kit import menu
from apps.reports.policies import duties as duty_policies
from apps.reports.views import duties

FEED = "for calendar programs; opened by a signed personal address"

app_name = "reports"
urlpatterns = [
    path("duties/", duties.MyDuties.as_view(), name="my-duties"),
    path("duties/board/", duties.BoardPage.as_view(), name="board"),
    path("duties/all/", duties.DutyList.as_view(), name="duty-list"),
    path("duties/calendar/", duties.FeedPage.as_view(), name="feed"),
    path("duties/<int:pk>/", duties.DutyDetail.as_view(), name="duty-detail"),
    path("duties/<int:pk>/do/", duties.DutyDo.as_view(), name="duty-do"),
    path("duties/<int:pk>/waive/", duties.DutyWaive.as_view(), name="duty-waive"),
    path("rules/", duties.RuleList.as_view(), name="rule-list"),
    path("rules/try/", duties.RuleTry.as_view(), name="rule-try"),
    path("rules/<int:pk>/", duties.RuleDetail.as_view(), name="rule-detail"),
    path("calendars/<str:token>/duties.ics", gate.opened(duties.FeedRead.as_view(), FEED), name="feed-read"),
]

menu.add("duties", _("My duties"), "reports:my-duties", duty_policies.VIEW_DUTIES, order=10)
menu.add("duties", _("Duty board"), "reports:board", duty_policies.VIEW_BOARD, order=20)
menu.add("duties", _("All duties"), "reports:duty-list", duty_policies.VIEW_DUTIES, order=30)
menu.add("duties", _("Duty rules"), "reports:rule-list", duty_policies.VIEW_RULES, order=90)
