"""The store as its users see it."""

from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from distilkit.calls import Record
from distilkit.errors import InputError, StoreError
from distilkit.store import Entry, Store, StoreWarning

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


def test_an_answer_comes_back_as_it_was(store: Store, make_entry: Callable[..., Entry]) -> None:
    entry = make_entry(1)

    store.put_many([entry])

    assert store.get(entry.key) == entry.record
    assert list(store.entries()) == [entry]
    assert entry.key in store
    assert len(store) == 1


def test_every_field_of_a_record_comes_back(store: Store, make_entry: Callable[..., Entry]) -> None:
    entry = make_entry(1)
    record = Record(
        provider="anthropic",
        raw={"content": [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}]},
        reading={"choices": []},
        sent={"max_tokens": 5},
        headers={"request-id": "r1"},
        latency_s=1.25,
        ttft_s=0.5,
        created_at=1_760_000_000.123456,
        attempts=3,
        price={"input_cost_per_token": "1e-06"},
    )
    store.put_many([Entry(key=entry.key, request=entry.request, record=record, profile="p", section="s")])

    assert store.get(entry.key) == record


@pytest.mark.parametrize(
    "content",
    [
        "a\r\nb\rc\n",
        "nul \0 inside",
        "half a pair \ud83d",
        "\udc00 the other half",
        "\U0001f600 ü",
        "",
        "x" * 5_000_000,
    ],
    ids=["crlf", "nul", "high", "low", "astral", "empty", "5 MB"],
)
def test_what_a_model_said_survives_byte_for_byte(
    tmp_path: Path, make_entry: Callable[..., Entry], content: Any
) -> None:
    entry = make_entry(1, content)
    with Store(tmp_path) as store:
        store.put_many([entry])

    with Store(tmp_path) as again:
        assert again.get(entry.key).raw["choices"][0]["message"]["content"] == content


def test_keys_that_are_not_there_are_left_out(store: Store, make_entry: Callable[..., Entry]) -> None:
    entries = [make_entry(number) for number in range(1_200)]
    store.put_many(entries[:1_100])

    found = store.get_many([entry.key for entry in entries] + ["no key at all", entries[0].key])

    assert found == {entry.key: entry.record for entry in entries[:1_100]}


def test_nothing_is_asked_of_nothing(store: Store) -> None:
    assert store.get_many([]) == {}
    assert store.get("0" * 64) is None
    assert 7 not in store
    store.put_many([])


def test_a_second_answer_replaces_the_first(store: Store, make_entry: Callable[..., Entry]) -> None:
    old, new = make_entry(1, "old"), make_entry(1, "new")

    store.put_many([old])
    store.put_many([new])

    assert store.get(old.key) == new.record
    assert len(store) == 1


def test_nothing_is_ever_evicted(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    """diskcache would begin to evict here: at a size limit and with the defaults, ten with each write."""
    entries = [make_entry(number, "x" * 300_000) for number in range(40)]
    with Store(tmp_path) as store:
        for entry in entries:
            store.put_many([entry])
        settings = dict(store._reader.query("SELECT key, value FROM Settings"))

    assert settings["eviction_policy"] == "none"
    assert settings["cull_limit"] == 0
    with Store(tmp_path) as again:
        assert len(again.get_many([entry.key for entry in entries])) == 40


def test_an_acknowledged_write_is_flushed_to_the_disk(store: Store) -> None:
    """synchronous=FULL (2): power loss takes nothing that was acknowledged."""
    commits = store._current().commits
    level = commits.submit(lambda: commits._cache.reset("sqlite_synchronous")).result()

    assert level == 2
    assert commits.submit(lambda: commits._cache._sql("PRAGMA synchronous").fetchall()).result() == [(2,)]


def test_put_many_is_all_or_nothing(store: Store, make_entry: Callable[..., Entry]) -> None:
    bad = make_entry(2)
    bad = Entry(key=bad.key, request=bad.request, record=Record(provider="p", raw={1, 2}), profile="p", section="s")

    with pytest.raises(InputError, match=f"{bad.key[:12]} cannot be stored"):
        store.put_many([make_entry(1), bad])

    assert len(store) == 0
    assert store.spend_rows() == []


@pytest.mark.parametrize("key", ["", "abc", "G" * 64, "a" * 64 + "\n", "spend:x"])
def test_a_key_that_is_none_is_refused(store: Store, make_entry: Callable[..., Entry], key: str) -> None:
    entry = make_entry(1)

    with pytest.raises(InputError, match="is not a key"):
        store.put_many([Entry(key=key, request=entry.request, record=entry.record, profile="p", section="s")])


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "-1", "sNaN"])
def test_a_cost_that_is_no_amount_is_refused(store: Store, make_entry: Callable[..., Entry], cost: str) -> None:
    with pytest.raises(InputError, match="cost_usd"):
        store.put_many([make_entry(1, cost=cost)])
    with pytest.raises(InputError, match="cost_usd"):
        store.put_many([make_entry(1, cost=cost, answer=False)])


