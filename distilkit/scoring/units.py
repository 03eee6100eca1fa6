"""Units of what people measure and pay: which one a number has, and how one becomes another, exactly.

A word may be several units (`pound`); two numbers agree where one reading of each does. Currencies and temperatures are
never converted. Knows numbers only as `Quantity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from distilkit.scoring.numerals import Quantity

Dimension = tuple[tuple[str, int], ...]
"""What is measured: base quantities with their powers, sorted. `(("length", 1), ("time", -1))` is a speed."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, and how many of the base unit it is."""

    dimension: Dimension
    size: Fraction

    def power(self, exponent: int) -> Unit:
        """Return the unit to a power: a metre to 2 is a square metre."""
        return Unit(tuple((name, power * exponent) for name, power in self.dimension), self.size**exponent)

    def times(self, other: Unit) -> Unit:
        """Return the product of two units."""
        powers = dict(self.dimension)
        for name, power in other.dimension:
            powers[name] = powers.get(name, 0) + power
        return Unit(tuple(sorted((name, power) for name, power in powers.items() if power)), self.size * other.size)


def units_of(quantity: Quantity) -> tuple[Unit, ...]:
    """Return the units a number may have been given in; () where there is none that is known."""
    money = _currency(quantity)
    if money:
        return money
    match = _WRITTEN.match(plain(quantity.after))
    return tuple(_read(match)) if match else ()


def is_percent(quantity: Quantity) -> bool:
    """Return whether a number is said to be per cent."""
    return _PERCENT in units_of(quantity)


def conversions(given: Iterable[Unit], wanted: Iterable[Unit]) -> tuple[Fraction, ...]:
    """Return by what a number may be multiplied to be in the wanted unit; () where they measure different things."""
    sizes = [one.size / other.size for one in given for other in wanted if one.dimension == other.dimension]
    return tuple(dict.fromkeys(sizes))


_PREFIXES = {
    "n": ("nano", Fraction(1, 10**9)),
    "\u00b5": ("micro", Fraction(1, 10**6)),
    "\u03bc": ("micro", Fraction(1, 10**6)),
    "u": ("micro", Fraction(1, 10**6)),
    "m": ("milli", Fraction(1, 1000)),
    "c": ("centi", Fraction(1, 100)),
    "d": ("deci", Fraction(1, 10)),
    "h": ("hecto", Fraction(100)),
    "k": ("kilo", Fraction(1000)),
    "M": ("mega", Fraction(10**6)),
    "G": ("giga", Fraction(10**9)),
    "T": ("tera", Fraction(10**12)),
}

