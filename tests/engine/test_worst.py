"""What a call may cost at most is never less than what it costs."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from distilkit.engine.tokens import count_messages
from distilkit.engine.worst import Worst, bytes_of_messages, is_open_ended, worst_case
from distilkit.profiles import Price
from distilkit.reading import Completion, cost_usd

PRICE = Price(input_per_million=Decimal(1), output_per_million=Decimal(10))
LINE = {"input_cost_per_token": "1e-06", "output_cost_per_token": "1e-05"}
# One model for each encoding.
MODELS = ("openai/gpt-4o", "openai/gpt-4", "openai/text-davinci-003")


def worst(**more: Any) -> Worst | None:
    fields = {
        "input_bytes": 1000,
        "messages": 0,
        "images": 0,
        "max_output": 100,
        "assumed_output": 4096,
        "price": PRICE,
        "line": None,
        **more,
    }
    return worst_case(**fields)


def dollars(**more: Any) -> Decimal:
    found = worst(**more)
    assert found is not None
    return found.dollars


def test_every_byte_is_a_token_and_the_answer_is_as_long_as_it_may_be() -> None:
    nothing = dollars(input_bytes=0, max_output=0)

    assert dollars(max_output=0) - nothing == Decimal("0.001")
    assert dollars(input_bytes=0) - nothing == Decimal("0.001")


def test_what_is_put_around_messages_and_what_an_image_takes_is_reckoned_with() -> None:
    assert dollars(messages=10) > dollars()
    # gpt-4o-mini's dearest picture takes 48,169.
    assert dollars(images=1) - dollars() > Decimal("0.048169")


def test_an_answer_without_an_end_is_an_assumption() -> None:
    assert worst(max_output=None) == Worst(dollars(max_output=4096), bounded=False)
    assert getattr(worst(), "bounded", None) is True


def test_an_answer_that_costs_nothing_needs_no_end() -> None:
    free = Price(input_per_million=Decimal(0), output_per_million=Decimal(0))

    assert worst(price=free, max_output=None) == Worst(Decimal(0), bounded=True)


def test_an_unknown_price_has_no_worst_case() -> None:
    assert worst(price=None) is None
    assert worst(price=None, line={}) is None
    for figure in LINE.items():
        assert worst(price=None, line=dict([figure])) is None


def test_the_profile_s_price_wins_over_the_line() -> None:
    assert worst(line={"input_cost_per_token": "1", "output_cost_per_token": "1"}) == worst()


def test_input_that_is_written_to_a_cache_may_be_the_dearest() -> None:
    assert dollars(price=None, line={**LINE, "cache_creation_input_token_cost": "1.25e-06"}, max_output=0) == (
        dollars(price=None, line=LINE, max_output=0) * Decimal("1.25")
    )


def test_reasoning_may_be_the_dearest_output() -> None:
    line = {**LINE, "output_cost_per_reasoning_token": "3e-05"}

    assert dollars(price=None, line=line) - dollars(price=None, line=LINE) == Decimal("0.002")


def test_a_long_request_is_reckoned_at_the_long_request_s_price() -> None:
    line = {
        **LINE,
        "input_cost_per_token_above_200k_tokens": "2e-06",
        "output_cost_per_token_above_200k_tokens": "2e-05",
    }

    assert dollars(price=None, line=line) == dollars(price=None, line=LINE)
    assert dollars(price=None, line=line, input_bytes=300_000) == 2 * dollars(
        price=None, line=LINE, input_bytes=300_000
    )


def test_the_caller_s_context_rounds_nothing() -> None:
    exact = dollars(input_bytes=123_456_789)

    with localcontext(prec=3):
        assert dollars(input_bytes=123_456_789) == exact


_RATES = st.decimals(min_value=0, max_value=100, places=9, allow_nan=False).map(lambda rate: rate.scaleb(-6))
_LINES = st.fixed_dictionaries(
    {"input_cost_per_token": _RATES, "output_cost_per_token": _RATES},
    optional={
        "cache_read_input_token_cost": _RATES,
        "cache_creation_input_token_cost": _RATES,
        "output_cost_per_reasoning_token": _RATES,
        "input_cost_per_token_above_1k_tokens": _RATES,
        "output_cost_per_token_above_1k_tokens": _RATES,
    },
)


@given(st.data(), _LINES, st.integers(0, 5000), st.integers(1, 5000))
@settings(deadline=None)
def test_no_usage_within_the_bounds_costs_more(
    data: st.DataObject, rates: dict[str, Decimal], size: int, most: int
) -> None:
    line = {name: str(rate) for name, rate in rates.items()}
    inputs, output = data.draw(st.integers(0, size)), data.draw(st.integers(0, most))
    cached = data.draw(st.integers(0, inputs))
    cost = cost_usd(
        Completion(
            input_tokens=inputs,
            cached_tokens=cached,
            cache_written_tokens=data.draw(st.integers(0, inputs - cached)),
            output_tokens=output,
            reasoning_tokens=data.draw(st.integers(0, output)),
        ),
        None,
        line,
    )
    bound = worst(input_bytes=size, max_output=most, price=None, line=line)

    # A usage that the line cannot price has no cost; a bound that is not known refuses the call beforehand.
    assert bound is None or cost is None or cost <= bound.dollars


_TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(min_codepoint=0x3000, max_codepoint=0x1F9FF), max_size=100),
    st.lists(
        st.sampled_from(["def f(x):\n\t", "    ", "Straße ", "ﷺ", "🏳️‍🌈", "٣", "\x00", "<|endoftext|>", "a\n"])
    ).map("".join),
)


@pytest.mark.parametrize("model", MODELS)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=4))
@example(texts=[""])
@example(texts=["\ud800\udfff" * 20])
@example(texts=["🜁" * 200])
@settings(deadline=None)
def test_no_text_takes_more_tokens_than_are_reckoned_with(model: str, texts: list[str]) -> None:
    messages = [{"role": "user", "content": text} for text in texts]
    size, count, images = bytes_of_messages(messages, {})
    a_token = Price(input_per_million=Decimal(1_000_000), output_per_million=Decimal(0))

    assert size >= sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    assert count_messages(messages, model) <= dollars(
        input_bytes=size, messages=count, images=images, max_output=0, price=a_token
    )


def test_the_models_of_this_test_have_three_encodings() -> None:
    # Chinese, code and accents are cut differently by each.
    counts = {count_messages([{"role": "user", "content": "我们在这里 über    naïve"}], model) for model in MODELS}

    assert len(counts) == 3


def test_messages_and_their_bytes_are_counted() -> None:
    size, messages, images = bytes_of_messages([{"role": "user", "content": "ü" * 100}] * 2, {})

    assert (messages, images) == (2, 0)
    assert 400 <= size < 600


def test_an_image_counts_as_one_whatever_its_bytes() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 10_000}}
    parts = [{"type": "text", "text": "What is this?"}, image, image]

    size, _, images = bytes_of_messages([{"role": "user", "content": parts}], {})

    assert images == 2
    assert size < 1000


def test_another_file_counts_as_an_image_and_its_bytes() -> None:
    file = {"type": "file", "file": {"file_data": "A" * 10_000}}

    size, _, images = bytes_of_messages([{"role": "user", "content": [file]}], {})

    assert images == 1
    assert size > 10_000


@pytest.mark.parametrize("content", [None, "", [], [None, 3, "text"], [{"type": ["odd"]}], 7])
def test_odd_messages_are_counted_too(content: object) -> None:
    assert bytes_of_messages([{"role": "user", "content": content}], {})[0] > 0


def test_tools_and_schemas_are_sent_and_counted() -> None:
    plain, _, _ = bytes_of_messages([{"role": "user", "content": "hi"}], {})

    for name in ("tools", "response_format"):
        size, _, _ = bytes_of_messages([{"role": "user", "content": "hi"}], {name: {"description": "x" * 5000}})
        # What a provider writes around them takes hundreds of tokens.
        assert size > plain + 5000 + 500
    assert bytes_of_messages([{"role": "user", "content": "hi"}], {"extra_body": {"schema": "x" * 5000}})[0] > 5000
    earlier = {"role": "assistant", "content": None, "tool_calls": [{"function": {"arguments": "x" * 5000}}]}
    assert bytes_of_messages([earlier], {})[0] > 5000


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, False),
        ({"max_tokens": 5, "tools": [{"type": "function", "function": {"name": "f"}}]}, False),
        ({"tools": [{"name": "f", "input_schema": {}}]}, False),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, True),
        ({"web_search_options": {}}, True),
        ({"max_tokens": 5, "extra_body": {"guided_json": {}}}, False),
        ({"max_tokens": 5, "extra_body": {"max_tokens": 500}}, True),
        ({"prediction": {"type": "content", "content": "x"}}, True),
    ],
)
def test_what_the_provider_may_add_has_no_end(params: dict[str, Any], expected: object) -> None:
    assert is_open_ended(params) is expected


@pytest.mark.parametrize("limit", [-1, -100_000])
def test_a_limit_below_zero_is_none(limit: int) -> None:
    """Some servers read it as endless; it must not make a call cheaper than nothing."""
    price = Price(input_per_million=Decimal(1), output_per_million=Decimal(1))

    found = worst_case(
        input_bytes=10, messages=1, images=0, max_output=limit, assumed_output=4_096, price=price, line=None
    )

    assert found is not None
    assert found.dollars > 0
    assert not found.bounded
