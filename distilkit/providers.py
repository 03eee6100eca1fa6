"""The providers as an object: list them, add to them, change them, ask them, while a program runs.

The same profiles, checks and runs as everywhere; what changes here is one value that is swapped whole. Knows no wire
format and no tree.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.api import acomplete, compare, complete
from distilkit.errors import InputError
from distilkit.health import check
from distilkit.markup import escape
from distilkit.overview import status
from distilkit.profiles import ConfigWarning, Profile, Profiles, Strategy, load_profiles, resolve
from distilkit.profiles.changes import less, with_default, with_fields, with_model, with_strategy
from distilkit.profiles.offers import meant_by, models_of, sections_of
from distilkit.profiles.saving import as_file, write_new
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.profiles.load import Config


class Providers:
    """The profiles of a file, open to change at run time.

        providers = dk.Providers()
        providers.add_model("lab", "Qwen/Qwen3-8B", base_url="http://gpu-server:8000/v1")
        providers.set_default("lab/Qwen/Qwen3-8B")
        providers.call("What is 2 + 2?").content

    Every change is checked as the file is; one that is wrong changes nothing. The file itself stays as it is: `save`
    writes another. An object of this kind can be passed as `config=`. Threads may share it.

    Args:
        config: the profile file, or profiles that are loaded; None for the file that is found, if there is one.
        store: a `Store` or its folder, for everything that is asked through this object; None for the usual one.

    Raises:
        ConfigError: the file is wrong.
    """

    def __init__(self, config: Config = None, *, store: Store | str | Path | None = None) -> None:
        if config is not None and not isinstance(getattr(config, "config", config), str | Path | Profiles):
            way = "write it into a file, or add what it holds with add_model(...)"
            raise InputError(f"Providers() takes the path of a profile file, not {type(config).__name__}; {way}")
        self._changing = threading.Lock()
        self._config = load_profiles(config)
        self._store = store

    @property
    def config(self) -> Profiles:
        """The profiles as they are now; a later change makes others, and leaves these."""
        return self._config

    @property
    def default(self) -> str | None:
        """The profile or strategy that is asked where none is named, or None."""
        return self._config.default

    def list(self) -> list[str]:
        """Return the names of the provider sections; the built-in simulator's only where there is no other."""
        return sections_of(self._config)

    def models(self, section: str | None = None) -> Sequence[str]:
        """Return the names of the profiles that can be asked, of one section or of all, as `profiles=` takes them.

        Raises:
            InputError: there is no such section.
        """
        return models_of(self._config, section)

    def get(self, name: str) -> Profile:
        """Return a profile with all that is known of it.

        Raises:
            InputError: the name is a strategy's.
            ConfigError: there is none of this name, or it lacks something.
        """
        [found] = resolve([name], self._config)
        if not isinstance(found, Profile):
            names = ", ".join(found.strategy.names)
            raise InputError(f"get({name!r}): a strategy, which chooses among {names}; get one of these")
        return found

    def set_default(self, name: str) -> None:
        """Ask this profile, section or strategy where none is named.

        Raises:
            ConfigError: there is none of this name.
        """
        self._change(lambda known: with_default(known, name))

    def add_model(self, section: str, name: str, /, **fields: Any) -> None:
        """Add the profile `section/name`; the same again changes nothing.

        Args:
            section: an existing section, or a new one; a new one needs `type=` or `base_url=`, unless its name is a
                type, such as `openai`.
            name: what it is called, and what the provider calls it unless `model=` says otherwise.
            fields: as in the profile file. Of a new section, those that say where to send and with which key are the
                section's. A key in plain text stays in memory; better is `api_key="${NAME}"`.

        Raises:
            InputError: a name or a value is none.
            ConfigError: a field is unknown or wrong, or there is another model of this name.
        """
        self._change(lambda known: with_model(known, section, name, fields))

    def add_strategy(self, strategy: Strategy) -> None:
        """Add a strategy, such as `to_strategy` makes; the same again changes nothing.

        Raises:
            InputError: it is no `Strategy`, or has `Profile` objects: add these with `add_model`, and name them.
            ConfigError: it names a profile that is not here, or there is another of its name.
        """
        self._change(lambda known: with_strategy(known, strategy))

    def update(self, name: str, /, **fields: Any) -> None:
        """Change fields of a section, or of one profile (`section/model`), as in the profile file; None removes one.

        `rate_limit={"requests_per_minute": 10}` changes that limit and leaves the others. A section's fields hold for
        all its models that have none of their own.

        Raises:
            InputError: a value is none that a file could hold.
            ConfigError: there is no such section or profile, or a field is unknown or wrong.
        """
        self._change(lambda known: with_fields(known, name, fields))

    def remove(self, name: str) -> None:
        """Take out a profile, a section with all its models, or a strategy.

        Raises:
            ConfigError: there is none of this name, it is built in, or the default or a strategy names it.
        """
        self._change(lambda known: less(known, name))

    def status(self, name: str | None = None) -> pd.DataFrame:
        """Return what runs are doing with a profile, a section's profiles, or all of them; see `distilkit.status`."""
        return status(meant_by(self._config, name), **self._asking())

    def check(self, name: str | None = None, **options: Any) -> pd.DataFrame:
        """Ask a profile, a section's profiles, or all of them one tiny question each; see `distilkit.check`."""
        return check(meant_by(self._config, name), **{**self._asking(), **options})

    def call(
        self, prompt: Any, model: str | Strategy | None = None, *, schema: Any = None, **params: Any
    ) -> pd.Series[Any]:
        """Ask one profile one prompt, and return its row, as `distilkit.complete` does.

        Args:
            prompt: a text, a list of messages, or a list of texts and pictures.
            model: whom to ask; None for the default.
            schema: as in `complete`.
            params: generation parameters, such as `temperature=0.2`; `system`, `cache`, `budget` and `send` mean what
                they mean in `complete`.

        Raises:
            InputError: no model is named, and none is the default.
            ProviderError: the call failed. What `complete` raises is raised here too.
        """
        return complete(prompt, self._or_default(model), schema=schema, **self._with_params(params))

    async def acall(
        self, prompt: Any, model: str | Strategy | None = None, *, schema: Any = None, **params: Any
    ) -> pd.Series[Any]:
        """Do what `call` does, in any event loop."""
        return await acomplete(prompt, self._or_default(model), schema=schema, **self._with_params(params))

    def with_failover(self, prompt: Any, names: Sequence[str] | None = None, **params: Any) -> pd.Series[Any]:
        """Ask the first of several profiles that answers, in their order; None for all there are.

        The row's `served_by` says who did, `tried` what became of the others. A profile that keeps failing is left
        alone for a while, in every run on this machine. Raises as `call` does.
        """
        if isinstance(names, str):
            raise InputError(f"names= takes a list of names, such as [{names!r}]")
        chosen = list(self.models() if names is None else names)
        if not chosen:
            raise InputError("with_failover(): there is nobody to ask; name profiles, or add_model(...)")
        strategy = Strategy(name=_joined(chosen), policy="failover", profiles=chosen)
        return self.call(prompt, strategy, **params)

    def compare(self, prompts: Any, models: Any = None, **options: Any) -> pd.DataFrame:
        """Ask several profiles several prompts, as `distilkit.compare` does; None for the default."""
        return compare(prompts, models, **{**self._asking(), **options})

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write a profile file that loads to the same, readable by its owner alone.

        Never a secret: a key, header or proxy password that stands in no variable is left out, with a warning.

        Raises:
            InputError: there is a file already and `overwrite` does not say that it may go, or it cannot be written.
        """
        text, left_out = as_file(self._config)
        write_new(path, text, overwrite=overwrite)
        if left_out:
            names = ", ".join(left_out)
            told = f"{path}: left out, for a file would show it: {names}; name a variable instead, '${{NAME}}'"
            warnings.warn(told, ConfigWarning, stacklevel=2)

    def __repr__(self) -> str:
        known = self._config
        counts = [f"{name} ({_counted(len(models_of(known, name)))})" for name in sections_of(known)]
        default = f"; default {known.default}" if known.default else ""
        return f"Providers({known.path or 'no file'}: {', '.join(counts)}{default})"

    def _repr_html_(self) -> str:
        known = self._config
        rows = "".join(_html_row(known, name) for name in sections_of(known))
        head = "<tr><th>section</th><th>type</th><th>models</th></tr>"
        caption = f"{known.path or 'no file'}; default: {known.default or 'none'}"
        return f'<table class="mathjax_ignore tex2jax_ignore"><caption>{escape(caption)}</caption>{head}{rows}</table>'

    def _change(self, change: Callable[[Profiles], Profiles]) -> None:
        """Swap the profiles for changed ones; whoever asks meanwhile has the old ones, whole."""
        with self._changing:
            self._config = change(self._config)

    def _asking(self) -> dict[str, Any]:
        return {"config": self._config, "store": self._store}

    def _or_default(self, model: str | Strategy | None) -> str | Strategy:
        found = model if model is not None else self._config.default
        if found is None:
            raise InputError("no model is named, and none is the default; name one, or set_default(...)")
        return found

    def _with_params(self, given: Mapping[str, Any]) -> dict[str, Any]:
        options = {name: value for name, value in given.items() if name in _OPTIONS}
        return {
            **self._asking(),
            **options,
            "params": {name: value for name, value in given.items() if name not in _OPTIONS},
        }


# What is no parameter of a model, but of asking.
_OPTIONS = frozenset({"system", "cache", "budget", "send", "store"})
_LONGEST = 200


def _joined(names: Sequence[Any]) -> str:
    """Return the name of a strategy made in passing: whom it asks, in order."""
    text = " > ".join(map(str, names)) if len(names) > 1 else f"only {names[0]}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3].rstrip()}..."


def _counted(count: int) -> str:
    return f"{count} model{'' if count == 1 else 's'}"


def _html_row(known: Profiles, section: str) -> str:
    item = known.catalog.sections[section].fields.get("type")
    kind = item.value if item is not None and isinstance(item.value, str) else ""
    cells = (section, kind, ", ".join(models_of(known, section)))
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
