from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.inventory import policies, views
from apps.work import registry

app_name = "inventory"
urlpatterns = [
    path("", views.StockList.as_view(), name="stock-list"),
    path("new/", views.ArrivalEnter.as_view(), name="arrival-enter"),
    path("units/<int:pk>/", views.UnitDetail.as_view(), name="unit-detail"),
    path("units/<int:pk>/depart/", views.Depart.as_view(), name="unit-depart"),
    path("units/<int:pk>/adjust/", views.Adjust.as_view(), name="unit-adjust"),
    path("units/<int:pk>/propose/", views.Propose.as_view(), name="unit-propose"),
    path("units/<int:pk>/transfer/", views.TransferUnit.as_view(), name="unit-transfer"),
    path("movements/", views.MovementList.as_view(), name="movement-list"),
    path("movements/<int:pk>/undo/", views.Undo.as_view(), name="movement-undo"),
    path("transfers/", views.TransferList.as_view(), name="transfer-list"),
    path("offers/", views.ProposalList.as_view(), name="proposal-list"),
    path("offers/<int:pk>/", views.ProposalDetail.as_view(), name="proposal-detail"),
    path("offers/<int:pk>/accept/", views.ProposalAccept.as_view(), name="proposal-accept"),
    path("offers/<int:pk>/decline/", views.ProposalDecline.as_view(), name="proposal-decline"),
    path("offers/<int:pk>/withdraw/", views.ProposalWithdraw.as_view(), name="proposal-withdraw"),
    path("counts/", views.DeclarationList.as_view(), name="declaration-list"),
    path("counts/new/", views.DeclarationEnter.as_view(), name="declaration-enter"),
]

registry.correctable("inventory.StockUnit")
menu.add("inventory", _("Vehicles in stock"), "inventory:stock-list", policies.VIEW, order=20)
menu.add("inventory", _("Stock movements"), "inventory:movement-list", policies.VIEW, order=30)
menu.add("inventory", _("Transfers between dealers"), "inventory:transfer-list", policies.VIEW, order=40)
menu.add("inventory", _("Month-end counts"), "inventory:declaration-list", policies.VIEW, order=50)
