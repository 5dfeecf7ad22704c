"""Mathematics asked in German, Spanish, French and Japanese."""

from __future__ import annotations

import re

import pytest

from botcore.i18n.texts import load_catalog
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from plugins.tutoring.languages import into_english
from plugins.tutoring.wording import read

[loaded] = load_plugins(["tutoring"], plugin_folders())
LANGUAGES = ("de", "es", "fr", "ja")
CATALOG = load_catalog(loaded.plugin.folder / "locales" if loaded.plugin.folder else None)
EXAMPLES = [
    (intent, code, said)
    for intent, by_language in CATALOG.examples.items()
    if intent != "math_hint"
    for code in LANGUAGES
    for said in by_language[code]
]


@pytest.mark.parametrize(("intent", "code", "said"), EXAMPLES)
def test_every_example_is_read_and_known_by_a_pattern_of_its_intent(
    intent: str, code: str, said: str
) -> None:
    assert read(said)
    known = [name for name, one in loaded.plugin.intents.items() if any(p.search(said) for p in one.patterns)]
    assert intent in known


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_tutor_says_that_it_reads_it_reads(code: str) -> None:
    said = re.findall(r"`([^`]+)`", CATALOG.text(code, "what_i_read").partition("\n\n")[2])
    assert len(said) > 5
    for question in said:
        assert read(question), question


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Leite x^3 nach x ab", "differentiate x^3 with respect to x"),
        ("Bitte integriere 2x von 0 bis 3", "integrate 2x from 0 to 3"),
        ("löse x + y = 3 und x - y = 1", "solve x + y = 3 and x - y = 1"),
        ("Zweite Ableitung von x^4?", "second derivative of x^4"),
        ("¿Cuánto es 3 por 4?", "calculate 3*4"),
        ("Combien font 15% de 80 ?", "calculate 15% of 80"),
        ("x^4 の二階微分", "second derivative of x^4"),
        ("80 の 15% はいくつですか", "calculate 15% of 80"),
    ],
)
def test_a_question_is_said_over_in_english(said: str, english: str) -> None:
    assert into_english(said) == english


@pytest.mark.parametrize(
    "said",
    [
        "Was ist das?",
        "Löse mein Problem",
        "¿Cuánto es el envío?",
        "Combien font les frais ?",
        "これは何ですか",
        "x" * 5000,
        "leite " * 900,
    ],
)
def test_what_is_no_mathematics_is_left_alone(said: str) -> None:
    assert not re.match(r"(?:calculate|solve|differentiate|integrate|simplify)\b", into_english(said))
    assert not any(p.search(said) for one in loaded.plugin.intents.values() for p in one.patterns)
