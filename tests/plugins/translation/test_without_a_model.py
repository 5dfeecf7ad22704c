"""What a person gets from memory, glossary and OpenCC, and what they are told where that isn't enough."""

from __future__ import annotations

import pytest

from botcore.testing import TestBot


@pytest.mark.parametrize(
    ("said", "translation"),
    [
        ("/translate es good morning", "Buenos días"),
        ("/translate to French: thank you!", "Merci"),
        ("/translate 英文 你好", "Hello"),
        ("/translate zh>de：谢谢", "Danke"),
        ("/translate good morning to German", "Guten Morgen"),
        ("/translate to English de nada", "You're welcome"),
        ("translate 'good morning' to Spanish", "Buenos días"),
        ("How do you say thank you in German?", "Danke"),
        ('what\'s "thank you" in Japanese?', "ありがとう"),
        ("What does “gracias” mean?", "Thank you"),
        ("翻译成英文：你好", "Hello"),
        ("把“谢谢”翻译成法语", "Merci"),
        ("用西班牙语怎么说早上好", "Buenos días"),
        ("早上好用日语怎么说？", "おはようございます"),
        ("¿Cómo se dice gracias en inglés?", "Thank you"),
        ("Wie sagt man „danke“ auf Spanisch?", "Gracias"),
        ("/translate 繁体 我的订单在哪里？", "我的訂單在哪裏？"),
        ("/translate to traditional Chinese thank you", "謝謝"),
        ("/translate en 謝謝", "Thank you"),
        ("/translate fr Good morning! Thank you.", "Bonjour! Merci."),
    ],
)
async def test_a_known_phrase_is_translated(bot: TestBot, said: str, translation: str) -> None:
    assert (await bot.say(said)).split("\n")[0] == translation


async def test_the_answer_says_how_it_was_made(bot: TestBot) -> None:
    assert "English → Spanish · from the translation memory" in await bot.say("/translate es good morning")
    assert "中文 → 英语 · 来自翻译记忆库" in await bot.say("翻译成英文：你好", chat="other")


async def test_other_wordings_are_shown(bot: TestBot) -> None:
    assert "Also: ¿Cómo está?" in await bot.say("/translate es How are you?")


async def test_a_pair_that_needs_a_model_is_said_to(bot: TestBot) -> None:
    answer = await bot.say("/translate de The invoice is blue")
    assert "English → German needs a language model (setting `engine.urls`)" in answer
    assert "Debian" not in answer


async def test_a_pair_that_debian_has_names_the_package(bot: TestBot) -> None:
    assert "`apertium-eng-spa`" in await bot.say("/translate es The invoice is blue")
    assert "`apertium-eng-spa`" in await bot.say("/translate es>en: La factura es azul")


async def test_a_similar_phrase_is_shown_as_similar(bot: TestBot) -> None:
    answer = await bot.say("/translate de A table for three, please")
    assert "nearest phrase" in answer
    assert "“A table for two, please” – Einen Tisch für zwei, bitte" in answer


async def test_a_missing_language_is_asked_for_and_a_button_answers(bot: TestBot) -> None:
    asked = await bot.say("/translate thank you")
    assert "German" in asked.buttons
    assert "English" not in asked.buttons
    assert (await bot.say("German")).startswith("Danke")


async def test_another_language_may_follow(bot: TestBot) -> None:
    await bot.say("how do you say thank you in German?")
    assert (await bot.say("and in French?")).startswith("Merci")
    assert (await bot.say("translate that into Spanish")).startswith("Gracias")


async def test_an_unknown_language_is_named(bot: TestBot) -> None:
    assert "“Klingon”" in await bot.say("how do you say hello in Klingon?")


async def test_what_is_no_wish_for_a_translation_is_passed_on(bot: TestBot) -> None:
    answer = await bot.say("translate my order to my new address")
    assert answer.summary.plugin != "translation"


async def test_the_same_language_is_said_to_be_so(bot: TestBot) -> None:
    assert "That is English already" in await bot.say("/translate en Where is my order today?")


async def test_a_person_teaches_a_phrase_to_their_own_conversation(bot: TestBot) -> None:
    await bot.say("/translate remember en>es: order = pedido")
    assert (await bot.say("/translate es order")).startswith("pedido")
    assert "needs a language model" in await bot.say("/translate es order", chat="somebody else")


@pytest.mark.parametrize(
    "said", ["/translate", "/translate es 👍", "/translate remember order = pedido", "/translate \0"]
)
async def test_what_can_not_be_translated_gets_an_example(bot: TestBot, said: str) -> None:
    assert "/translate" in await bot.say(said)


async def test_a_long_text_is_refused_with_its_length(bot: TestBot) -> None:
    assert "9000 at once" in await bot.say("/translate es " + "what is this? " * 20_000)


@pytest.mark.parametrize(
    "nasty", ["\ud800", "\u202e\u200b", "⟦9⟧⟦", "{0.__class__}", "a" * 5_000, "```" * 800, "請" * 5_000]
)
async def test_any_text_gets_an_answer(bot: TestBot, nasty: str) -> None:
    assert await bot.say(f"/translate de {nasty}")
