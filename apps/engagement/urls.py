from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu, records
from apps.engagement import policies
from apps.engagement.views import bonuses, contests, office, points

app_name = "engagement"
urlpatterns = [
    path("points/", points.Mine.as_view(), name="mine"),
    path("earned/", office.EarningList.as_view(), name="earning-list"),
    path("catalogue/", points.Catalogue.as_view(), name="catalogue"),
    path("catalogue/<int:pk>/redeem/", points.Redeem.as_view(), name="gift-redeem"),
    path("redemptions/", points.RedemptionList.as_view(), name="redemption-list"),
    path("redemptions/<int:pk>/", points.RedemptionDetail.as_view(), name="redemption-detail"),
    path("redemptions/<int:pk>/cancel/", points.RedemptionCancel.as_view(), name="redemption-cancel"),
    path("redemptions/<int:pk>/send/", points.RedemptionAnswer.as_view(), name="redemption-send"),
    path("redemptions/<int:pk>/refuse/", points.RedemptionRefuse.as_view(), name="redemption-refuse"),
    path("redemptions/<int:pk>/return/", points.RedemptionReturn.as_view(), name="redemption-return"),
    path("gifts/", office.GiftList.as_view(), name="gift-list"),
    path("gifts/new/", office.GiftCreate.as_view(), name="gift-create"),
    path("gifts/<int:pk>/", office.GiftDetail.as_view(), name="gift-detail"),
    path("gifts/<int:pk>/edit/", office.GiftEdit.as_view(), name="gift-edit"),
    path("gifts/<int:pk>/stock/", office.GiftStock.as_view(), name="gift-stock"),
    path("rules/", office.RuleList.as_view(), name="rule-list"),
    path("rules/new/", office.RuleCreate.as_view(), name="rule-create"),
    path("rules/<int:pk>/", office.RuleDetail.as_view(), name="rule-detail"),
    path("rules/<int:pk>/renew/", office.RuleRenew.as_view(), name="rule-renew"),
    path("contests/", contests.ContestList.as_view(), name="contest-list"),
    path("contests/new/", contests.ContestCreate.as_view(), name="contest-create"),
    path("contests/<int:pk>/", contests.ContestDetail.as_view(), name="contest-detail"),
    path("contests/<int:pk>/compute/", contests.ContestCompute.as_view(), name="contest-compute"),
    path("contests/<int:pk>/end/", contests.ContestEnd.as_view(), name="contest-end"),
    path("boards/", contests.PlaceList.as_view(), name="place-list"),
    path("bonuses/", bonuses.BonusList.as_view(), name="bonus-list"),
    path("bonuses/new/", bonuses.BonusCreate.as_view(), name="bonus-create"),
    path("bonuses/<int:pk>/", bonuses.BonusDetail.as_view(), name="bonus-detail"),
    path("bonuses/<int:pk>/edit/", bonuses.BonusEdit.as_view(), name="bonus-edit"),
    path("bonuses/<int:pk>/sign/", bonuses.BonusSign.as_view(), name="bonus-sign"),
    path("bonuses/<int:pk>/object/", bonuses.BonusObject.as_view(), name="bonus-object"),
    path("requests/", office.RequestList.as_view(), name="request-list"),
    path("requests/new/", office.RequestCreate.as_view(), name="request-create"),
    path("requests/<int:pk>/", office.RequestDetail.as_view(), name="request-detail"),
    path("sellers/", office.UnnamedList.as_view(), name="unnamed-list"),
    path("sellers/<str:model>/<int:pk>/", office.Seller.as_view(), name="seller"),
]

menu.add("incentives", _("My points"), "engagement:mine", policies.VIEW, order=60)
menu.add("incentives", _("Catalogue of gifts"), "engagement:catalogue", policies.VIEW, order=61)
menu.add("incentives", _("Redemptions"), "engagement:redemption-list", policies.VIEW, order=62)
menu.add("incentives", _("Contests"), "engagement:contest-list", policies.VIEW, order=68)
menu.add("incentives", _("Leader boards"), "engagement:place-list", policies.VIEW, order=69)
menu.add("duties", _("Bonuses"), "engagement:bonus-list", policies.VIEW_BONUS, order=70)
menu.add("incentives", _("Points earned"), "engagement:earning-list", policies.VIEW, order=63)
menu.add("incentives", _("Cars without a seller"), "engagement:unnamed-list", policies.NAME_SELLER, order=64)
menu.add("incentives", _("Points by hand"), "engagement:request-list", policies.VIEW, order=65)
menu.add("incentives", _("Gifts and stock"), "engagement:gift-list", policies.MANAGE, order=66)
menu.add("incentives", _("Earn rules"), "engagement:rule-list", policies.VIEW, order=67)
records.add(
    _("Name the seller"),
    "engagement:seller",
    policies.NAME_SELLER,
    "user-check",
    fits=lambda label: label == office.DELIVERY,
)
