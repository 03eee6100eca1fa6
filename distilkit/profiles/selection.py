"""Read what a file says beside its profiles: strategies, the budget, the default, and what deserves a warning.

Knows the catalog's names; how a strategy chooses is decided elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from distilkit.profiles.budget import Allowance, Budget
from distilkit.profiles.catalog import Catalog, Entry
from distilkit.profiles.check import checked
from distilkit.profiles.evidence import Evidence, nobody
from distilkit.profiles.fields import check_name
from distilkit.profiles.nearest import did_you_mean
from distilkit.profiles.providers import of_bare_model, provider_of
from distilkit.profiles.schema import BudgetFields
from distilkit.profiles.schema_strategies import StrategyFields
from distilkit.profiles.strategy import Strategy
from distilkit.profiles.tree import ENOUGH, Item, Problem, at

if TYPE_CHECKING:
    from distilkit.profiles.schema_strategies import EvidenceFields
    from distilkit.profiles.strategy import Policy

Said = TypeVar("Said")

_NONE = Item({}, 1)


def strategies(root: Item, known: Catalog, problems: list[Problem]) -> dict[str, Strategy]:
    """Return the strategies, every profile they name looked up."""
    found = {name: _strategy(name, item, known, problems) for name, item in _strategies(root).items()}
    return {name: each for name, each in found.items() if each is not None}


def _strategy(name: str, item: Item, known: Catalog, problems: list[Problem]) -> Strategy | None:
    already = len(problems)
    fields = checked(StrategyFields, item, [])  # problems of its fields are told by the check of the file
    members = [_member(each, known, problems) for each in item.fields.get("profiles", _NONE).items]
    _check_names(name, item, members, known, problems)
    weights = _by_profile(fields.weights if fields else None, known)
    evidence = _by_profile(fields.evidence if fields else None, known)
    policy: Policy = (fields and fields.policy) or _implied(weights, evidence)
    _check_weights(item, policy, members, weights, problems)
    if fields is None or len(problems) > already:
        return None
    figures = _figures(item, known, evidence, problems)
    problems += _wrong_evidence(item, policy, members, fields.quality, figures) if len(problems) == already else []
    if len(problems) > already:
        return None
    optional = fields.model_dump(include=_OPTIONAL, exclude_none=True)
    return Strategy(
        name=name, policy=policy, profiles=tuple(map(str, members)), weights=weights, evidence=figures, **optional
    )


_OPTIONAL = {"quality", "max_failures", "recovery_timeout_s", "health_check_interval_s"}


def _by_profile(said: Mapping[str, Said] | None, known: Catalog) -> dict[str, Said]:
    """Return what is said of each profile by its own name; a section stands for its first model."""
    return {member(word, known) or word: each for word, each in (said or {}).items()}


def _implied(weights: Mapping[str, object], evidence: Mapping[str, object]) -> Policy:
    return "weighted" if weights else "cheapest_good_enough" if evidence else "failover"


def _strategies(root: Item) -> Mapping[str, Item]:
    return root.fields.get("strategies", _NONE).fields


def _check_names(name: str, item: Item, members: Sequence[str | None], known: Catalog, problems: list[Problem]) -> None:
    try:
        check_name(name)
    except ValueError as error:
        problems.append(Problem(item.line, item.path[:-1], f"bad name: {error}"))
    if name in known.entries or name in members:
        problems.append(at(item, "a profile has this name too; rename one"))
    if not members:
        problems.append(at(item, "names no profiles; add `profiles: [one, two]`"))
    twice = [each for each, count in Counter(filter(None, members)).items() if count > 1]
    if twice:
        problems.append(at(item, f"names {twice[0]} twice; for a larger share use weights"))


def _check_weights(
    item: Item, policy: str, members: Sequence[str | None], weights: Mapping[str, float], problems: list[Problem]
) -> None:
    if weights and policy != "weighted":
        problems.append(at(item, f"weights are for policy weighted, not {policy}; drop one"))
    elif policy == "weighted" and set(weights) != set(members):
        problems.append(at(item, "every profile needs a weight, and every weight a profile; correct `weights`"))


def _figures(
    item: Item, known: Catalog, evidence: Mapping[str, EvidenceFields], problems: list[Problem]
) -> dict[str, Evidence]:
    places = _by_profile(item.fields.get("evidence", _NONE).fields, known)
    found = {}
    for name, fields in evidence.items():
        try:
            found[name] = Evidence(**fields.model_dump())
        except ValueError as error:
            problems.append(at(places[name], f"{error}; correct it"))
    return found


def _wrong_evidence(
    item: Item,
    policy: str,
    members: Sequence[str | None],
    quality: float | None,
    evidence: Mapping[str, Evidence],
) -> list[Problem]:
    """Return what is wrong with the quality that a strategy asks for and the evidence it has; [] where nothing is."""
    if policy != "cheapest_good_enough":
        said = [item.fields[name] for name in ("quality", "evidence") if name in item.fields]
        text = f"quality and evidence are for policy cheapest_good_enough, not {policy}; drop one"
        return [at(each, text) for each in said[:1]]
    if quality is None:
        return [at(item, "quality is missing; add the least mean score wanted, such as `quality: 0.8`")]
    if set(evidence) != set(members):
        text = "every profile needs evidence, and all evidence a profile; correct `evidence`"
        return [at(item.fields.get("evidence", item), text)]
    told = nobody(evidence, quality)
    return [at(item.fields["quality"], told)] if told else []


def _member(item: Item, known: Catalog, problems: list[Problem]) -> str | None:
    name = str(item.value)
    found = member(name, known)
    if found is None and len(problems) <= ENOUGH:
        problems.append(at(item, f"no such profile; {did_you_mean(name, [*known.entries, *known.sections])}"))
    return found


def member(name: str, known: Catalog) -> str | None:
    """Return the profile that a strategy or default means: a name, a section's first model, or LiteLLM's string."""
    if name in known.entries:
        return name
    if name in known.sections:
        return _first(known.of_section(name))
    section, _, model = name.partition("/")
    alone = known.entries.get(section)
    if alone and "model" in alone.item.fields and alone.item.fields["model"].value == model:
        return section
    named = model and provider_of(section) not in (None, "sim")
    return name if named or of_bare_model(name) else None


def _first(entries: Sequence[Entry]) -> str | None:
    chosen = [entry for entry in entries if _is_default(entry)]
    return next((entry.name for entry in (*chosen, *entries)), None)


def _is_default(entry: Entry) -> bool:
    flag = entry.item.fields.get("default")
    return flag is not None and flag.value is True


def budget(root: Item, known: Catalog, problems: list[Problem]) -> Budget:
    """Return the budget, every provider section it names looked up; no limits where the file sets none."""
    item = root.fields.get("budget", _NONE)
    for name, each in item.fields.get("providers", _NONE).fields.items():
        if name not in known.sections and len(problems) <= ENOUGH:
            problems.extend(at(each, f"no such provider section; {way}") for way in _way_to_section(name, known))
    fields = checked(BudgetFields, item, [])  # problems of its fields are told by the check of the file
    if fields is None:
        return Budget()
    own = {name: Allowance(**each.model_dump(exclude_none=True)) for name, each in (fields.providers or {}).items()}
    return Budget(providers=own, **fields.model_dump(exclude_none=True, exclude={"providers"}))


def _way_to_section(name: str, known: Catalog) -> list[str]:
    """Say what to write instead of a name that is no section; [] where a model asked for bare stands in it."""
    kind = provider_of(name)
    same = [section for section, item in known.sections.items() if provider_of(_word(item, "type") or "") == kind]
    if kind is None:
        return [did_you_mean(name, known.sections)]
    # Whoever limits a provider means the sections that ask it, whatever they are called.
    return [f"did you mean {' or '.join(same)}?"] if same else [] if kind == name else [f"did you mean {kind}?"]


def default(root: Item, known: Catalog, problems: list[Problem]) -> str | None:
    """Return the profile or strategy marked as the default, or None where none is."""
    word = root.fields.get("default_provider")
    if word is not None and isinstance(word.value, str):
        return word.value if word.value in _strategies(root) else _member(word, known, problems)
    marked = [entry for entry in known.entries.values() if _is_default(entry)]
    for entry in marked[1:]:
        text = f"a second default (the first is {marked[0].name}); keep one, or write default_provider"
        problems.append(at(entry.item.fields["default"], text))
    return marked[0].name if marked else None


def cautions(known: Catalog) -> list[Problem]:
    """Return what loads, but has no effect or a risk, each place once."""
    return list(dict.fromkeys(caution for entry in known.entries.values() for caution in _cautions(entry.item)))


def _cautions(item: Item) -> list[Problem]:
    fields, kind = item.fields, _word(item, "type")
    found = []
    if (flag := fields.get("verify_ssl")) and flag.value is False:
        found.append(at(flag, "whoever stands between can read and change everything; ssl_cert_path is the safe way"))
    if (dials := fields.get("simulation")) and kind not in (None, "sim"):
        found.append(at(dials, f"no effect: only type sim is simulated, and this is {kind}"))
    if (model := fields.get("model")) and "deployment_name" in fields:
        found.append(at(model, "no effect: the deployment is asked, whatever model it serves"))
    sites = [fields[name] for name in ("site_url", "site_name") if name in fields and kind not in (None, "openrouter")]
    found += [at(site, "no effect: only OpenRouter takes it") for site in sites]
    if provider_of(kind or "") == "huggingface" and "//api-inference.huggingface.co" in (_word(item, "base_url") or ""):
        found.append(at(fields["base_url"], "retired by its provider; router.huggingface.co is asked instead"))
    return found


def _word(item: Item, name: str) -> str | None:
    there = item.fields.get(name)
    return there.value if there and isinstance(there.value, str) else None
