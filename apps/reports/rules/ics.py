"""A calendar in the form calendars exchange (RFC 5545): lines folded at 75 octets, text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MOST_OCTETS = 75
LENGTH = timedelta(minutes=30)


@dataclass(frozen=True)
class Entry:
    """Something due at a moment."""

    key: str
    title: str
    due_at: datetime
    changed_at: datetime
    text: str = ""
    place: str = ""
    url: str = ""
    done: bool = False
    cancelled: bool = False


def calendar(name: str, entries: Iterable[Entry]) -> str:
    """The whole file; every entry ends at its deadline, half an hour long, and reminds the day before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//DealerOps//Duties//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in folded(line))


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.key}@dealerops"
    yield f"DTSTAMP:{stamp(entry.changed_at)}"
    yield f"DTSTART:{stamp(entry.due_at - LENGTH)}"
    yield f"DTEND:{stamp(entry.due_at)}"
    yield f"SUMMARY:{'✓ ' if entry.done else ''}{escaped(entry.title)}"
    yield f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}"
    for name, value in (("DESCRIPTION", entry.text), ("LOCATION", entry.place)):
        if value:
            yield f"{name}:{escaped(value)}"
    if entry.url:
        yield f"URL:{entry.url}"
    if not entry.done and not entry.cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(entry.title)}")
        yield from ("TRIGGER;RELATED=END:-P1D", "END:VALARM")
    yield "END:VEVENT"


def stamp(moment: datetime) -> str:
    """A moment in universal time."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Text in which commas, semicolons, backslashes and line ends mean themselves."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for plain, told in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, told)
    return text


def folded(line: str) -> Iterator[str]:
    """A line cut into pieces of at most 75 octets, none within a letter; all but the first begin blank."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > MOST_OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    yield piece
