"""Results are read line by line, whatever is in them."""

from __future__ import annotations

import pytest

from distilkit.provider.batches.download import lines, scratch
from distilkit.provider.batches.upload import form


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (b"", []),
        (b'{"a":1}\n\n{"b":2}', [{"a": 1}, {"b": 2}]),
        (b'\xef\xbb\xbf{"a":1}\r\n', [{"a": 1}]),
        (b'{"a":1}\n{"b":', [{"a": 1}, None]),
        (b'[1]\n"x"\n\xff\xfe\n', [None, None, None]),
        (b'{"a":NaN}\n', [{"a": None}]),
        (b"[" * 100_000 + b"\n", [None]),
    ],
)
def test_each_line_is_an_object_or_torn(payload: bytes, found: list[object]) -> None:
    with scratch() as file:
        file.write(payload)

        assert list(lines(file)) == found


def test_a_form_holds_the_file_as_it_is() -> None:
    body, kind = form(b'{"x":"\r\n--"}\n', name="t.jsonl")
    boundary = kind.rpartition("boundary=")[2].encode()

    parts = body.split(b"--" + boundary)

    assert b'name="purpose"\r\n\r\nbatch\r\n' in parts[1]
    assert parts[2].partition(b"\r\n\r\n")[2] == b'{"x":"\r\n--"}\n\r\n'
    assert parts[3] == b"--\r\n"