# Symbols, words without their plural s, what is measured, the size in the base unit, the prefixes in use.
_PREFIXED = (
    ("m", "meter metre", "length", "1", "n\u00b5\u03bcumcdk"),
    ("g", "gram gramme", "mass", "1", "\u00b5\u03bcumk"),
    ("s", "second", "time", "1", "n\u00b5\u03bcum"),
    ("L l", "liter litre", "volume", "1/1000", "\u00b5\u03bcumcdh"),
    ("J", "joule", "energy", "1", "mkMG"),
    ("cal", "calorie", "energy", "4.184", "k"),
    ("Wh", "watt-hour", "energy", "3600", "kMGT"),
    ("eV", "electronvolt", "electron energy", "1", "kMGT"),
    ("W", "watt", "power", "1", "mkMGT"),
    ("Hz", "hertz", "frequency", "1", "kMGT"),
    ("N", "newton", "force", "1", "mk"),
    ("Pa", "pascal", "pressure", "1", "hkMG"),
    ("V", "volt", "voltage", "1", "\u00b5\u03bcumkM"),
    ("A", "ampere amp", "current", "1", "n\u00b5\u03bcum"),
    ("\u03a9 \u2126", "ohm", "resistance", "1", "mkMG"),
    ("K", "kelvin", "kelvin", "1", "m"),
    ("mol", "mole", "amount", "1", "n\u00b5\u03bcum"),
    ("B", "byte", "data", "8", "kMGT"),
    ("bit", "bit", "data", "1", "kMG"),
)
# Names whose case does not matter, what is measured, the size in the base unit.
_NAMED = (
    ("in inch inches", "length", "0.0254"),
    ("ft foot feet", "length", "0.3048"),
    ("yd yard yards", "length", "0.9144"),
    ("mi mile miles", "length", "1609.344"),
    ("min mins minute minutes", "time", "60"),
    ("sec secs", "time", "1"),
    ("msec msecs", "time", "1/1000"),
    ("h hr hrs hour hours", "time", "3600"),
    ("d day days", "time", "86400"),
    ("wk wks week weeks", "time", "604800"),
    ("month months", "months", "1"),
    ("yr yrs year years", "months", "12"),
    ("lb lbs pound pounds", "mass", "453.59237"),
    ("oz ounce ounces", "mass", "28.349523125"),
    ("t tonne tonnes", "mass", "1000000"),
    ("ton tons", "mass", "1000000"),
    ("ton tons", "mass", "907184.74"),
    ("ton tons", "mass", "1016046.9088"),
    ("gal gallon gallons", "volume", "3.785411784/1000"),
    ("cc", "volume", "1/1000000"),
    ("ha hectare hectares", "area", "10000"),
    ("acre acres", "area", "4046.8564224"),
    ("mph", "speed", "0.44704"),
    ("kph kmh", "speed", "1000/3600"),
    ("bar", "pressure", "100000"),
    ("atm", "pressure", "101325"),
    ("% percent pct", "percent", "1"),
    ("\u00b0 deg degree degrees", "angle", "1"),
    ("rad radian radians", "radians", "1"),
    ("\u00b0c celsius centigrade", "celsius", "1"),
    ("\u00b0f fahrenheit", "fahrenheit", "1"),
    ("kib", "data", "8192"),
    ("mib", "data", "8388608"),
    ("gib", "data", "8589934592"),
    ("$ usd dollar dollars buck bucks", "USD", "1"),
    ("\u00a2 cent cents", "USD", "1/100"),
    ("\u20ac eur euro euros", "EUR", "1"),
    ("\u00a3 gbp pound pounds quid", "GBP", "1"),
    ("\u00a5 jpy yen", "JPY", "1"),
    ("\u00a5 cny rmb yuan", "CNY", "1"),
    ("\u20b9 inr rupee rupees", "INR", "1"),
)
_MADE_OF: dict[str, Dimension] = {
    "volume": (("length", 3),),
    "area": (("length", 2),),
    "speed": (("length", 1), ("time", -1)),
    "frequency": (("time", -1),),
}
# These are words, or parts of names, where more words follow: 5 in total, 3 A grades.
_WORDS_TOO = frozenset({"in", "A"})


def _sized(dimension: str, size: str) -> Unit:
    top, _, bottom = size.partition("/")
    return Unit(_MADE_OF.get(dimension, ((dimension, 1),)), Fraction(top) / Fraction(bottom or 1))


def _symbols() -> Iterator[tuple[str, Unit]]:
    """Yield SI symbols as they are written, with and without prefixes."""
    for symbols, _, dimension, size, prefixes in _PREFIXED:
        unit = _sized(dimension, size)
        for symbol in symbols.split():
            yield symbol, unit
            yield from ((prefix + symbol, _scaled(unit, prefix)) for prefix in prefixes)


def _words() -> Iterator[tuple[str, Unit]]:
    """Yield names in lower case, singular and plural."""
    for _, words, dimension, size, prefixes in _PREFIXED:
        unit = _sized(dimension, size)
        for word in words.split():
            scaled = [(word, unit), *((_PREFIXES[one][0] + word, _scaled(unit, one)) for one in set(prefixes))]
            yield from ((name + ending, each) for name, each in scaled for ending in ("", "s"))
    for names, dimension, size in _NAMED:
        yield from ((name, _sized(dimension, size)) for name in names.split())


