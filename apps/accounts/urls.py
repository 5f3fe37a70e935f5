from django.contrib.auth.views import LogoutView
from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies
from apps.accounts.rights import pages as rights
from apps.accounts.views import door, links, own, staff, users
from apps.core.gate import opened
from apps.core.kit import menu, records

INSIDE = "between password and session"

app_name = "accounts"
urlpatterns = [
    path("login/", opened(door.LogInPage.as_view(), "the door itself"), name="login"),
    path("login/code/", opened(door.CodePage.as_view(), INSIDE), name="login-code"),
    path("login/second-step/", opened(door.EnrolAtDoorPage.as_view(), INSIDE), name="login-enrol"),
    path("login/password/", opened(door.RenewPasswordPage.as_view(), INSIDE), name="login-password"),
    path("forgotten/", opened(links.ForgottenPage.as_view(), "before the door"), name="forgotten"),
    path("link/<str:token>/", opened(links.LinkPage.as_view(), "opened by a signed link"), name="link"),
    path("logout/", opened(LogoutView.as_view(), "leaves"), name="logout"),
    path("me/", own.AccountPage.as_view(), name="account"),
    path("me/profile/", own.ProfilePage.as_view(), name="profile-change"),
    path("me/password/", own.PasswordPage.as_view(), name="password-change"),
    path("me/second-step/", own.SecondFactorPage.as_view(), name="second-factor"),
    path("me/recovery-codes/", own.RecoveryCodesPage.as_view(), name="recovery-codes"),
    path("me/sessions/end-others/", own.OtherSessionsEndPage.as_view(), name="sessions-end-others"),
    path("me/sessions/<str:handle>/end/", own.SessionEndPage.as_view(), name="session-end"),
    path("me/tokens/new/", own.TokenCreatePage.as_view(), name="token-create"),
    path("me/tokens/<int:pk>/revoke/", own.TokenRevokePage.as_view(), name="token-revoke"),
    path("users/", users.UserListPage.as_view(), name="user-list"),
    path("users/new/", users.UserCreatePage.as_view(), name="user-create"),
    path("users/<int:pk>/", users.UserDetailPage.as_view(), name="user-detail"),
    path("users/<int:pk>/assign/", users.UserAssignPage.as_view(), name="user-assign"),
    path("users/<int:pk>/link/", users.UserLinkPage.as_view(), name="user-link"),
    path("users/<int:pk>/mobile/", users.UserMobilePage.as_view(), name="user-mobile"),
    path("users/<int:pk>/second-step/", users.UserFactorPage.as_view(), name="user-factor"),
    path("users/<int:pk>/active/", users.UserActivePage.as_view(), name="user-active"),
    path("staff/", staff.StaffListPage.as_view(), name="staff-list"),
    path("staff/new/", staff.StaffCreatePage.as_view(), name="staff-create"),
    path("staff/<int:pk>/", staff.StaffDetailPage.as_view(), name="staff-detail"),
    path("staff/<int:pk>/link/", staff.StaffLinkPage.as_view(), name="staff-link"),
    path("staff/<int:pk>/mobile/", staff.StaffMobilePage.as_view(), name="staff-mobile"),
    path("staff/<int:pk>/active/", staff.StaffActivePage.as_view(), name="staff-active"),
    path("staff/roles/<int:pk>/end/", staff.StaffEndPage.as_view(), name="staff-role-end"),
    path("assignments/<int:pk>/end/", users.AssignmentEndPage.as_view(), name="assignment-end"),
    path("rights/", rights.MatrixPage.as_view(), name="rights"),
    path("rights/roles/<str:role>/", rights.RolePage.as_view(), name="rights-role"),
    path("rights/roles/<str:role>/<str:code>/", rights.GrantPage.as_view(), name="rights-grant"),
    path("rights/changes/", rights.ChangeListPage.as_view(), name="change-list"),
    path("rights/changes/<int:pk>/", rights.ChangePage.as_view(), name="change-detail"),
    path("rights/changes/<int:pk>/decide/", rights.ChangeDecidePage.as_view(), name="change-decide"),
    path("rights/changes/<int:pk>/withdraw/", rights.ChangeWithdrawPage.as_view(), name="change-withdraw"),
    path("stand-ins/", rights.DelegationListPage.as_view(), name="delegation-list"),
    path("stand-ins/new/", rights.DelegationCreatePage.as_view(), name="delegation-create"),
    path("stand-ins/<int:pk>/end/", rights.DelegationRevokePage.as_view(), name="delegation-revoke"),
    path("stand-ins/<int:pk>/begin/", rights.StandInPage.as_view(), name="delegation-begin"),
    path("oneself/", rights.BeOneselfPage.as_view(), name="be-oneself"),
    path("responsible/", rights.ResponsiblePage.as_view(), name="responsible"),
    path("sight/<str:model>/<int:pk>/", rights.WhoCanSeePage.as_view(), name="who-can-see"),
    path("view-as/", rights.ViewAsListPage.as_view(), name="view-as-list"),
    path("view-as/<int:pk>/", rights.ViewAsPage.as_view(), name="view-as"),
]

menu.add("settings", _("Staff accounts"), "accounts:staff-list", policies.STAFF, order=25)
menu.add("settings", _("Users"), "accounts:user-list", policies.MANAGE, order=20)
menu.add("settings", _("Roles and rights"), "accounts:rights", policies.VIEW_RIGHTS, order=21)
menu.add("settings", _("Look as another user"), "accounts:view-as-list", policies.VIEW_AS, order=22)
menu.add("network", _("Who is responsible"), "accounts:responsible", policies.RESPONSIBLE, order=60)
menu.add_own(_("My account"), "accounts:account", policies.OWN)
menu.add_own(_("Stand-ins"), "accounts:delegation-list", policies.OWN)
records.add(_("Who can see this"), "accounts:who-can-see", policies.EXPLAIN, "eye")
