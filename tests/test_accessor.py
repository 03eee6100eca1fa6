"""`df.dk`: the same functions, on any frame, without a word of their own."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import distilkit as dk
from distilkit import accessor

# Functions whose first argument is a frame's file, or a frame that is not one of answers.
NOT_OF_A_FRAME = {"add_recorded"}


@pytest.fixture
def df() -> pd.DataFrame:
    rows = [
        {
            "prompt_id": prompt,
            "profile": name,
            "cost_usd": 0.1 * (index + 1),
            "latency_s": 1.0,
            "correct": prompt % 3 < index + 1,
        }
        for prompt in range(9)
        for index, name in enumerate(["small", "large"])
    ]
    return pd.DataFrame(rows).astype({"correct": "boolean", "cost_usd": "Float64"})


@pytest.fixture
def _screenless() -> Iterator[None]:
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def verbs(holder: type) -> list[str]:
    return [name for name in vars(holder) if not name.startswith("_")]


def takes_a_frame(function: Any) -> bool:
    return inspect.isfunction(function) and next(iter(inspect.signature(function).parameters), "") in {"frame", "df"}


def test_every_function_that_takes_a_frame_first_is_a_method() -> None:
    expected = {name for name in dk.__all__ if takes_a_frame(getattr(dk, name))} - NOT_OF_A_FRAME

    assert expected <= {*verbs(accessor.Accessor)}
    assert {*verbs(accessor.Plots)} == {*dk.plot.__all__}


def test_every_method_is_one_of_our_functions() -> None:
    assert {*verbs(accessor.Accessor)} <= {*dk.__all__}


def test_a_method_gives_what_the_function_gives(df: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(df.dk.summarize(), dk.summarize(df))
    pd.testing.assert_frame_equal(df.dk.recommend("correct", quality=0.5), dk.recommend(df, "correct", quality=0.5))


@pytest.mark.usefixtures("_screenless")
def test_a_plot_is_drawn_where_it_is_told(df: pd.DataFrame) -> None:
    ax = plt.figure().subplots()

    assert df.dk.plot.costs(ax=ax) is ax


@pytest.mark.parametrize("name", [name for name in verbs(accessor.Accessor) if name in dk.__all__])
def test_signature_and_docstring_are_the_functions_without_the_frame(df: pd.DataFrame, name: str) -> None:
    function, method = getattr(dk, name), getattr(df.dk, name)

    first, *others = inspect.signature(function).parameters
    assert [*inspect.signature(method).parameters] == others
    assert method.__name__ == name
    said, own = method.__doc__.splitlines(), function.__doc__.splitlines()
    assert said[0] == own[0]
    assert not any(line.startswith(f"        {first}:") for line in said)
    assert 1 <= len(own) - len(said) <= 4
    assert all(any(line.startswith(f"        {each}:") for line in said) for each in others)


def test_the_class_itself_has_the_functions() -> None:
    """So that help and documentation show them without a frame."""
    assert pd.DataFrame.dk.summarize is dk.summarize


def test_a_wrong_frame_is_refused_by_the_function() -> None:
    with pytest.raises(dk.InputError, match="profile"):
        pd.DataFrame({"a": [1]}).dk.summarize()


def test_what_there_is_can_be_seen(df: pd.DataFrame) -> None:
    assert {"summarize", "plot", "recommend"} <= {*dir(df.dk)}
    assert "summarize" in repr(df.dk)
    assert "plot.frontier" in repr(df.dk)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)


def test_importing_it_loads_pandas_and_nothing_else_that_is_slow() -> None:
    code = "import sys, distilkit.accessor; print([n for n in ('scipy', 'matplotlib', 'litellm') if n in sys.modules])"

    assert run(code).stdout.strip() == "[]"


def test_importing_it_twice_says_nothing() -> None:
    code = "import importlib, distilkit.accessor as a; importlib.reload(a)"

    assert run(code).stderr == ""


def test_anothers_accessor_of_the_same_name_is_left_alone() -> None:
    code = (
        "import pandas as pd\n"
        "@pd.api.extensions.register_dataframe_accessor('dk')\nclass Theirs:\n    def __init__(self, df): pass\n"
        "import distilkit.accessor\nprint(type(pd.DataFrame().dk).__name__)"
    )

    done = run(code)
    assert done.stdout.strip() == "Theirs"
    assert "use dk.summarize(df) in place of df.dk.summarize()" in done.stderr
