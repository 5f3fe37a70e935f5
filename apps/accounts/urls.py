from django.contrib.auth.views import LogoutView
from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, views
from apps.core.kit import menu

app_name = "accounts"
urlpatterns = [
    path("login/", views.LogInPage.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("me/", views.AccountPage.as_view(), name="account"),
    path("me/profile/", views.ProfilePage.as_view(), name="profile-change"),
    path("me/password/", views.PasswordPage.as_view(), name="password-change"),
    path("me/tokens/new/", views.TokenCreatePage.as_view(), name="token-create"),
    path("me/tokens/<int:pk>/revoke/", views.TokenRevokePage.as_view(), name="token-revoke"),
    path("users/", views.UserListPage.as_view(), name="user-list"),
    path("users/new/", views.UserCreatePage.as_view(), name="user-create"),
    path("users/<int:pk>/", views.UserDetailPage.as_view(), name="user-detail"),
    path("users/<int:pk>/assign/", views.UserAssignPage.as_view(), name="user-assign"),
    path("users/<int:pk>/password/", views.UserPasswordPage.as_view(), name="user-password"),
    path("users/<int:pk>/active/", views.UserActivePage.as_view(), name="user-active"),
    path("assignments/<int:pk>/end/", views.AssignmentEndPage.as_view(), name="assignment-end"),
]

menu.add("settings", _("Users"), "accounts:user-list", policies.MANAGE, order=20)
