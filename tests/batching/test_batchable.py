"""What cannot go into a batch is refused before anything is sent, by its name."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.batching.batchable import check
from distilkit.errors import InputError
from distilkit.planning import plan
from distilkit.profiles import Profile, Strategy
from distilkit.profiles.strategy import Route
from distilkit.prompts import to_prompts


def test_providers_with_batches_pass(calls: Any, profile: Any) -> None:
    check(calls(["one"], profile(), profile("mistral", name="q")), own_send=False, streamed=False)


def test_a_provider_without_batches_is_named(calls: Any, profile: Any) -> None:
    local = profile("custom_openai", name="local-llama")

    with pytest.raises(InputError, match="the provider of local-llama has no batches"):
        check(calls(["one"], profile(), local), own_send=False, streamed=False)


def test_a_strategy_is_named(profile: Any) -> None:
    member: Profile = profile()
    strategy = Strategy(name="cheap-first", policy="failover", profiles=[member.name])
    route = Route(strategy=strategy, members=(member,))
    calls = plan(to_prompts(["one"], template=None, system=None)[0], [route], params={}, samples=1)

    with pytest.raises(InputError, match="cheap-first"):
        check(calls, own_send=False, streamed=False)


@pytest.mark.parametrize(
    ("given", "word"),
    [({"own_send": True, "streamed": False}, "send="), ({"own_send": False, "streamed": True}, "stream=True")],
)
def test_arguments_that_do_not_go_with_batches_are_named(
    calls: Any, profile: Any, given: dict[str, bool], word: str
) -> None:
    with pytest.raises(InputError, match=word):
        check(calls(["one"], profile()), **given)
