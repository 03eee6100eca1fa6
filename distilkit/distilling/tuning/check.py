"""A file checked by a provider's rules before it is uploaded, line by line, in bounded memory; and what it would cost.

Knows rules, files and token counts; uploads nothing and knows no price.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.distilling.tuning.faults import Fault, faults_of
from distilkit.distilling.tuning.report import Tally, to_frame
from distilkit.distilling.tuning.rules import Rules, context_of, rules_of
from distilkit.engine.tokens import count_messages, count_text
from distilkit.errors import InputError
from distilkit.files.objects import ENDINGS, UNREADABLE, ending, parse_line, raw_lines
from distilkit.files.paths import as_path

if TYPE_CHECKING:
    import pandas as pd

_MARK = b"\xef\xbb\xbf"


def check_training(
    path: str | os.PathLike[str],
    provider: str = "openai",
    *,
    model: str | None = None,
    context: int | None = None,
    price_per_million: float | None = None,
    epochs: int | None = None,
) -> pd.DataFrame:
    """Check a file for supervised fine-tuning by what the provider publishes, and estimate the training run's cost.

    Nothing is sent. Each rule names its source; a rule that is not published is not claimed, and what distilkit itself
    finds unwise has the source `distilkit`. Tokens are counted with the model's own encoding where it is one of
    OpenAI's, else they are an estimate.

    Args:
        path: a `.jsonl` file; a `.jsonl.gz` is read too, and reported where the provider does not take it.
        provider: `openai`, `azure`, `together`, `mistral`, `fireworks` or `vertex`.
        model: the model that will be trained; None where it is open, then by OpenAI's newest encoding.
        context: tokens an example may have, over what is published; None for that.
        price_per_million: dollars for a million trained tokens, as the provider's price list has it; None for unknown.
        epochs: how often each example is learnt from; None where the provider chooses.

    Returns:
        First a row for each count, of severity `info`: `examples`, `bytes`, `tokens`, `largest_example_tokens`,
        `example_context_tokens`, `trained_tokens` (over all epochs), `cost_usd`. The figure is in `value`, `<NA>` where
        it is not known. Then a row for each thing that is wrong: `line` from 1 (`<NA>` for the whole file), `rule`,
        `severity` (`error` or `warning`), `detail`, `way_out`, `source`; `value` counts the lines that broke this rule,
        of which the first 100 are listed.

    Raises:
        InputError: an argument is wrong, or the file cannot be read.
    """
    rules = rules_of(provider)
    if model is not None and not isinstance(model, str):
        raise InputError(f"model={model!r:.80}: take the model's name, or None")
    _check_numbers(context, price_per_million, epochs)
    file = as_path(path)
    kind = ending(file)
    if kind is None:
        raise InputError(f"path: {str(path)!r:.200}: cannot tell what this is by its ending; use {', '.join(ENDINGS)}")
    tally = Tally(rules, context or context_of(rules, model), model or "gpt-4o")
    size = _size(file)
    _check_file(tally, kind, size)
    if kind != ".parquet":
        _run_through(file, tally)
        _check_count(tally)
    return to_frame(tally, size, price_per_million, epochs, stated=context is not None)


def _check_numbers(context: int | None, price: float | None, epochs: int | None) -> None:
    for name, value in (("context", context), ("epochs", epochs)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(f"{name}={value!r}: take a whole number from 1, or None")
    if price is not None and not (isinstance(price, int | float) and math.isfinite(price) and price >= 0):
        raise InputError(f"price_per_million={price!r}: take dollars for a million tokens, or None")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise InputError(f"path: {str(file)!r:.200} cannot be read: {error.strerror or error}") from None


def _check_file(tally: Tally, kind: str, size: int) -> None:
    rules = tally.rules
    if kind not in rules.endings:
        way = f"write it as {' or '.join(rules.endings)}" + ("; its lines were not read" if kind == ".parquet" else "")
        tally.note(None, Fault("ending", "error", f"the file ends in {kind}", way, rules.source))
    if rules.bytes is not None and size >= rules.bytes:
        found = f"the file has {size:,} bytes, of at most {rules.bytes:,}"
        tally.note(None, Fault("file_size", "error", found, "split it, or leave examples out", rules.source))


def _run_through(file: Path, tally: Tally) -> None:
    try:
        for number, line in raw_lines(file):
            text = line
            if number == 1:
                text = line.removeprefix(_MARK)
                _check_mark(tally, marked=text != line)
            if text.strip():
                for fault in _of_line(number, text, tally):
                    tally.note(number, fault)
            else:
                way = "take the line out"
                tally.note(number, Fault("line_empty", "warning", "the line is empty", way, "distilkit"))
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"path: {str(file)!r:.200} cannot be read: {reason}") from None


def _check_mark(tally: Tally, *, marked: bool) -> None:
    rules = tally.rules
    if rules.byte_order_mark and not marked:
        way = 'save it with a byte-order mark: in Python, encoding="utf-8-sig"'
        tally.note(None, Fault("byte_order_mark", "error", "the file does not begin with one", way, rules.source))
    if marked and not rules.byte_order_mark:
        way = "save it as UTF-8 without one"
        tally.note(None, Fault("byte_order_mark", "warning", "the file begins with one", way, "distilkit"))


def _of_line(number: int, line: bytes, tally: Tally) -> Iterator[Fault]:
    tally.examples += 1
    try:
        example = parse_line(line)
    except ValueError as error:
        yield Fault("json", "error", str(error)[:200], "each line is one JSON object, in UTF-8", tally.rules.source)
        return
    yield from faults_of(example, tally.rules)
    messages = _messages(example, tally.rules)
    if messages:
        yield from _of_duplicates(number, messages, tally)
        yield from _of_tokens(messages, tally)


def _messages(example: Mapping[str, Any], rules: Rules) -> list[Mapping[str, Any]]:
    """Return the messages that can be counted, in OpenAI's shape."""
    if rules.shape == "messages":
        found = example.get("messages")
        return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    found = [example.get("systemInstruction"), *_listed(example.get("contents"))]
    turns = [turn for turn in found if isinstance(turn, Mapping)]
    return [{"role": turn.get("role"), "content": _listed(turn.get("parts"))} for turn in turns]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_duplicates(number: int, messages: list[Mapping[str, Any]], tally: Tally) -> Iterator[Fault]:
    way = "leave one of them out"
    first = tally.seen.setdefault(_digest(messages), number)
    before = tally.asked.setdefault(_digest(messages[:-1]), number)
    if first != number:
        yield Fault("duplicate", "warning", f"the same as line {first}", way, "distilkit")
    elif before != number:
        yield Fault("duplicate_prompt", "warning", f"another answer to what line {before} asks", way, "distilkit")