def _scaled(unit: Unit, prefix: str) -> Unit:
    return Unit(unit.dimension, unit.size * _PREFIXES[prefix][1])


def _collected(pairs: Iterable[tuple[str, Unit]]) -> dict[str, tuple[Unit, ...]]:
    table: dict[str, tuple[Unit, ...]] = {}
    for name, unit in pairs:
        table[name] = tuple(dict.fromkeys((*table.get(name, ()), unit)))
    return table


_BY_SYMBOL = _collected(_symbols())
_BY_WORD = _collected(_words())
_BY_FOLDED = _collected((symbol.casefold(), unit) for symbol, unit in _symbols())
_PERCENT = _sized("percent", "1")

_MARKUP = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mbox|operatorname|left|right)\b|\\[,;:! ]|[{}*~$\\]")
_CIRC = re.compile(r"\^\s?\{?\s?\\circ\b\s?\}?|\\degree\b")
_WRITTEN = re.compile(
    r"""
    [\s\-]{0,3}
    (?:(?P<shape>square|sq\.?|cubic|cu\.?)\s{1,2})?
    (?P<word>per\scent\b|degrees?\s(?:celsius|fahrenheit|[CF]\b)|\u00b0\s?[CF]\b|[^\W\d_\u00b2\u00b3]+|[%\u00b0\u00a2$\u20ac\u00a3\u00a5\u20b9])
    (?P<power>\s?\^\s?-?\d|[\u00b2\u00b3])?
    (?:\s?(?P<per>/|per\b|an?\b)\s?(?P<under>[^\W\d_\u00b2\u00b3]+)(?P<under_power>\s?\^\s?\d|[\u00b2\u00b3])?)?
    (?P<more>\s+[^\W\d_])?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHAPES = {"s": 2, "c": 3}
_SUPERSCRIPTS = {"\u00b2": 2, "\u00b3": 3}


def plain(after: str) -> str:
    """Return what follows a number without LaTeX and Markdown."""
    return _MARKUP.sub("", _CIRC.sub("\u00b0", after))


def _currency(quantity: Quantity) -> tuple[Unit, ...]:
    """Return the currency whose sign stands before a number; a dollar sign that is closed again is LaTeX's."""
    formula = quantity.sign == "$" and "$" in quantity.after
    return _BY_WORD[quantity.sign] if quantity.sign and not formula else ()


def _read(match: re.Match[str]) -> Iterator[Unit]:
    word = match["word"]
    if word in _WORDS_TOO and match["more"]:
        return
    exponent = _SHAPES[match["shape"][0].lower()] if match["shape"] else _exponent(match["power"])
    for over in _looked_up(word):
        if match["per"] is None:
            yield over.power(exponent)
        for under in _looked_up(match["under"] or ""):
            yield over.power(exponent).times(under.power(-_exponent(match["under_power"])))


def _looked_up(word: str) -> tuple[Unit, ...]:
    """Return the units of a name: in its own case first, then in any; a letter in its own only (M is no metre)."""
    if word in _BY_SYMBOL:
        return _BY_SYMBOL[word]
    if len(word) == 1:
        return _BY_WORD.get(word, ())
    folded = _spoken(word.casefold())
    return _BY_WORD.get(folded) or _BY_FOLDED.get(folded, ())


def _spoken(folded: str) -> str:
    """Return a name of two words as the one it stands for."""
    if folded.startswith("per") and folded.endswith("cent"):
        return "percent"
    if folded.startswith(("degree", "\u00b0")) and folded[-1] in "cf":
        return f"\u00b0{folded[-1]}"
    return folded.rsplit(maxsplit=1)[-1] if folded.startswith("degree") else folded


def _exponent(power: str | None) -> int:
    if not power:
        return 1
    return _SUPERSCRIPTS.get(power) or int(power.replace(" ", "").removeprefix("^"))
