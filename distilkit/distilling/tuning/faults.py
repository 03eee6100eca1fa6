"""What is wrong with one example, by a provider's rules. Pure functions over parsed objects.

Knows rules; knows no file and counts no tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from distilkit.distilling.tuning.rules import Rules

Severity = Literal["error", "warning"]
_HALF = re.compile("[\ud800-\udfff]")
_OURS = "distilkit"
# Content may be missing where one of these says what the assistant did instead.
_INSTEAD = ("tool_calls", "function_call", "refusal", "audio")


class Fault(NamedTuple):
    """One thing that is wrong.

    Attributes:
        rule: its name.
        severity: `error`, the provider refuses it or cuts it off; `warning`, it is hardly what was meant.
        detail: what was found.
        way_out: what to do.
        source: where the rule stands; `distilkit` for one of ours.
    """

    rule: str
    severity: Severity
    detail: str
    way_out: str
    source: str


def faults_of(example: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    """Yield what is wrong with an example."""
    if rules.shape == "contents":
        yield from _of_contents(example, rules)
        return
    messages = example.get("messages")
    if not isinstance(messages, list) or not messages:
        found = f"the fields are {', '.join(map(str, example)) or 'none'}"
        way = "write it with format=openai_chat; each line needs a list of messages"
        yield Fault("messages_missing", "error", found, way, rules.source)
        return
    if rules.line_fields is not None:
        for name in sorted(map(str, example.keys() - rules.line_fields)):
            yield _unknown(name, "the example", rules)
    for nth, message in enumerate(messages):
        yield from _of_message(nth, message, rules)
    if all(isinstance(message, Mapping) for message in messages):
        yield from _of_order([str(message.get("role")) for message in messages], rules)
        yield from _of_weights(messages, rules)
    if _HALF.search(_letters(messages)):
        way = "clean the text: no tokenizer takes it"
        yield Fault("half_letter", "error", "a text holds half of a surrogate pair, which is no letter", way, _OURS)


def _of_message(nth: int, message: Any, rules: Rules) -> Iterator[Fault]:
    if not isinstance(message, Mapping):
        way = "each message is an object with role and content"
        yield Fault("message_type", "error", f"message {nth} is {_kind(message)}", way, rules.source)
        return
    role = message.get("role")
    if not isinstance(role, str):
        yield Fault("role_missing", "error", f"message {nth} has no role", _roles(rules), rules.source)
    elif role not in rules.roles:
        yield Fault("role_unknown", "error", f"message {nth} is of {role[:40]!r}", _roles(rules), rules.source)
    if rules.message_fields is not None:
        for name in sorted(map(str, message.keys() - rules.message_fields)):
            yield _unknown(name, f"message {nth}", rules)
    yield from _of_content(nth, message, rules)
    if "weight" in message:
        yield from _of_weight(nth, message, rules)


def _of_content(nth: int, message: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    content = message.get("content")
    if content is None:
        if not any(message.get(name) for name in _INSTEAD):
            yield Fault("content_missing", "error", f"message {nth} has no content", "give it a text", rules.source)
    elif isinstance(content, str):
        if not content.strip():
            yield Fault("content_empty", "error", f"message {nth} is empty", "leave the example out", _OURS)
    elif not isinstance(content, list) or rules.texts_only:
        found = f"the content of message {nth} is {_kind(content)}"
        yield Fault("content_type", "error", found, "content is a text", rules.source)


def _of_weight(nth: int, message: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    weight = message["weight"]
    if not rules.weights or isinstance(weight, bool) or weight not in (0, 1):
        found = f"message {nth} has the weight {str(weight)[:40]!r}"
        yield Fault("weight", "error", found, "a weight is 0 or 1", rules.source)
    elif message.get("role") != "assistant":
        found = f"message {nth} of {str(message.get('role'))[:40]!r} has a weight"
        yield Fault("weight", "error", found, "only messages of the assistant have one", rules.source)


def _of_order(roles: Sequence[str], rules: Rules) -> Iterator[Fault]:
    if "assistant" not in roles:
        yield Fault("assistant_missing", "error", "no message is of the assistant", "add the answer", rules.source)
    elif roles[-1] != "assistant":
        found = f"the last message is of {roles[-1][:40]!r}"
        yield Fault("last_message", "error", found, "end with the answer: what follows it is not learnt", _OURS)
    if "user" not in roles:
        yield Fault("user_missing", "warning", "no message is of the user", "add what was asked", _OURS)
    if rules.system_first and "system" in roles[1:]:
        place = roles.index("system", 1)
        found = f"message {place} is of the system"
        yield Fault("system_first", "error", found, "a system message is the first, or there is none", rules.source)
    if rules.alternating:
        turns = [role for role in roles if role != "system"]
        twice = next((nth for nth in range(1, len(turns)) if turns[nth] == turns[nth - 1]), None)
        if turns[:1] == ["assistant"] or twice is not None:
            found = f"the turns are {', '.join(role[:20] for role in turns[:6])}"
            yield Fault("alternating", "error", found, "user and assistant take turns, the user first", rules.source)


def _of_weights(messages: Sequence[Mapping[str, Any]], rules: Rules) -> Iterator[Fault]:
    answers = [message for message in messages if message.get("role") == "assistant"]
    if rules.weights and answers and all(message.get("weight") == 0 for message in answers):
        found = "every message of the assistant has the weight 0"
        yield Fault("nothing_learnt", "warning", found, "give the answer the weight 1, or leave it out", _OURS)


def _of_contents(example: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    contents = example.get("contents")
    if not isinstance(contents, list) or not contents:
        found = f"the fields are {', '.join(map(str, example)) or 'none'}"
        way = 'each line is {"contents": [{"role": "user", "parts": [{"text": "…"}]}, {"role": "model", …}]}'
        yield Fault("contents_missing", "error", found, way, rules.source)
        return
    for nth, turn in enumerate(contents):
        parts = turn.get("parts") if isinstance(turn, Mapping) else None
        if not isinstance(turn, Mapping) or turn.get("role") not in rules.roles:
            yield Fault("role_unknown", "error", f"turn {nth} has no known role", _roles(rules), rules.source)
        if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
            yield Fault("parts_missing", "error", f"turn {nth} has no parts", 'parts are [{"text": "…"}]', rules.source)
        elif all("text" in part and not str(part["text"]).strip() for part in parts):
            yield Fault("content_empty", "error", f"turn {nth} is empty", "leave the example out", _OURS)
    last = contents[-1]
    if isinstance(last, Mapping) and last.get("role") != "model":
        yield Fault("last_message", "error", "the last turn is not of the model", "end with the answer", _OURS)


def _unknown(name: str, where: str, rules: Rules) -> Fault:
    found = f"{where} has a field {name[:40]!r}"
    if name == "metadata":
        way = "write the file without metadata=True"
    elif name in {"reasoning_content", "thinking"}:
        way = 'write it with format=openai_chat and thinking="drop" or "inline"'
    else:
        way = "leave the field out"
    return Fault("field_unknown", "error", found, way, rules.source)


def _letters(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(map(_letters, value.values()))
    return "\n".join(map(_letters, value)) if isinstance(value, list) else ""


def _roles(rules: Rules) -> str:
    return f"roles are {', '.join(sorted(rules.roles))}"


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
