"""Emails: a folder of .eml files, each read as one referral."""

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.dates import shown
from cdi_nlp.ingest.decode import decoded
from cdi_nlp.ingest.logs import parse_entries
from cdi_nlp.ingest.rows import clean
from cdi_nlp.records import Record, Unreadable

_FAULTS = (MessageError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError)
"""What the standard library's email parser raises on a damaged message."""
_BLOCKS = frozenset(
    "address article blockquote br div dd dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table td th tr ul".split()
)
_SILENT = frozenset("head script style title".split())
_LINE_SPACE = re.compile(r"[ \t\u00a0]*\n[ \t\u00a0]*")


def read_mails(folder: Path) -> Iterator[Record | Unreadable]:
    """Return the emails of a folder and the folders in it, in the order of their paths."""
    try:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".eml" and path.is_file())
    except OSError as error:
        raise SourceError(f"{folder} cannot be read ({error.strerror}); check who may read it") from None
    if not paths:
        raise SourceError(f"{folder} holds no .eml file; name a folder of emails or a file")
    for path in paths:
        yield read_mail(path, name=path.relative_to(folder).as_posix())


def read_mail(path: Path, *, name: str) -> Record | Unreadable:
    """Return one email as a record: its subject and its words, the sender among the extra fields."""
    try:
        message = email.message_from_bytes(path.read_bytes())
        record_id = _header(message, "Message-ID").strip("<> ") or name
        return _record(message, record_id[:120], name)
    except OSError as error:
        return Unreadable(name, f"{name}: it cannot be read ({error.strerror}); check who may read it")
    except _FAULTS:
        return Unreadable(name, f"{name}: it is not a whole email; save it again as .eml")


def _record(message: Message, record_id: str, name: str) -> Record | Unreadable:
    subject, body = _header(message, "Subject"), clean(_body(message))
    text = f"{subject}\n\n{body}" if subject else body
    if not text.strip():
        return Unreadable(record_id, f"{name}: it has no text; look whether its words are an attachment")
    problems: tuple[str, ...] = ()
    sent = _header(message, "Date")
    try:
        reported_at = parsedate_to_datetime(sent).replace(tzinfo=None) if sent else None
    except (ValueError, TypeError, LookupError, ArithmeticError):
        reported_at = None
        problems = (f"{name}: its Date is {shown(sent)}, not a date; correct it and scan again",)
    sender = _header(message, "From")
    first, *others = parse_entries(text, reported_at=reported_at)
    if first.at is None and first.author is None:
        first = replace(first, at=reported_at, author=sender or None)
    return Record(
        id=record_id,
        text=text,
        entries=(first, *others),
        record_type="referral_email",
        reported_at=reported_at,
        extra={"from": sender, "to": _header(message, "To"), "file": name},
        problems=problems,
    )


def _header(message: Message, name: str) -> str:
    """Return a header in plain words on one line, blank where there is none."""
    value = message.get(name)
    if value is None:
        return ""
    parts = [
        decoded(part, charset=charset) if isinstance(part, bytes) else part
        for part, charset in decode_header(str(value).encode("ascii", "surrogateescape").decode("utf-8", "replace"))
    ]
    return clean(" ".join("".join(parts).split()))


def _body(message: Message) -> str:
    """Return the words of the plain parts, or those of the HTML parts where there are none."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
    plain = [_words(part) for part in parts if part.get_content_subtype() != "html"]
    if any(words.strip() for words in plain):
        return "\n".join(words for words in plain if words.strip())
    return "\n".join(html_text(_words(part)) for part in parts if part.get_content_subtype() == "html")


def _words(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return decoded(data, charset=part.get_content_charset()).replace("\r\n", "\n")


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"[ \t\r\n]+", " ", data))


def html_text(html: str) -> str:
    """Return the words of an HTML page, a line a block; a page too broken to parse loses only its tags."""
    stripper = _Stripper()
    try:
        stripper.feed(html)
        stripper.close()
        text = "".join(stripper.words)
    except AssertionError:
        # The standard parser asserts on a broken declaration ("<![").
        text = re.sub(r"<[^<>]{0,2000}>", " ", html)
    return re.sub(r"\n{3,}", "\n\n", _LINE_SPACE.sub("\n", text)).strip()
