from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu, records
from apps.work import policies, registry
from apps.work.policies import activities as field
from apps.work.policies import bulletins as posted
from apps.work.views import (
    activities,
    approvals,
    bulletins,
    corrections,
    findings,
    key_accounts,
    meetings,
    notices,
    remarks,
    route,
    todos,
    webhooks,
)

app_name = "work"
urlpatterns = [
    path("bell/", notices.Bell.as_view(), name="bell"),
    path("bell/latest/", notices.BellLatest.as_view(), name="bell-latest"),
    path("notices/", notices.NoticeList.as_view(), name="notice-list"),
    path("notices/read/", notices.NoticesRead.as_view(), name="notices-read"),
    path("notices/<int:pk>/", notices.NoticeOpen.as_view(), name="notice-open"),
    path("preferences/", notices.Preferences.as_view(), name="preferences"),
    path("messages/", notices.MessageList.as_view(), name="message-list"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="webhook-list"),
    path("webhooks/new/", webhooks.WebhookNew.as_view(), name="webhook-new"),
    path("webhooks/<int:pk>/", webhooks.WebhookDetail.as_view(), name="webhook-detail"),
    path("webhooks/<int:pk>/rotate/", webhooks.WebhookRotate.as_view(), name="webhook-rotate"),
    path("webhooks/<int:pk>/switch/", webhooks.WebhookSwitch.as_view(), name="webhook-switch"),
    path("webhooks/deliveries/", webhooks.DeliveryList.as_view(), name="delivery-list"),
    path("webhooks/deliveries/<int:pk>/", webhooks.DeliveryDetail.as_view(), name="delivery-detail"),
    path("webhooks/deliveries/<int:pk>/replay/", webhooks.DeliveryReplay.as_view(), name="delivery-replay"),
    path("todos/", todos.MyTodos.as_view(), name="todo-list"),
    path("todos/new/", todos.TaskCreate.as_view(), name="task-create"),
    path("todos/<int:pk>/done/", todos.TodoFinish.as_view(), name="todo-finish"),
    path("approvals/", approvals.MyApprovals.as_view(), name="approval-list"),
    path("approvals/<int:pk>/", approvals.ApprovalDetail.as_view(), name="approval-detail"),
    path("approvals/<int:pk>/decide/", approvals.Decide.as_view(), name="approval-decide"),
    path("approvals/<int:pk>/withdraw/", approvals.Withdraw.as_view(), name="approval-withdraw"),
    path("activities/", activities.ActivityList.as_view(), name="activity-list"),
    path("activities/plan/", activities.PlanActivity.as_view(), name="activity-plan"),
    path("activities/subjects/", activities.Subjects.as_view(), name="activity-subjects"),
    path("activities/week/", activities.Week.as_view(), name="activity-week"),
    path("activities/<int:pk>/", activities.ActivityDetail.as_view(), name="activity-detail"),
    path("activities/<int:pk>/go/", activities.Go.as_view(), name="activity-go"),
    path("activities/<int:pk>/cancel/", activities.Cancel.as_view(), name="activity-cancel"),
    path("activities/<int:pk>/place/", activities.MarkPlace.as_view(), name="activity-place"),
    path("activities/<int:pk>/finding/", activities.AddFinding.as_view(), name="finding-add"),
    path("activities/<int:pk>/names/", meetings.Invite.as_view(), name="activity-invite"),
    path("activities/<int:pk>/names/<int:attendance>/", meetings.SignIn.as_view(), name="activity-sign-in"),
    path("invitations/", meetings.InvitationList.as_view(), name="invitation-list"),
    path("invitations/<int:pk>/", meetings.InvitationDetail.as_view(), name="invitation-detail"),
    path("route/", route.Route.as_view(), name="route"),
    path("route/<int:pk>/move/", route.MoveStop.as_view(), name="route-move"),
    path("diary/", activities.Diary.as_view(), name="diary"),
    path("activities/coverage/", activities.Coverage.as_view(), name="coverage"),
    path("key-accounts/", key_accounts.KeyAccountList.as_view(), name="key-account-list"),
    path("key-accounts/new/", key_accounts.KeyAccountCreate.as_view(), name="key-account-create"),
    path("findings/", findings.FindingList.as_view(), name="finding-list"),
    path("findings/<int:pk>/", findings.FindingDetail.as_view(), name="finding-detail"),
    path("findings/<int:pk>/answer/", findings.AnswerFinding.as_view(), name="finding-answer"),
    path("findings/<int:pk>/close/", findings.CloseFinding.as_view(), name="finding-close"),
    path("bulletins/", bulletins.BulletinList.as_view(), name="bulletin-list"),
    path("bulletins/new/", bulletins.PublishBulletin.as_view(), name="bulletin-publish"),
    path("bulletins/<int:pk>/", bulletins.BulletinDetail.as_view(), name="bulletin-detail"),
]
urlpatterns += [
    path("remarks/<str:model>/<int:pk>/", remarks.Remarks.as_view(), name="remarks"),
    path("remarks/<int:pk>/withdraw/", remarks.RemarkWithdraw.as_view(), name="remark-withdraw"),
    path("remarks/<int:pk>/file/", remarks.RemarkFile.as_view(), name="remark-file"),
    path("filters/", remarks.FilterMenu.as_view(), name="filter-menu"),
    path("filters/<int:pk>/drop/", remarks.FilterDrop.as_view(), name="filter-drop"),
    path("corrections/", corrections.CorrectionList.as_view(), name="correction-list"),
    path("corrections/<int:pk>/", corrections.CorrectionDetail.as_view(), name="correction-detail"),
    path("corrections/<int:pk>/answer/", corrections.CorrectionAnswer.as_view(), name="correction-answer"),
    path("corrections/ask/<str:model>/<int:pk>/", corrections.CorrectionAsk.as_view(), name="correction-ask"),
]

records.add(
    _("Ask for a correction"),
    "work:correction-ask",
    policies.CORRECT,
    "pencil",
    fits=registry.is_correctable,
)
records.add_panel(
    _("Remarks and files"), "work:remarks", policies.REMARK, "message", fits=registry.takes_remarks
)
menu.add("duties", _("Correction requests"), "work:correction-list", policies.VIEW, order=80)
menu.add("duties", _("My to-dos"), "work:todo-list", policies.VIEW, order=10)
menu.add("duties", _("My approvals"), "work:approval-list", policies.VIEW, order=20)
menu.add("duties", _("Notices"), "work:notice-list", policies.VIEW, order=90)
menu.add("settings", _("Messages sent"), "work:message-list", policies.OVERSEE, order=60)
menu.add("duties", _("Visits and contacts"), "work:activity-list", field.VIEW, order=40)
menu.add("duties", _("My route"), "work:route", field.RECORD, order=45)
menu.add("duties", _("Findings of visits"), "work:finding-list", field.FINDINGS, order=50)
menu.add("duties", _("Invitations to meetings"), "work:invitation-list", field.INVITATIONS, order=65)
menu.add("duties", _("Field diary"), "work:diary", field.VIEW, order=60)
menu.add("duties", _("Bulletins"), "work:bulletin-list", posted.VIEW, order=70)
menu.add("network", _("Key accounts"), "work:key-account-list", field.KEY_ACCOUNTS, order=80)
menu.add("settings", _("Webhooks"), "work:webhook-list", policies.webhooks.OWN, order=70)
