"""Find the letter that an answer to a multiple-choice question settles on.

What is looked at, the most telling first: a box, an answer that is a letter, a sentence that says which it is, a letter
marked as an option, a capital on its own. Knows English phrases, LaTeX and Markdown; knows no references and no frames.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_BOXED = re.compile(r"\\(?:boxed|fbox)\s?\{")
_LONGEST_BOX = 200
_LONGEST_LINE = 40
_LONGEST_OPTION = 1_000
_BOLD = r"(?:\*\*|__)\s?\(?({letters})[).:]?\s?(?:\*\*|__)"
_MARKUP = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mbox|boxed|fbox)\b|[*_`$#{}\\~]|[\u200b\ufeff]")


@dataclass(frozen=True, slots=True)
class Letters:
    """How letters from a set are recognised in a text.

    Attributes:
        known: the letters, in capitals.
        bold: a letter in bold, whose mark is kept as brackets.
        whole: a text or line that is a letter and nothing else.
        opening: a line that begins as an option does: `B) Paris`.
        said: sentences that say which letter it is.
        marked: a letter in brackets, or called an option.
        bare: a capital on its own that is no article and no pronoun.
        joined: what follows a letter where another one is named in the same breath.
    """

    known: str
    bold: re.Pattern[str]
    whole: re.Pattern[str]
    opening: re.Pattern[str]
    said: tuple[re.Pattern[str], ...]
    marked: re.Pattern[str]
    bare: re.Pattern[str]
    joined: re.Pattern[str]


def settled_letter(text: str, letters: str, named: Callable[[str], str | None] | None = None) -> str | None:
    """Return the letter, in capitals, that a text settles on, or None where it names none, or several at once.

    Args:
        text: the answer.
        letters: the letters there are, in capitals.
        named: from a text to the letter of the option that it names in words; None without options.

    >>> settled_letter("A good answer is B", "ABCD"), settled_letter("A or B", "ABCD")
    ('B', None)
    """
    how = _letters(letters)
    text = unicodedata.normalize("NFKC", text).strip()
    for reading in (_boxed, _whole, _named_whole, _said, _first_line, _marked, _named_within, _bare):
        found = reading(text, how, named)
        if found is not None:
            return found or None
    return None


Named = Callable[[str], str | None] | None


# Each returns a letter, "" where several are named at once, or None where it finds nothing.
def _boxed(text: str, how: Letters, named: Named) -> str | None:
    inside = None
    for inside in _BOXED.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if inside is None:
        return None
    box = _closed(text[inside.end() :][:_LONGEST_BOX])
    return _whole(box, how, named) or (named(_plain(box, how)) if named else None) or _opened(_plain(box, how), how)


def _whole(text: str, how: Letters, _: Named) -> str | None:
    alone = _alone(text, how) or _alone(text.rpartition("\n")[2], how)
    return alone or (_opened(_plain(text, how), how) if "\n" not in text else None)


def _first_line(text: str, how: Letters, _: Named) -> str | None:
    return _alone(text.partition("\n")[0], how)


def _alone(line: str, how: Letters) -> str | None:
    """Return the letter that a text is, with its decoration and nothing else."""
    match = how.whole.fullmatch(_plain(line, how).strip()) if len(line) <= _LONGEST_LINE else None
    return match[1].upper() if match else None


def _named_whole(text: str, how: Letters, named: Named) -> str | None:
    return named(_plain(text, how)) if named and len(text) <= _LONGEST_OPTION else None


def _said(text: str, how: Letters, _: Named) -> str | None:
    plain = _plain(text, how)
    matches = [match for pattern in how.said for match in pattern.finditer(plain)]
    if not matches:
        return None
    last = max(matches, key=lambda match: match.start("letter"))
    if how.joined.match(plain, last.end("letter")):
        return ""
    return last["letter"].upper()


def _marked(text: str, how: Letters, _: Named) -> str | None:
    plain = _plain(text, how)
    return _only((match[1] or match[2]).upper() for match in how.marked.finditer(plain))


def _named_within(text: str, how: Letters, named: Named) -> str | None:
    return named("\n" + _plain(text, how)) if named else None


def _bare(text: str, how: Letters, _: Named) -> str | None:
    return _only(match[1].upper() for match in how.bare.finditer(_plain(text, how)))


def _only(found: Iterator[str]) -> str | None:
    """Return the one letter there is, "" where there are several, None where there is none."""
    several = set(found)
    return several.pop() if len(several) == 1 else "" if several else None


def _opened(text: str, how: Letters) -> str | None:
    match = how.opening.match(text.strip())
    return match[1].upper() if match else None


def _plain(text: str, how: Letters) -> str:
    """Return a text without Markdown and LaTeX; a letter in bold keeps its mark as brackets."""
    return _MARKUP.sub("", how.bold.sub(r"(\1)", text))


def _closed(inside: str) -> str:
    """Return what stands before the brace that closes a box."""
    depth = 1
    for position, character in enumerate(inside):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return inside[:position]
    return inside


_ANSWER = r"(?:answer|choice|option|solution|selection|response|pick)"
_LINKS = r"(?:is|was|would\sbe|will\sbe|should\sbe|must\sbe|has\sto\sbe|might\sbe|could\sbe)"
_HEDGES = r"(?:(?:most\slikely|probably|therefore|thus|clearly|indeed|definitely|simply|likely|either)\s)?"
_CALLED = r"(?:(?:the\s)?(?:option|choice|letter|answer)\s?:?\s?)?"
_STATED = (
    rf"\b{_ANSWER}\b(?:\s(?:choice|option|letter))?(?:\s(?:to|for|of)\s[^.:\n]{{0,60}}?)?\s?[)\]]?"
    rf"\s?(?:\b{_LINKS}\b|->|=>|[:=\-\u2013\u2014\u2192])\s{{0,3}}:?\s{{0,3}}{_HEDGES}{_CALLED}"
)
_CHOOSE = r"(?:choose|chose|choosing|pick|picking|select|selecting|go(?:ing)?\swith|opt\sfor|settle\son|vote\sfor)"
_NOT_BEFORE = r"(?<!not\s)(?<!Not\s)(?<!n't\s)(?<!n\u2019t\s)(?<!never\s)(?<!cannot\s)"
# Chinese, Japanese and Korean put no space between a letter and the words round it.
_IN_WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
# What is said of an option that is not the answer.
_DISMISSED = (
    r"(?![)\]]?\s(?:(?:is|was|are|were|seems|looks|must\sbe)\s(?:also\s|clearly\s|definitely\s)?"
    r"(?:not\b(?!\sonly\b)|wrong\b|incorrect\b|false\b|impossible\b|ruled\sout\b)"
    r"|(?:is|was|are|were|ca)n['\u2019]t\b|can\s?not\b))"
)
# The article and the pronoun; after some words a letter is meant: `A is right`.
_NO_WORD = (
    r"(?!A\s(?!(?:is|was|because|since|as|would|must|seems|or|and|nor|but)\b)[a-z])"
    r"(?!I\s(?!(?:is|because|since|seems|or|and|nor|but)\b)[a-z])"
)
_PRAISE = r"(?:the\s)?(?:(?:only|most|single|best)\s)?(?:correct|right|best|answer|accurate|appropriate)\b"


@lru_cache(maxsize=64)
def _letters(known: str) -> Letters:
    upper, both = _one_of(known), _one_of(known + known.lower())
    # A small letter stands alone: `the answer is a bit` names no option.
    after = rf"(?!{_IN_WORD}|['\u2019]|-\w)"
    lower = rf"(?-i:{_one_of(known.lower())})(?=\s?(?:[)\].,;:!}}]|$|\n))"
    letter = rf"[(\[]?\s?(?P<letter>(?-i:{upper}){after}|{lower}{after})"
    said = (
        _STATED + rf"{letter}",
        rf"\b{_NOT_BEFORE}{_CHOOSE}\s(?:for\s)?{_CALLED}{letter}",
        rf"(?<!nor\s)(?<!neither\s)(?<!{_IN_WORD})(?<!['\u2019]){letter}[)\]]?\s(?:is|was|must\sbe|seems|looks)\s{_PRAISE}",
        rf"\b(?:it\sis|it's|it\u2019s|it\smust\sbe)\s{_HEDGES}{_CALLED}{letter}(?![)\]]?\s(?:that|who|which)\b)",
        rf"\b(?:so|thus|therefore|hence|conclusion|actually)\b[,:]?\s(?:it\sis\s|it's\s|it\smust\sbe\s)?{_CALLED}{letter}\s?[)\]]?\s?(?:[.!;]|$)",
    )
    return Letters(
        known=known,
        bold=re.compile(_BOLD.format(letters=both)),
        whole=re.compile(rf"[(\[<\"'\s]*({both})[)\]>\"'.:,;!\s]*"),
        # A. B. Yehoshua is a name.
        opening=re.compile(rf"[(\[]?({upper}){_DISMISSED}(?:[)\]:]|\.(?!\s\S\.))\s"),
        said=tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in said),
        marked=re.compile(
            # A glance first: three times as fast. So too below.
            rf"(?=[(\[]){_NOT_BEFORE}(?<!{_IN_WORD})[(\[]({both}){_DISMISSED}[)\]](?!{_IN_WORD})"
            rf"|\b(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\s({upper}){after}{_DISMISSED}"
        ),
        bare=re.compile(
            rf"(?={upper}){_NOT_BEFORE}(?<!{_IN_WORD})(?<!['\u2019.\-]){_NO_WORD}({upper}){after}(?!\.\w){_DISMISSED}"
        ),
        joined=re.compile(
            rf"\s?[)\]]?\s?(?:,|/|&|\bor\b|\band\b)\s?(?:\b(?:or|and|option|maybe|possibly|perhaps|also)\b\s?){{0,2}}"
            rf"[(\[]?\s?{upper}{after}{_DISMISSED}"
        ),
    )


def _one_of(letters: str) -> str:
    return "[" + re.escape(letters) + "]"
