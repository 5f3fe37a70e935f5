"""Files are what their content says; pictures lose what is hidden in them; uploads are never pages."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.urls import reverse
from PIL import Image

from apps.core import access, filekinds, files
from apps.core.errors import DomainError
from apps.core.models import StoredFile
from tests.conftest import NOW

SYSTEM = access.system("test")
HTML = b"<html><script>alert(1)</script></html>"
EVERYTHING = tuple(filekinds.KINDS)


def photo(kind: str = "JPEG", *, orientation: int = 6) -> bytes:
    """A picture of 40 by 20 points that says where it was taken and how it was held."""
    picture = Image.new("RGB", (40, 20), (200, 30, 30))
    exif = picture.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretPhone"
    target = io.BytesIO()
    picture.save(target, kind, exif=exif)
    return target.getvalue()


def bomb() -> bytes:
    """A small file that says it is 30,000 by 30,000 points."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def receive(content: bytes, name: str, **given: object) -> StoredFile:
    wanted = {"allowed": EVERYTHING, "actor": SYSTEM, "now": NOW} | given
    return files.receive(content=content, name=name, **wanted)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_upright_and_without_secrets(kind: str):
    given = photo(kind)
    assert b"SecretPhone" in given
    kept = files.content(receive(given, f"a.{kind.lower()}"))
    assert b"SecretPhone" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.size, picture.format, dict(picture.getexif())) == ((20, 40), kind, {})


@pytest.mark.django_db
def test_evidence_is_kept_bit_by_bit():
    assert files.content(receive(photo(), "a.jpg", evidence=True)) == photo()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (HTML, "a.html", "file_kind"),
        (HTML, "a.jpg", "file_kind"),
        (HTML, "a.csv", "file_kind"),
        (b"MZ\x90\x00" + b"\0" * 60, "a.pdf", "file_kind"),
        (photo(), "a.pdf", "file_kind"),
        (b"PK\x03\x04not a workbook", "a.xlsx", "file_kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "file_kind"),
        (photo()[:200], "a.jpg", "picture_broken"),
        (bomb(), "a.png", "picture_size"),
        (b"", "a.csv.exe", "file_kind"),
    ],
)
def test_what_is_not_what_it_says_is_refused(content: bytes, name: str, code: str):
    with pytest.raises(DomainError) as error:
        receive(content, name)
    assert error.value.code == code
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_kind_that_is_not_wanted_is_refused():
    with pytest.raises(DomainError) as error:
        receive(b"%PDF-1.7", "a.pdf", allowed=filekinds.PHOTOS)
    assert error.value.code == "file_kind"


@pytest.mark.django_db
def test_too_large_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(DomainError) as error:
        receive(b"a,b\n" * 10, "a.csv")
    assert error.value.code == "file_size"


@pytest.mark.django_db
def test_names_on_the_disk_cannot_be_guessed(settings):
    first, second = (receive(b"a,b\n1,2\n", "../../etc/passwd.csv") for _twice in range(2))
    assert first.sha256 == second.sha256
    assert first.blob.name != second.blob.name
    assert first.sha256 not in first.blob.name
    assert first.name == "passwd.csv"
    assert first.blob.path.startswith(settings.MEDIA_ROOT)


@pytest.mark.django_db
def test_a_download_is_no_page(client_of, hq_ops):
    """Even a page that came in as an upload is handed out as a file of an unknown kind."""
    stored = files.store(content=HTML, name="evil.html", actor=SYSTEM, now=NOW)
    answer = client_of(hq_ops).get(reverse("core:file", args=[stored.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
