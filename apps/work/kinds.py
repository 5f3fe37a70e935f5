"""The declared kinds of activities: each once, with its questions; apps above add theirs with `activity`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.work.rules.activities import SITES, Answer, Kind, Question, Subject

_kinds: dict[str, Kind] = {}


def activity(kind: Kind) -> Kind:
    """Register a kind; ValueError when its code is taken."""
    if kind.code in _kinds:
        raise ValueError(f"activity kind {kind.code} is declared twice")
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, Kind]:
    """All kinds by code, in the order of their declaration."""
    return dict(_kinds)


def kind_of(code: str) -> Kind:
    """The kind of a code; KeyError when there is none."""
    return _kinds[code]


def _yes_no(code: str, label: object, group: object = "") -> Question:
    return Question(code, label, Answer.YES_NO, required=True, bad=("no",), group=group)


activity(
    Kind(
        code="visit",
        label=_("Visit"),
        icon="map-pin",
        place=True,
        subjects=SITES,
        questions=(
            Question("met", _("Whom did you meet?"), hint=_("Name and post")),
            Question(
                "business",
                _("How is business?"),
                Answer.CHOICE,
                required=True,
                choices=(
                    ("good", _("Better than planned")),
                    ("normal", _("As planned")),
                    ("poor", _("Worse than planned")),
                ),
                bad=("poor",),
            ),
            Question("stock_units", _("Vehicles in stock by your own count"), Answer.NUMBER),
            Question("price_kept", _("Are prices and the sales area kept?"), Answer.YES_NO, bad=("no",)),
            Question(
                "display_ready", _("Are the display cars in place and clean?"), Answer.YES_NO, bad=("no",)
            ),
            Question("competitors", _("What do competitors do here?")),
            Question("wishes", _("What does the customer ask for?")),
            Question("summary", _("What was found and agreed?"), required=True),
        ),
    )
)
activity(
    Kind(
        code="contact",
        label=_("Contact"),
        icon="phone",
        subjects=(Subject.DEALER, Subject.KEY_ACCOUNT, Subject.COLLEAGUE),
        questions=(
            Question(
                "channel",
                _("How?"),
                Answer.CHOICE,
                required=True,
                choices=(
                    ("phone", _("Telephone")),
                    ("message", _("Message")),
                    ("video", _("Video call")),
                    ("in_person", _("In person")),
                ),
            ),
            Question("with_whom", _("With whom?")),
            Question("summary", _("What was it about, and what was agreed?"), required=True),
        ),
    )
)
activity(
    Kind(
        code="meeting",
        label=_("Meeting"),
        icon="users-group",
        subjects=(Subject.NONE,),
        topics=(
            ("account_managers", _("Account managers' meeting")),
            ("region_managers", _("Region managers' meeting")),
            ("dealers", _("Dealers' meeting")),
            ("key_account_clerks", _("Key-account clerks' meeting")),
            ("morning", _("Morning meeting")),
            ("investors", _("Investors' meeting")),
            ("convention", _("Dealer convention")),
            ("trade_fair", _("Trade fair")),
            ("social", _("Get-together")),
        ),
        questions=(
            Question("agenda", _("Agenda")),
            Question("minutes", _("Minutes"), required=True),
            Question("decisions", _("Decisions")),
        ),
    )
)
activity(
    Kind(
        code="display_check",
        label=_("Display check"),
        icon="checklist",
        place=True,
        scored=True,
        subjects=SITES,
        questions=(
            _yes_no("position", _("The agreed position in the showroom is kept")),
            _yes_no("models", _("All models to be shown are there")),
            _yes_no("clean", _("The cars are clean and without faults")),
            _yes_no("price_boards", _("Price boards are complete and right")),
            _yes_no("materials", _("Brand signs and current promotion materials are up")),
            _yes_no("oldest_first", _("The oldest cars are offered first")),
            Question("summary", _("Remarks")),
        ),
    )
)
activity(
    Kind(
        code="warehouse_check",
        label=_("Warehouse check"),
        icon="building-warehouse",
        place=True,
        scored=True,
        subjects=SITES,
        questions=(
            Question("counted_units", _("Vehicles counted"), Answer.NUMBER, required=True),
            _yes_no("book_matches", _("Book and stock agree")),
            _yes_no("storage", _("Storage conditions are right")),
            _yes_no("safe", _("Fire, theft and water are guarded against")),
            _yes_no("orderly", _("Cars and keys are kept in order")),
            _yes_no("first_in_first_out", _("First in, first out is followed")),
            _yes_no("problem_stock", _("Problem cars are marked and dealt with")),
            Question("summary", _("Remarks")),
        ),
    )
)
activity(
    Kind(
        code="promotion",
        label=_("Promotion event"),
        icon="confetti",
        place=True,
        subjects=(Subject.NONE, Subject.DEALER),
        topics=(
            ("prefecture_city", _("Promotion in a prefecture-level city")),
            ("county", _("Promotion in a county or town")),
            ("store", _("Promotion at the store")),
        ),
        questions=(
            Question("where", _("City and place"), required=True),
            Question("visitors_count", _("Visitors"), Answer.NUMBER),
            Question("leads", _("Leads won"), Answer.NUMBER, required=True),
            Question("orders", _("Orders won"), Answer.NUMBER),
            Question("summary", _("What was found and agreed?"), required=True),
        ),
    )
)
activity(
    Kind(
        code="diary",
        label=_("Field diary"),
        icon="notebook",
        subjects=(Subject.NONE,),
        questions=(
            Question("summary", _("What happened today?"), required=True),
            Question("problems", _("What problems came up?")),
            Question("suggestions", _("Suggestions")),
        ),
    )
)
activity(
    Kind(
        code="visitor",
        label=_("Visitor received"),
        icon="door-enter",
        subjects=(Subject.NONE, Subject.DEALER),
        questions=(
            Question("from_where", _("From which company?"), required=True),
            Question("purpose", _("What for?"), required=True),
            Question("told", _("Who was told?")),
            Question("summary", _("What came of it?")),
        ),
    )
)
activity(
    Kind(
        code="bulletin",
        label=_("Bulletin"),
        icon="speakerphone",
        subjects=(Subject.NONE,),
        planned=False,
        questions=(),
    )
)
