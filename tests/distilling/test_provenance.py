"""Where a row comes from: from the frame, from the store where it is at hand, and None where neither says."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Request
from distilkit.distilling import provenance as module
from distilkit.distilling.provenance import FIELDS, provenance
from distilkit.distilling.split import prompt_hash
from distilkit.errors import InputError
from distilkit.store import Entry, Store
from tests.distilling.records import LINE, MESSAGES, record


@pytest.fixture
def asked(tmp_path: Path) -> pd.DataFrame:
    return dk.compare(
        ["one", "two"], ["sim/small"], params={"seed": 3}, store=tmp_path / "store", progress=False, cache="use"
    )


def test_a_row_of_a_run_says_who_what_and_when(asked: pd.DataFrame, tmp_path: Path) -> None:
    (first, second) = provenance(asked, tmp_path / "store")

    assert tuple(first) == FIELDS
    assert (first["profile"], first["provider"], first["served_by"]) == ("sim/small", "sim", "sim/small")
    assert first["served_model"] == "small"
    assert first["params"] == {"seed": 3}
    assert first["created_at"].endswith("+00:00")
    assert first["prompt_hash"] == prompt_hash("one")
    assert second["prompt_hash"] == prompt_hash("two")
    assert (first["distilkit"], first["litellm"]) == (version("distilkit"), version("litellm"))
    json.dumps([first, second], allow_nan=False)


def test_without_the_store_what_only_it_knows_is_unknown(asked: pd.DataFrame, tmp_path: Path) -> None:
    first = next(iter(provenance(asked, tmp_path / "nowhere")))

    assert first["params"] is None
    assert first["served_model"] is None
    assert first["profile"] == "sim/small"
    assert not (tmp_path / "nowhere").exists()


def test_an_open_store_stays_open(asked: pd.DataFrame, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        assert [row["params"] for row in provenance(asked, store)] == [{"seed": 3}] * 2
        assert len(store) == 2


def test_a_frame_from_elsewhere_is_mostly_unknown() -> None:
    (row,) = provenance(pd.DataFrame({"prompt": ["one"], "content": ["1"]}))

    known = {name for name, value in row.items() if value is not None}
    assert known == {"prompt_hash", "distilkit", "litellm"}


def test_what_a_file_without_types_says_is_read(asked: pd.DataFrame, tmp_path: Path) -> None:
    asked.to_csv(tmp_path / "rows.csv", index=False)
    texts = pd.read_csv(tmp_path / "rows.csv", dtype=str)

    again = list(provenance(texts, tmp_path / "store"))

    assert again == list(provenance(asked, tmp_path / "store"))


@pytest.mark.parametrize(("cost", "line"), [(0.0003, LINE), (0.5, None), (None, None)])
def test_a_price_line_is_told_only_where_it_gives_the_cost(
    cost: float | None, line: dict[str, str] | None, tmp_path: Path
) -> None:
    """A profile's own price wins over LiteLLM's line, which then says nothing of the row."""
    request = Request(model="openai/m", messages=MESSAGES)
    with Store(tmp_path / "store") as store:
        store.put_many([Entry(key=request.key(), request=request, record=record(), profile="m", section="openai")])
    frame = pd.DataFrame({"prompt": ["one"], "content": ["1"], "key": [request.key()], "cost_usd": [cost]})

    (row,) = provenance(frame, tmp_path / "store")

    assert row["price"] == line
    assert row["served_model"] == "m-2026-01-31"


def test_rows_come_in_order_over_many_chunks(asked: pd.DataFrame, tmp_path: Path) -> None:
    many = pd.concat([asked] * (module._CHUNK + 1), ignore_index=True)

    found = [row["prompt_hash"] for row in provenance(many, tmp_path / "store")]

    assert found == [prompt_hash("one"), prompt_hash("two")] * (module._CHUNK + 1)


def test_a_key_that_is_none_is_not_looked_up(asked: pd.DataFrame, tmp_path: Path) -> None:
    (row, _) = provenance(asked.assign(key="not a key"), tmp_path / "store")

    assert row["params"] is None


def test_a_store_that_is_none_is_refused(asked: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="store= takes a Store"):
        list(provenance(asked, 7))  # type: ignore[arg-type]
