"""What a model said is text on a page, and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from distilkit.markup import escape

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;script&gt;",
    "</div></details><iframe srcdoc='x'>",
    "\x1b[31mred\x1b[0m\x00\x07",
    "\u202egnp.exe\u2066x",
    "\ud800 half a pair",
]


class Page(HTMLParser):
    """Remembers the tags it met, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_is_a_tag_or_leaves_its_attribute(text: str) -> None:
    page = Page()

    page.feed(f'<p title="{escape(text)}">{escape(text)}</p>')
    page.close()

    assert page.tags == ["p"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_character_and_no_turned_direction_is_left(text: str) -> None:
    shown = escape(text)

    assert all(character.isprintable() or character in "\n\t" for character in shown)
    assert shown.encode("utf-8")


def test_ordinary_text_is_read_as_it_was_written() -> None:
    page = Page()
    text = "2 < 3 & 'a' > \"b\"\n\tünïcode 中文 🙂"

    page.feed(escape(text))
    page.close()

    assert page.text == text
