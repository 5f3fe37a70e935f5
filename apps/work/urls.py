from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.work import policies
from apps.work.views import approvals, notices, todos

app_name = "work"
urlpatterns = [
    path("bell/", notices.Bell.as_view(), name="bell"),
    path("bell/latest/", notices.BellLatest.as_view(), name="bell-latest"),
    path("notices/", notices.NoticeList.as_view(), name="notice-list"),
    path("notices/read/", notices.NoticesRead.as_view(), name="notices-read"),
    path("notices/<int:pk>/", notices.NoticeOpen.as_view(), name="notice-open"),
    path("preferences/", notices.Preferences.as_view(), name="preferences"),
    path("messages/", notices.MessageList.as_view(), name="message-list"),
    path("todos/", todos.MyTodos.as_view(), name="todo-list"),
    path("todos/new/", todos.TaskCreate.as_view(), name="task-create"),
    path("todos/<int:pk>/done/", todos.TodoFinish.as_view(), name="todo-finish"),
    path("approvals/", approvals.MyApprovals.as_view(), name="approval-list"),
    path("approvals/<int:pk>/", approvals.ApprovalDetail.as_view(), name="approval-detail"),
    path("approvals/<int:pk>/decide/", approvals.Decide.as_view(), name="approval-decide"),
    path("approvals/<int:pk>/withdraw/", approvals.Withdraw.as_view(), name="approval-withdraw"),
]

menu.add("duties", _("My to-dos"), "work:todo-list", policies.VIEW, order=10)
menu.add("duties", _("My approvals"), "work:approval-list", policies.VIEW, order=20)
menu.add("duties", _("Notices"), "work:notice-list", policies.VIEW, order=90)
menu.add("settings", _("Messages sent"), "work:message-list", policies.OVERSEE, order=60)
