from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.dealers import policies
from apps.dealers.views import contacts, dealers, outlets, units

app_name = "dealers"
urlpatterns = [
    path("", dealers.DealerListPage.as_view(), name="dealer-list"),
    path("new/", dealers.DealerCreatePage.as_view(), name="dealer-create"),
    path("<int:pk>/", dealers.DealerDetailPage.as_view(), name="dealer-detail"),
    path("<int:pk>/change/", dealers.DealerChangePage.as_view(), name="dealer-change"),
    path("<int:pk>/code/", dealers.DealerCodePage.as_view(), name="dealer-code"),
    path("<int:pk>/move/", dealers.DealerMovePage.as_view(), name="dealer-move"),
    path("<int:pk>/relocate/", dealers.DealerRelocatePage.as_view(), name="dealer-relocate"),
    path("<int:pk>/status/", dealers.DealerStatusPage.as_view(), name="dealer-status"),
    path("<int:pk>/close/", dealers.DealerClosePage.as_view(), name="dealer-close"),
    path("<int:pk>/reopen/", dealers.DealerReopenPage.as_view(), name="dealer-reopen"),
    path("<int:pk>/merge/", dealers.DealerMergePage.as_view(), name="dealer-merge"),
    path("<int:pk>/outlets/new/", outlets.OutletCreatePage.as_view(), name="outlet-create"),
    path("contacts/", contacts.ContactListPage.as_view(), name="contact-list"),
    path("<int:pk>/contacts/new/", contacts.ContactCreatePage.as_view(), name="contact-create"),
    path("contacts/<int:pk>/change/", contacts.ContactChangePage.as_view(), name="contact-change"),
    path("contacts/<int:pk>/reveal/", contacts.ContactRevealPage.as_view(), name="contact-reveal"),
    path("contacts/<int:pk>/erase/", contacts.ContactErasePage.as_view(), name="contact-erase"),
    path("outlets/<int:pk>/change/", outlets.OutletChangePage.as_view(), name="outlet-change"),
    path("outlets/<int:pk>/close/", outlets.OutletClosePage.as_view(), name="outlet-close"),
    path("organisation/", units.TreePage.as_view(), name="tree"),
    path("organisation/new/", units.UnitCreatePage.as_view(), name="unit-create"),
    path("organisation/<int:pk>/change/", units.UnitChangePage.as_view(), name="unit-change"),
    path("organisation/<int:pk>/move/", units.UnitMovePage.as_view(), name="unit-move"),
    path("organisation/<int:pk>/close/", units.UnitClosePage.as_view(), name="unit-close"),
]

menu.add("network", _("Dealers"), "dealers:dealer-list", policies.VIEW, order=10)
menu.add("network", _("Contact persons"), "dealers:contact-list", policies.CONTACTS, order=15)
menu.add("network", _("Organisation"), "dealers:tree", policies.TREE, order=20)
