"""Dials from a command line: strict, and helpful."""

from __future__ import annotations

import pytest

from distilkit.sim.dialled import dialled
from distilkit.sim.spec import Dials


@pytest.mark.parametrize(
    ("text", "name", "dials"),
    [
        ("small", "small", Dials()),
        ("small:skill=0.6", "small", Dials(skill=0.6)),
        ("llama:8b", "llama:8b", Dials()),
        ("llama:8b:skill=1,seed=-3", "llama:8b", Dials(skill=1, seed=-3)),
        ("a/b:thinking=tags, requests_per_minute=60", "a/b", Dials(thinking="tags", requests_per_minute=60)),
        (
            "m:limit_style=bucket,burst_s=2,counts_max_tokens=true,retry_after=false",
            "m",
            Dials(limit_style="bucket", burst_s=2, counts_max_tokens=True, retry_after=False),
        ),
        ("m:outage_from_s=5,outage_until_s=none", "m", Dials(outage_from_s=5)),
        ("m:output_tokens_per_minute=9,input_tokens_per_minute=none", "m", Dials(output_tokens_per_minute=9)),
        ("m:tokens_per_minute=none,latency_s=0", "m", Dials(latency_s=0)),
    ],
)
def test_a_model_is_read(text: str, name: str, dials: Dials) -> None:
    assert dialled(text) == (name, dials)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("m:skil=0.6", "model m: unknown dial 'skil'; did you mean skill?"),
        ("m:qqq=0.6", "unknown dial 'qqq'; there are skill, thinking"),
        ("m:skill=2", "model m: skill=2: must be from 0 to 1"),
        ("m:skill=nan", "must be from 0 to 1"),
        ("m:skill=", "must be a number"),
        ("m:latency_s=-1", "must be 0 or more"),
        ("m:latency_s=inf", "must be 0 or more"),
        ("m:requests_per_minute=0", "must be 1 or more"),
        ("m:requests_per_minute=1.5", "must be a whole number"),
        ("m:thinking=loud", "must be one of none, tags"),
        ("m:limit_style=loose", "must be one of sliding, fixed, bucket"),
        ("m:retry_after=1", "must be one of true, false"),
        ("m:outage_from_s=-1", "must be 0 or more"),
        (":skill=0.6", "needs a name"),
        ("", "needs a name"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".+") as error:
        dialled(text)

    assert said in str(error.value)
