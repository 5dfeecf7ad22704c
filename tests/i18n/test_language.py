"""Which language a text is in."""

from __future__ import annotations

import subprocess
import sys

import pytest

from botcore.i18n.language import detect_language

SAID = {
    "en": [
        "hi",
        "thanks",
        "where is my order?",
        "track my order",
        "how do you say “谢谢” in German?",
        "what does 谢谢 mean?",
    ],
    "zh": [
        "你好",
        "謝謝",
        "我的订单在哪里？",
        "今天3点开门吗",
        "帮我打开 Visual Studio Code",
        "如何求导函数 f(x) = x^3 + 2x^2？",
    ],
    "ja": ["こんにちは", "注文はどこですか", "東京タワーへの行き方"],
    "de": ["danke", "wo ist meine Bestellung?", "ich möchte das zurückgeben", "auf Wiedersehen"],
    "es": ["hola", "gracias", "¿dónde está mi pedido?", "quiero devolver esto"],
    "fr": ["merci", "non merci", "où est ma commande ?", "je ne comprends pas"],
    "it": ["grazie", "ciao", "quanto costa?"],
    "pt": ["obrigado", "onde está meu pedido?"],
    "ko": ["안녕하세요", "주문 어디 있어요?"],
    "ru": ["привет", "где мой заказ?"],
    "uk": ["дякую", "де моє замовлення?"],
    "ar": ["مرحبا"],
    "th": ["สวัสดี"],
}


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in SAID.items() for text in texts]
)
def test_what_people_say_is_recognised_without_a_prior(language: str, text: str) -> None:
    found = detect_language(text)
    assert found.code == language
    assert 0.0 < found.confidence <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "OK!",
        "123",
        "👍",
        "/help",
        "f(x)=x^2+3",
        "`ls -la`",
        "https://example.org/a",
        "\0",
        "\ud800",
        "iPhone 15",
    ],
)
@pytest.mark.parametrize("prior", ["zh", "de", "ja"])
def test_what_says_nothing_leaves_the_language_of_the_dialogue(text: str, prior: str) -> None:
    found = detect_language(text, prior)
    assert (found.code, found.confidence) == (prior, 0.0)


def test_without_prior_and_words_there_is_no_language() -> None:
    assert detect_language("12345").code == ""


@pytest.mark.parametrize(
    ("text", "prior"), [("no", "es"), ("ja", "de"), ("ja", "nl"), ("si", "es"), ("東京", "ja")]
)
def test_a_short_word_of_several_languages_is_taken_for_the_dialogues(text: str, prior: str) -> None:
    assert detect_language(text, prior).code == prior


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("谢谢", "ja", "zh"),
        ("你好", "ja", "zh"),
        ("what about tomorrow", "de", "en"),
        ("hello", "zh", "en"),
        ("¿dónde está mi pedido?", "en", "es"),
        ("Demander une personne", "en", "fr"),
        ("Die Formel ist leer.", "pl", "de"),
    ],
)
def test_a_clear_text_changes_the_language_of_the_dialogue(text: str, prior: str, language: str) -> None:
    assert detect_language(text, prior).code == language


def test_a_megabyte_is_read_by_its_beginning() -> None:
    assert detect_language("where is my order? " * 60_000).code == "en"
    assert detect_language("\u202e" * 1_000_000, "fr").code == "fr"


def test_the_full_model_is_never_fetched(tmp_path: object) -> None:
    """Its package would load a downloader; a process that can't open a connection or a cache must do as well."""
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('it opened a socket')\n"
        "socket.socket = refuse\n"
        "from botcore.i18n.language import detect_language\n"
        "assert detect_language('wo ist meine Bestellung?').code == 'de'\n"
        "assert 'robust_downloader' not in sys.modules and 'requests' not in sys.modules\n"
    )
    environment = {"FTLANG_CACHE": f"{tmp_path}/cache", "PATH": ""}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, timeout=60)
