"""The operators' own examples of what people say (`intents.examples_file`), beside those that plugins bring."""

from __future__ import annotations

import re
from collections.abc import Iterable

from botcore.config.masks import plain, shown
from botcore.config.names import nearest
from botcore.config.origins import Leaf
from botcore.config.places import Unreadable, from_toml
from botcore.config.settings import IntentSettings, Settings
from botcore.errors import ConfigurationError, Fault
from botcore.intents.base import OUT_OF_SCOPE, Examples

_LIST = 'expected a list of texts, like ["where is my order", "where\'s my stuff"]'


def add_own_examples(
    settings: Settings, declared: Examples, intents: Iterable[str]
) -> dict[str, dict[str, list[str]]]:
    """The plugins' examples and the operators'. The file is TOML: a table for each intent, a list for each language.

    `intents` are all that the plugins have. Raises ConfigurationError with all mistakes of the file. No file is no
    mistake, unless somebody named it.
    """
    joint = {name: {code: list(said) for code, said in by_code.items()} for name, by_code in declared.items()}
    known = [*intents, OUT_OF_SCOPE]
    faults: list[Fault] = []
    for leaf in _leaves(settings):
        fault = _fault(leaf, known)
        if fault is None and isinstance(leaf.value, list):
            intent, code = leaf.key
            joint.setdefault(intent, {}).setdefault(code, []).extend(leaf.value)
        elif fault and fault not in faults:
            faults.append(fault)
    if faults:
        raise ConfigurationError(faults)
    return joint


def _leaves(settings: Settings) -> list[Leaf]:
    path = settings.intents.examples_file
    if path == IntentSettings().examples_file and not path.exists():
        return []
    try:
        return from_toml(path)
    except Unreadable as error:
        raise ConfigurationError([error.fault]) from None


def _fault(leaf: Leaf, intents: list[str]) -> Fault | None:
    name = plain(".".join(leaf.key))
    if leaf.key[0] not in intents:
        unknown = (
            f"there is no intent of this name{nearest(leaf.key[0], intents)}; `botcore plugin list` shows all"
        )
        return Fault(leaf.table or leaf.where, plain(leaf.key[0]), unknown)
    if leaf.value == {} and len(leaf.key) == 1:
        return None
    if len(leaf.key) == 1:
        problem = (
            f"the examples of an intent are a table, [{name}], with a list for each language, like en = [...]"
        )
        return Fault(leaf.where, name, problem)
    if not re.fullmatch("[a-z]{2,3}", leaf.key[1]):
        return Fault(leaf.where, name, "expected the code of a language, like en or zh")
    if len(leaf.key) > 2 or not isinstance(leaf.value, list):
        return Fault(leaf.where, name, _LIST, shown(leaf.key, leaf.value))
    wrong = next((item for item in leaf.value if not isinstance(item, str) or not item.strip()), None)
    return None if wrong is None else Fault(leaf.where, name, _LIST, shown(leaf.key, wrong))
