"""Decoding: bytes of any of the common encodings become text as they stream past, and no byte is an error."""

import codecs
import io
from typing import BinaryIO

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FIRST = 4096
_LEGACY = "cdi-cp1252"


def encoding_of(first: bytes) -> str:
    """Return the encoding that the first bytes of a file show: by its mark, or by where its NUL bytes stand.

    Anything else is read as UTF-8, in which a byte that cannot be UTF-8 is read as Windows-1252: so a file
    that is all one or all the other reads right, and so does one where a single export mixed them.
    """
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name
    even, odd = first[0:_FIRST:2].count(0), first[1:_FIRST:2].count(0)
    half = min(len(first), _FIRST) // 2
    if half and max(even, odd) * 2 > half and min(even, odd) * 10 < max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def as_text(stream: BinaryIO, *, newline: str = "") -> io.TextIOWrapper:
    """Return the stream as text, decoded while it is read; `newline` is as for the built-in open."""
    buffered = io.BufferedReader(stream, 1 << 16) if isinstance(stream, io.RawIOBase) else stream
    first = buffered.peek(_FIRST)[:_FIRST] if isinstance(buffered, io.BufferedReader) else b""
    name = encoding_of(first)
    return io.TextIOWrapper(buffered, encoding=name, errors=_errors(name), newline=newline)


def decoded(data: bytes, *, charset: str | None = None) -> str:
    """Return bytes as text: by the charset they claim, where they keep to it, or else by what they are."""
    if charset:
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            pass
    name = encoding_of(data[:_FIRST])
    return data.decode(name, errors=_errors(name))


def _errors(name: str) -> str:
    if not name.startswith("utf-8"):
        return "replace"
    codecs.register_error(_LEGACY, _as_cp1252)
    return _LEGACY


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    # Five bytes mean nothing in Windows-1252; browsers read them as the control characters of Latin-1.
    return "".join(_CP1252[byte] for byte in wrong), error.end


_CP1252 = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(256)]
