"""A provider section for a server that was found: as the text of a profile file, and as the profiles it would make.

Both are made of the same few fields, and a test holds them together. Reads no file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from distilkit.profiles import Profile
from distilkit.profiles.fields import check_name
from distilkit.profiles.keys import Holder, key_of
from distilkit.profiles.providers import provider_of, variable_name

_HEAD = "# Found by distilkit. Each model is a profile: section/model.\nproviders:\n"


@dataclass(frozen=True, slots=True)
class Section:
    """A section under `providers:`.

    Attributes:
        name: of the section.
        type: its `type`.
        base_url: where it listens.
        models: the names of its models, each one `usable`.
        needs_key: whether nothing is told, or answered, without a key.
    """

    name: str
    type: str
    base_url: str
    models: tuple[str, ...]
    needs_key: bool = False

    @property
    def key_variable(self) -> str:
        """The variable that would hold its key."""
        return variable_name(self.name)

    def profiles(self) -> list[Profile]:
        """Return a profile a model, as a file with this section would give them."""
        return [self._profile(model) for model in self.models]

    def text(self) -> str:
        """Return the section in YAML, indented to stand under `providers:`."""
        lines = [f"  {self.name}:", f"    type: {self.type}", f"    base_url: {_quoted(self.base_url)}"]
        if self.needs_key:
            lines.append(f"    api_key: ${{{self.key_variable}}}")
        if self.models:
            lines += ["    models:", *(f"      - {_quoted(model)}" for model in self.models)]
        return "\n".join(lines) + "\n"

    def _profile(self, model: str) -> Profile:
        name, provider = f"{self.name}/{model}", str(provider_of(self.type))
        return Profile(
            name=name,
            provider=provider,
            model=model,
            section=self.name,
            base_url=self.base_url,
            api_key=key_of(Holder(name, self.name, provider, self.base_url, name), None),
            limits_scope=self.name,
        )


def yaml_of(sections: Sequence[Section]) -> str:
    """Return a profile file with these sections; "" where none of them could be asked."""
    kept = [section for section in sections if section.models or section.needs_key]
    return _HEAD + "".join(section.text() for section in kept) if kept else ""


def usable(model: str) -> bool:
    """Say whether a name can stand in a profile file, and means itself there.

    >>> usable("llama3.2:3b"), usable("${OPENAI_API_KEY}")
    (True, False)
    """
    try:
        check_name(model)
    except ValueError:
        return False
    # A server that calls a model so would be sent what the variable holds.
    return "${" not in model


def _quoted(text: str) -> str:
    # What is printable reads in YAML as in JSON.
    return json.dumps(text, ensure_ascii=False)
