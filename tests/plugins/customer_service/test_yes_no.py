"""Yes and no, as people type them and as the buttons say them."""

from __future__ import annotations

import pytest

from botcore.i18n.texts import load_catalog
from botcore.loader import load_plugins
from botcore.paths import plugin_folders
from plugins.customer_service.yes_no import yes_or_no

[loaded] = load_plugins(["customer_service"], plugin_folders())


@pytest.mark.parametrize("language", ["en", "zh", "de", "es", "fr", "ja"])
def test_the_buttons_are_understood_in_every_language(language: str) -> None:
    folder = loaded.plugin.folder
    assert folder
    catalog = load_catalog(folder / "locales")
    assert yes_or_no(catalog.text(language, "person.yes")) is True
    assert yes_or_no(catalog.text(language, "person.no")) is False


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Ja, bitte!", True),
        ("nein danke", False),
        ("Sí, por favor.", True),
        ("no, gracias", False),
        ("oui s'il vous plaît", True),
        ("Non merci", False),
        ("はい、お願いします", True),
        ("結構です", False),
        ("ja, wann habt ihr auf?", None),
        ("noche", None),
    ],
)
def test_yes_and_no_as_people_type_them(said: str, meant: bool | None) -> None:
    assert yes_or_no(said) is meant
