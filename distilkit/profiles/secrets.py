"""A secret that prints as nothing, and where a profile's key comes from.

Knows environment variables; does not know providers' headers or files.
"""

from __future__ import annotations

import os

from distilkit.errors import ConfigError


class Secret:
    """A value that must not be seen: in a repr, a traceback, a log line, or a pickle.

    Either a literal value, or the names of environment variables of which the first that is set and not empty
    holds it. Read only by `reveal()`, at the moment it goes into a header.
    """

    __slots__ = ("_value", "hint", "variables")

    def __init__(self, value: str | None = None, *, variables: tuple[str, ...] = (), hint: str = "") -> None:
        self._value = value
        self.variables = variables
        self.hint = hint

    def reveal(self) -> str:
        """Return the secret.

        Raises:
            ConfigError: no value, and none of the variables is set; the text names them.
        """
        value = self.peek()
        if value is None:
            names = " or ".join(self.variables) or "api_key"
            raise ConfigError(f"{self.hint or 'a key is missing'}: set {names}")
        return value

    def peek(self) -> str | None:
        """Return the secret, or None where it is not set."""
        if self._value:
            return self._value
        return next((found for name in self.variables if (found := os.environ.get(name))), None)

    @property
    def source(self) -> str:
        """Say where the secret comes from, without showing it: `file`, `$NAME`, or `not set`."""
        if self._value:
            return "file"
        return next((f"${name}" for name in self.variables if os.environ.get(name)), "not set")

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self._value, self.variables) == (other._value, other.variables)

    def __hash__(self) -> int:
        return hash((self._value, self.variables))

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to leave the process: a pickle is a file."""
        raise TypeError("a Secret is not pickled; put the key into an environment variable and name it")
