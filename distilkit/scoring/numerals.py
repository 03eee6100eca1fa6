"""Find the number an answer ends with, as exactly as it was written.

Knows how models and textbooks write numbers in English and LaTeX; knows nothing of frames or of what is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# Thousands as 1,234,567 or, in India, 12,34,567; or with a thin space.
_DIGITS = r"(?:\d{1,3}(?:,\d{2,3}){0,12},\d{3}(?!\d)|\d{1,3}(?:[\u00a0\u2009\u202f]\d{3}){1,12}(?!\d)|\d+)"
_MINUS = r"[-\u2212]"

# The digits of GPT-4, CO2, cm^2 and log_2 are part of a name or of a power.
_ALONE = r"(?<!\w)(?<![^\W\d][-\u2010\u2011])(?<!\^)(?<!\^\{)(?<!_\{)"

# One number. Quantifiers are bounded or cannot overlap, so a scan takes time linear in the text.
_NUMBER = re.compile(
    rf"""
    (?=[-\u2212\\$\u20ac\u00a3\u00a5\u20b9\d.\u00bc-\u00be\u2150-\u215e])  # a glance first: three times as fast
    (?:(?<![\w)\]}}\-])(?P<minus>{_MINUS}))?          # 10-5 ends with 5, not with -5
    (?:\\?[$\u20ac\u00a3\u00a5\u20b9]\s?)?            # $5, \$5 and -$5
    (?P<minus2>(?<=[$\u20ac\u00a3\u00a5\u20b9]){_MINUS})?    # $-5
    (?:
        (?:(?P<whole_tex>\d{{1,15}})\s?)?
        \\[dt]?frac\s?\{{\s?(?P<top_tex>{_MINUS}?\d{{1,15}})\s?\}}\s?\{{\s?(?P<bottom_tex>\d{{1,15}})\s?\}}
      | {_ALONE} (?<!/) (?:(?P<whole>\d{{1,15}})[ \u00a0])?
        (?P<top>\d{{1,15}})/(?P<bottom>\d{{1,15}})(?![\d/]|[.,]\d)
      | {_ALONE} (?P<before>\d{{1,15}})?\s?(?P<vulgar>[\u00bc-\u00be\u2150-\u215e])
      | {_ALONE} 10\s?(?:\^|\*\*)\s?\{{?(?P<ten>{_MINUS}?\d{{1,3}})(?!\d)
      | {_ALONE} (?P<decimal>{_DIGITS}(?:\.\d+)?|\.\d+)
        (?:
            [eE](?P<exponent>[+-]?\d{{1,3}})(?![\d\w])
          | \s?(?:\u00d7|x|\*|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?\{{?(?P<power>{_MINUS}?\d{{1,3}})(?!\d)
        )?
    )
    """,
    re.VERBOSE,
)

# How GSM8K and those who learnt from it close an answer. A heading (`#### Step 2`) is none.
_MARKED = re.compile(r"(?m)^\s{0,8}####[ \t]{0,8}(?=[-\u2212$\\.\d])(?!\d{1,3}[.)][ \t])")
_BOXED = "\\boxed{"
_SIGNS = "$\u20ac\u00a3\u00a5\u20b9"
_UNIT_WITHIN = 80

# LaTeX's thin spaces and its protected comma stand between groups of three digits.
_TEX_GROUPS = re.compile(r"(?<=\d)(?:\\[,!;]|\{,\})(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Quantity:
    r"""A number and what stands round it, where its unit may be.

    Attributes:
        value: the number.
        sign: the currency sign before it, `$` for `\$` too, or "".
        after: the start of what follows it on its line.
    """

    value: Decimal
    sign: str = ""
    after: str = ""


def last_number(text: str) -> Decimal | None:
    r"""Return the number that `text` ends with, or None when there is none.

    A final `\boxed{...}` or `#### ...` line decides where there is one, and otherwise the last number in the text.
    Understood: `-3`, `−3`, `1,234.50`, `$18`, `1/2`, `1 1/2`, `½`, `\frac{1}{2}`, `1.2e-3`, `3 × 10^8`. A percent sign
    is passed over (`50%` is 50). A comma is a thousands separator or punctuation, never a decimal point.

    >>> last_number("She makes 9 * $2 = $18 every day.")
    Decimal('18')
    >>> last_number("So the total is **1,234.50**.")
    Decimal('1234.50')
    >>> last_number("I cannot tell.") is None
    True
    """
    found = last_quantity(text)
    return None if found is None else found.value


def last_quantity(text: str) -> Quantity | None:
    """Return the number that `text` ends with, as `last_number` finds it, with what stands round it; or None.

    >>> last_quantity("It is $3 per day.")
    Quantity(value=Decimal('3'), sign='$', after=' per day.')
    """
    text = _TEX_GROUPS.sub(",", text)
    for part, behind in _places(text):
        found = _last(part, behind)
        if found is not None:
            return found
    return None


def whole_number(text: str) -> Decimal | None:
    """Return the number that `text` is, with nothing beside it but white space, a percent sign or a period; else None.

    >>> whole_number(" $1,200. "), whole_number("12 May")
    (Decimal('1200'), None)
    """
    match = _NUMBER.fullmatch(_TEX_GROUPS.sub(",", text.strip().rstrip(".%")))
    return _value(match) if match else None


def _places(text: str) -> Iterator[tuple[str, str]]:
    """Yield where to look, the most telling place first, each with what follows it on its line."""
    start = text.rfind(_BOXED)
    if start >= 0:
        inside = _braced(text, start + len(_BOXED))
        yield inside, text[start + len(_BOXED) + len(inside) :][:_UNIT_WITHIN].partition("\n")[0]
    marks = list(_MARKED.finditer(text))
    if marks:
        line = text[marks[-1].end() :].partition("\n")[0]
        match = _NUMBER.match(line)
        yield (match[0], line[match.end() :]) if match else ("", "")
    yield text, ""


def _braced(text: str, start: int) -> str:
    """Return what stands from `start` to the brace that closes it, or to the end of a text that was cut off."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]


def _last(text: str, behind: str) -> Quantity | None:
    for match in reversed(list(_NUMBER.finditer(text))):
        value = _value(match)
        if value is not None:
            rest = text[match.end() :][:_UNIT_WITHIN]
            after = rest.partition("\n")[0] if "\n" in rest else (rest + behind)[:_UNIT_WITHIN]
            return Quantity(value, _sign(match), after)
    return None


def _sign(match: re.Match[str]) -> str:
    return next((sign for sign in match[0] if sign in _SIGNS), "")


def _value(match: re.Match[str]) -> Decimal | None:
    """Return the number matched, or None for a division by zero."""
    size = _size(match)
    negative = bool(match["minus"] or match["minus2"])
    return -size if size is not None and negative else size


def _size(match: re.Match[str]) -> Decimal | None:
    if match["ten"]:
        return _decimal("1", match["ten"])
    if match["decimal"]:
        return _decimal(match["decimal"], match["exponent"] or match["power"] or "0")
    if match["vulgar"]:
        top, _, bottom = unicodedata.normalize("NFKC", match["vulgar"]).partition("\u2044")
        return _fraction(match["before"], top, bottom)
    if match["top_tex"]:
        return _fraction(match["whole_tex"], match["top_tex"], match["bottom_tex"])
    return _fraction(match["whole"], match["top"], match["bottom"])


def _decimal(digits: str, exponent: str) -> Decimal:
    plain = re.sub("[,\u00a0\u2009\u202f]", "", digits)
    return Decimal(f"{plain}e{exponent.replace(chr(0x2212), '-')}")


def _fraction(whole: str | None, top: str, bottom: str) -> Decimal | None:
    if not int(bottom):
        return None
    return Decimal(whole or 0) + Decimal(top.replace("\u2212", "-")) / Decimal(bottom)
