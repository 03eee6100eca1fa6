"""Everything that is tried of a case, each thing once: an answer, a stream, a list of models, a form.

Knows neither pytest nor what the results are looked at for.
"""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import distilkit as dk
from distilkit.provider.route import Route, build_route

from .case import KEY_VARIABLE, Case
from .forms import wrong_in_form
from .listings import ListedHere, list_models
from .running import AMBIENT_VARIABLES, Ran, crowded_environment, run, run_streamed
from .server import Server


class Attempts:
    """Tries cases against one server, in folders of its own, and remembers what came of it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._answered: dict[str, Ran] = {}
        self._streamed: dict[str, Ran] = {}
        self._listed: dict[str, ListedHere] = {}
        self._forms: dict[str, list[str]] = {}

    def answered(self, case: Case) -> Ran:
        if case.name not in self._answered:
            self._answered[case.name] = run(case, self._server, self._place(case, "answered"))
        return self._answered[case.name]

    def streamed(self, case: Case) -> Ran:
        if case.name not in self._streamed:
            self._streamed[case.name] = run_streamed(case, self._server, self._place(case, "streamed"))
        return self._streamed[case.name]

    def listed(self, case: Case) -> ListedHere:
        if case.name not in self._listed:
            self._listed[case.name] = list_models(case, self._server, self._place(case, "listed"))
        return self._listed[case.name]

    def wrong_form(self, case: Case) -> list[str]:
        if case.name not in self._forms:
            self._forms[case.name] = wrong_in_form(case, self._server, self._place(case, "form"))
        return self._forms[case.name]

    def address(self, case: Case) -> str:
        """Return where a request of this case would go if the file named no address. Nothing is sent."""
        file = self._file(case, case.file(None))
        with crowded_environment():
            route = build_route(dk.load_profiles(file)[case.name], {})
        return route.url if isinstance(route, Route) else route.message

    def key_from(self, case: Case, variable: str) -> str | None:
        """Return the key of this case where only this variable is set, and the file names none."""
        base = "https://my.openai.azure.com" if case.word == "azure_openai" else None
        file = self._file(case, case.file(base, key=False))
        with mock.patch.dict(os.environ, {variable: f"canary-key-from-{variable}"}):
            for other in {*AMBIENT_VARIABLES, KEY_VARIABLE} - {variable}:
                os.environ.pop(other, None)
            key = dk.load_profiles(file)[case.name].api_key
            return key.peek() if key else None

    def _place(self, case: Case, what: str) -> Path:
        # Its name is the address at the server too, which others may share.
        return self._folder / f"{self._folder.name}-{case.name}-{what}"

    def _file(self, case: Case, text: str) -> Path:
        file = self._folder / f"{case.name}.yaml"
        file.write_text(text, encoding="utf-8")
        return file