def _digest(value: Any) -> bytes:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _of_tokens(messages: list[Mapping[str, Any]], tally: Tally) -> Iterator[Fault]:
    tokens = count_messages(messages, tally.model) + sum(_fields(message, tally.model) for message in messages)
    tally.tokens += tokens
    tally.largest = max(tally.largest, tokens)
    if tally.context is not None and tokens > tally.context:
        found = f"about {tokens:,} tokens, of at most {tally.context:,}"
        source = tally.rules.context_source or tally.rules.source
        yield Fault("too_long", "error", found, "shorten it, or leave it out: its end would be cut off", source)


def _fields(message: Mapping[str, Any], model: str) -> int:
    """Count the texts that stand beside the content."""
    texts = (message.get(name) for name in ("reasoning_content", "thinking"))
    return sum(count_text(text, model) for text in texts if isinstance(text, str))


def _check_count(tally: Tally) -> None:
    rules = tally.rules
    if rules.least is not None and tally.examples < rules.least:
        found = f"the file has {tally.examples:,} examples, of at least {rules.least:,}"
        tally.note(None, Fault("examples", "error", found, "add examples", rules.source))
    elif not tally.examples:
        tally.note(None, Fault("examples", "error", "the file has no example", "add examples", "distilkit"))
    if rules.most is not None and tally.examples > rules.most:
        found = f"the file has {tally.examples:,} examples, of at most {rules.most:,}"
        tally.note(None, Fault("examples", "error", found, "leave some out", rules.source))
