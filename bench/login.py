"""M: log-ins of a report day through the door, against a bare view that checks one password."""

from __future__ import annotations

import http.client
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from urllib.parse import urlencode

from apps.accounts.models import Assignment, User
from apps.core.roles import Role
from apps.dealers.models import Dealer
from bench import data, harness, web

NAME = "login"
TARGET = 0.9
DEALERS = 300
AT_ONCE = 8
EACH_TURN = 40
PASSWORD = "vier bunte socken im wind"  # noqa: S105 - of people who exist during the bench only
CSRF = "a" * 32


def main() -> int:
    """Let people of as many dealers log in as the processors allow, eight at a time."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(EACH_TURN, round(DEALERS * size)))
        names = _people()
        harness.settle()
        encoded = User.objects.get(username=names[0]).password
        floor = "/password/?" + urlencode({"password": PASSWORD, "encoded": encoded})
        with web.serve(web.FLOORS) as floors, web.serve(web.PRODUCT) as product:
            floors.warm_up(floor)
            product.warm_up("/accounts/login/")
            turn = count()
            with ThreadPoolExecutor(AT_ONCE) as people:
                taken = harness.by_turns(
                    {
                        "floor": lambda: list(people.map(floors.get, [floor] * EACH_TURN)),
                        "product": lambda: list(
                            people.map(partial(_log_in, product.port), _next(names, next(turn)))
                        ),
                    }
                )
        print(f"  {EACH_TURN / taken['product']:.1f} log-ins/s, {EACH_TURN / taken['floor']:.1f} hashes/s")
    speed = harness.Part("log-ins a second", taken["floor"] / taken["product"], TARGET, at_least=True)
    return harness.conclude(NAME, speed)


def _people() -> list[str]:
    """A sales manager of each dealer."""
    made = User(username="")
    made.set_password(PASSWORD)
    places = list(Dealer.objects.order_by("pk"))
    users = User.objects.bulk_create(
        [User(username=f"seller{place.pk}", password=made.password) for place in places]
    )
    Assignment.objects.bulk_create(
        [
            Assignment(user=user, role=Role.DEALER_SALES, dealer=place, valid_from="2020-01-01")
            for user, place in zip(users, places, strict=True)
        ]
    )
    return [user.username for user in users]


def _next(names: list[str], turn: int) -> list[str]:
    return [names[(turn * EACH_TURN + place) % len(names)] for place in range(EACH_TURN)]


def _log_in(port: int, name: str) -> None:
    """Send the form as a browser does; anything but the way into the product is an error."""
    form = urlencode({"username": name, "password": PASSWORD, "csrfmiddlewaretoken": CSRF})
    headers = {"Cookie": f"csrftoken={CSRF}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/accounts/login/", body=form, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if (answer.status, answer.headers.get("Location")) != (302, "/"):
        raise RuntimeError(f"the log-in of {name} answered {answer.status}")


if __name__ == "__main__":
    sys.exit(main())