def test_a_reply_that_is_no_answer_is_never_served(store: Store, make_entry: Callable[..., Entry]) -> None:
    entry = make_entry(1, answer=False)

    store.put_many([entry])

    assert store.get(entry.key) is None
    assert len(store) == 0
    assert [row.cost_usd for row in store.spend_rows()] == [Decimal("0.001")]


def test_stats_count_by_model(store: Store, make_entry: Callable[..., Entry]) -> None:
    assert store.stats().entries == 0
    assert store.stats().oldest is None
    store.put_many([make_entry(1), make_entry(2), make_entry(3, model="sim/a")])

    stats = store.stats()

    assert stats.entries == 3
    assert stats.models == {"openai/gpt-4o-mini": 2, "sim/a": 1}
    assert stats.bytes > 10_000
    assert stats.oldest <= stats.newest
    assert str(stats).splitlines()[0].startswith("3 answers, 0.")
    assert str(stats).splitlines()[2:] == ["        2  openai/gpt-4o-mini", "        1  sim/a"]


def test_the_repr_says_where_and_how_many(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    store = Store(tmp_path / "here")
    store.put_many([make_entry(1)])

    assert repr(store) == f"Store('{tmp_path}/here', 1 answers)"
    store.close()
    assert repr(store) == f"Store('{tmp_path}/here', closed)"


def test_a_closed_store_says_so(store: Store, make_entry: Callable[..., Entry]) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreError, match="closed; open it again"):
        store.get("0" * 64)
    with pytest.raises(StoreError, match="closed; open it again"):
        store.put_many([make_entry(1)])


def test_a_closed_store_is_one_file(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    with Store(tmp_path) as store:
        store.put_many([make_entry(1)])

    assert [file.name for file in tmp_path.iterdir()] == ["cache.db"]


def test_a_reader_sees_what_another_store_just_wrote(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    with Store(tmp_path) as one, Store(tmp_path) as other, Store(tmp_path, readonly=True) as third:
        one.put_many([make_entry(1)])
        other.put_many([make_entry(2)])

        assert [len(one), len(other), len(third)] == [2, 2, 2]


def test_threads_share_a_store(store: Store, make_entry: Callable[..., Entry]) -> None:
    entries = [make_entry(number) for number in range(400)]
    start = threading.Barrier(8)

    def work(part: int) -> None:
        start.wait()
        for entry in entries[part::8]:
            store.put_many([entry])
            assert store.get(entry.key) == entry.record

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert len(store.get_many([entry.key for entry in entries])) == 400
    assert [row.answers for row in store.spend_rows()] == [400]


def test_a_slow_reader_of_entries_holds_up_no_writer(store: Store, make_entry: Callable[..., Entry]) -> None:
    store.put_many([make_entry(number) for number in range(300)])
    running = store.entries()
    next(running)

    store.put_many([make_entry(999)])

    assert store.get(make_entry(999).key) is not None
    assert len(list(running)) >= 299


def test_entries_come_by_ascending_key(store: Store, make_entry: Callable[..., Entry]) -> None:
    store.put_many([make_entry(number) for number in range(250)])

    keys = [entry.key for entry in store.entries()]

    assert keys == sorted(keys)
    assert len(keys) == 250


def test_readonly_changes_nothing(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    with Store(tmp_path) as store:
        store.put_many([make_entry(1)])
    before = (tmp_path / "cache.db").read_bytes()

    with Store(tmp_path, readonly=True) as store:
        assert store.readonly
        assert store.get(make_entry(1).key) == make_entry(1).record
        assert repr(store).endswith("1 answers, read-only)")
        with pytest.raises(StoreError, match=r"readonly=True.*open it again"):
            store.put_many([make_entry(2)])
        with pytest.raises(StoreError, match="readonly=True"):
            store.submit([make_entry(2)])

    assert (tmp_path / "cache.db").read_bytes() == before


def test_readonly_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        Store(tmp_path / "typo", readonly=True)

    assert not (tmp_path / "typo").exists()


def test_a_whole_store_warns_of_nothing(store: Store, make_entry: Callable[..., Entry]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", StoreWarning)
        store.put_many([make_entry(1)])
        store.get_many([make_entry(1).key])
        list(store.entries())
        store.spend_rows()


def test_a_forked_child_opens_its_own(tmp_path: Path, child: Callable[..., subprocess.Popen[str]]) -> None:
    code = """
import os, warnings
warnings.simplefilter("ignore")
store = Store(sys.argv[1])
store.put_many([make_entry(1)])
pid = os.fork()
if pid == 0:
    assert store.get(make_entry(1).key) is not None
    store.put_many([make_entry(2)])
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
store.put_many([make_entry(3)])
assert len(store) == 3
store.close()
"""
    process = child(code, tmp_path)

    assert process.wait(30) == 0, process.stderr.read()


def test_importing_the_room_does_not_import_diskcache(child: Callable[..., subprocess.Popen[str]]) -> None:
    process = child("assert 'diskcache' not in sys.modules")

    assert process.wait(30) == 0, process.stderr.read()
