"""What a person means by numbers, dates, amounts and addresses, in five languages. It is Wednesday, 11 March 2026, 10:00."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botcore.forms.entities import Entity, Kind, Moment, extract, find_names
from botcore.forms.entities.base import Money
from botcore.forms.entities.lexicon import known_languages
from tests.forms.conftest import NOW, found, values


@pytest.mark.parametrize(
    ("language", "text", "date"),
    [
        ("en", "tomorrow", "2026-03-12"),
        ("en", "the day after tomorrow", "2026-03-13"),
        ("en", "on Friday", "2026-03-13"),
        ("en", "next Friday", "2026-03-20"),
        ("en", "Friday next week", "2026-03-20"),
        ("en", "in two weeks", "2026-03-25"),
        ("en", "3 days from now", "2026-03-14"),
        ("en", "March 14th", "2026-03-14"),
        ("en", "14 March 2027", "2027-03-14"),
        ("en", "February 3", "2027-02-03"),
        ("en", "3/14", "2026-03-14"),
        ("en", "2026-04-01", "2026-04-01"),
        ("en", "the 14th", "2026-03-14"),
        ("en", "the tenth", "2026-04-10"),
        ("en", "in one month", "2026-04-11"),
        ("zh", "明天", "2026-03-12"),
        ("zh", "大后天", "2026-03-14"),
        ("zh", "周五", "2026-03-13"),
        ("zh", "下周五", "2026-03-20"),
        ("zh", "下个星期天", "2026-03-22"),
        ("zh", "三天后", "2026-03-14"),
        ("zh", "两周后", "2026-03-25"),
        ("zh", "三月十四号", "2026-03-14"),
        ("zh", "2027年1月2日", "2027-01-02"),
        ("zh", "下个月5号", "2026-04-05"),
        ("de", "morgen", "2026-03-12"),
        ("de", "übermorgen", "2026-03-13"),
        ("de", "nächsten Freitag", "2026-03-13"),
        ("de", "am 14. März", "2026-03-14"),
        ("de", "am 14.", "2026-03-14"),
        ("de", "14.04.2026", "2026-04-14"),
        ("de", "in einundzwanzig Tagen", "2026-04-01"),
        ("es", "mañana", "2026-03-12"),
        ("es", "pasado mañana", "2026-03-13"),
        ("es", "el 14 de abril de 2027", "2027-04-14"),
        ("es", "dentro de dos semanas", "2026-03-25"),
        ("es", "el próximo viernes", "2026-03-13"),
        ("fr", "après-demain", "2026-03-13"),
        ("fr", "vendredi prochain", "2026-03-13"),
        ("fr", "le 14 juillet", "2026-07-14"),
        ("fr", "le 1er mai", "2026-05-01"),
        ("fr", "dans trois jours", "2026-03-14"),
    ],
)
def test_a_date_is_read_as_its_language_means_it(language: str, text: str, date: str) -> None:
    assert values(text, "date", language) == [date]


@pytest.mark.parametrize(
    ("language", "text", "time"),
    [
        ("en", "at 8pm", "20:00"),
        ("en", "8:30 in the evening", "20:30"),
        ("en", "half past eight tomorrow evening", "20:30"),
        ("en", "quarter to nine", "08:45"),
        ("en", "12 am", "00:00"),
        ("en", "at noon", "12:00"),
        ("en", "tonight at 8", "20:00"),
        ("en", "sometime after 6", "06:00"),
        ("en", "0730pm is right", "19:30"),
        ("en", "in two hours", "12:00"),
        ("zh", "下午三点", "15:00"),
        ("zh", "晚上八点半", "20:30"),
        ("zh", "十五点二十分", "15:20"),
        ("zh", "晚上八点三个人", "20:00"),
        ("zh", "晚上八点二十个人", "20:00"),
        ("zh", "八点零五", "08:05"),
        ("fr", "15 heures 30", "15:30"),
        ("zh", "上午10点一刻", "10:15"),
        ("zh", "中午12点", "12:00"),
        ("de", "um 15 Uhr", "15:00"),
        ("de", "15.30 Uhr", "15:30"),
        ("de", "halb neun abends", "20:30"),
        ("de", "um viertel vor acht", "07:45"),
        ("es", "a las 3", "03:00"),
        ("es", "a las tres y media de la tarde", "15:30"),
        ("es", "a las ocho menos cuarto", "07:45"),
        ("fr", "à 15h30", "15:30"),
        ("fr", "à 8 heures du soir", "20:00"),
        ("fr", "à midi", "12:00"),
    ],
)
def test_a_time_is_read_as_its_language_means_it(language: str, text: str, time: str) -> None:
    assert values(text, "time", language) == [time]


@pytest.mark.parametrize(
    ("language", "text", "moment"),
    [
        ("en", "next Friday at 8pm", "2026-03-20T20:00:00+01:00"),
        ("en", "remind me in two and a half hours", "2026-03-11T12:30:00+01:00"),
        ("zh", "半个小时后", "2026-03-11T10:30:00+01:00"),
        ("zh", "明天下午三点", "2026-03-12T15:00:00+01:00"),
        ("de", "morgen um 15 Uhr", "2026-03-12T15:00:00+01:00"),
        ("es", "mañana a las 3", "2026-03-12T03:00:00+01:00"),
        ("fr", "le 14 juillet à midi", "2026-07-14T12:00:00+02:00"),
    ],
)
def test_a_date_and_a_time_are_a_moment_in_the_persons_time_zone(
    language: str, text: str, moment: str
) -> None:
    assert values(text, "datetime", language) == [moment]


def test_hours_from_now_are_whole_hours_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 29, 1, 0, tzinfo=NOW.tzinfo)
    later = [one for one in extract("in two hours", Moment(before)) if one.kind == "datetime"]
    assert [one.normalised for one in later] == ["2026-03-29T04:00:00+02:00"]


def test_the_day_of_a_date_is_no_hour() -> None:
    assert values("by 14 March", "time") == []
    assert values("ab 14. März", "time", "de") == []


@pytest.mark.parametrize(
    ("language", "text", "length"),
    [
        ("en", "2 hours 30 minutes", "PT2H30M"),
        ("en", "half an hour", "PT30M"),
        ("en", "two and a half hours", "PT2H30M"),
        ("en", "a week", "P7D"),
        ("zh", "两个半小时", "PT2H30M"),
        ("zh", "半个小时", "PT30M"),
        ("zh", "三天", "P3D"),
        ("de", "zwei Stunden", "PT2H"),
        ("es", "tres días", "P3D"),
        ("fr", "vingt minutes", "PT20M"),
    ],
)
def test_a_length_of_time_adds_up_its_parts(language: str, text: str, length: str) -> None:
    assert values(text, "duration", language) == [length]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "twenty-five people", "25"),
        ("en", "two hundred and five", "205"),
        ("en", "1,234.5", "1234.5"),
        ("en", "3 million", "3000000"),
        ("zh", "二十五个人", "25"),
        ("zh", "一百零五", "105"),
        ("zh", "三万五", "35000"),
        ("zh", "一亿三千万", "130000000"),
        ("zh", "3万", "30000"),
        ("zh", "三点一四", "3.14"),
        ("de", "fünfundzwanzig Leute", "25"),
        ("de", "1.234,5", "1234.5"),
        ("de", "1.234", "1234"),
        ("es", "veinticinco personas", "25"),
        ("fr", "quatre-vingt-dix-neuf", "99"),
        ("fr", "1 234,5", "1234.5"),
    ],
)
def test_a_number_is_read_from_digits_and_words(language: str, text: str, number: str) -> None:
    assert values(text, "number", language) == [number]


@pytest.mark.parametrize(
    ("language", "region", "text", "money"),
    [
        ("en", "", "$1,200.50", "1200.50 USD"),
        ("en", "CA", "$20", "20 CAD"),
        ("en", "", "20 pounds", "20 GBP"),
        ("en", "", "50 CHF", "50 CHF"),
        ("zh", "", "三万五千块钱", "35000 CNY"),
        ("zh", "", "3块5", "3.5 CNY"),
        ("zh", "", "¥20", "20 CNY"),
        ("de", "", "1.250,50 €", "1250.50 EUR"),
        ("es", "", "veinte euros", "20 EUR"),
        ("fr", "", "1 250,50 €", "1250.50 EUR"),
    ],
)
def test_an_amount_has_its_currency(language: str, region: str, text: str, money: str) -> None:
    assert values(text, "money", language, region) == [money]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("email", "write to Ada.L@Example.ORG.", "Ada.L@example.org"),
        ("url", "see www.example.org/a?b=1.", "https://www.example.org/a?b=1"),
        ("phone", "ring +49 30 901820, please", "+4930901820"),
        ("order", "where is #48213?", "48213"),
        ("order", "my order AB-1234 has not come", "AB-1234"),
    ],
)
def test_addresses_and_references_are_found_in_their_sentence(kind: Kind, text: str, value: str) -> None:
    assert values(text, kind) == [value]
    assert values(text, "number") == []


def test_a_telephone_number_without_its_country_is_of_the_persons_region() -> None:
    assert values("13800138000", "phone", "zh") == ["+8613800138000"]
    assert values("030 901820", "phone", "de") == ["+4930901820"]
    assert values("020 7946 0958", "phone", "en", "GB") == ["+442079460958"]


def test_the_number_of_people_is_told_from_the_numbers_of_the_date() -> None:
    assert values("a table for 4 on 14 March at 8pm", "number") == ["4"]
    assert values("下周五订三个人的位子，晚上八点半", "number", "zh") == ["3"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I may want to march on"),
        ("en", "just a second thought"),
        ("zh", "等一下，我们一起去"),
        ("en", "30 February"),
        ("en", "13:75"),
        ("en", "First name Nikki"),
        ("fr", "je voudrais un taxi"),
    ],
)
def test_words_that_only_look_like_values_are_none(language: str, text: str) -> None:
    assert [one for one in found(text, language) if one.kind not in {"number"}] == []


def test_values_have_their_types() -> None:
    typed = {entity.kind: entity.value for entity in found("tomorrow at 8pm for 2 hours, $5")}
    assert typed["money"] == Money(typed["money"].amount, "USD")  # type: ignore[union-attr]
    assert typed["duration"] == timedelta(hours=2)
    assert typed["datetime"] == datetime(2026, 3, 12, 20, tzinfo=NOW.tzinfo)


NAMES = {"Ada Lovelace": ["Ada"], "Alan Turing": [], "李小龙": ["Bruce Lee"]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I want to see Ada Lovelace", ["Ada Lovelace"]),
        ("ask ada", ["Ada Lovelace"]),
        ("with alan turign please", ["Alan Turing"]),
        ("我找李小龙", ["李小龙"]),
        ("Ada and Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Adam", []),
        ("nobody", []),
    ],
)
def test_a_name_of_a_list_is_found_however_it_is_spelled(text: str, names: list[str]) -> None:
    entities = find_names(text, NAMES)
    assert [entity.value for entity in entities] == names
    assert all(entity.text == text[entity.start : entity.end] for entity in entities)


def test_between_two_names_that_are_equally_near_none_is_chosen() -> None:
    assert find_names("Marion", {"Marian": [], "Marlon": []}) == []


HOSTILE = [
    "",
    " \t\n",
    "👍🏽👩‍👩‍👧",
    "\u202e\u0000\ud800 tomorrow",
    "9" * 4000,
    "٣ ½ ² Ⅷ",
    "in 99999999999999999 weeks",
    "零" * 500 + "万" * 50,
    "99/99/9999 31.02.2026 24:61 0000-00-00",
    "1,2,3,4.5.6,7",
    "a@b@c.d@e..f",
    "http://" + "a" * 5000,
    "one hundred " * 400,
    "the " * 1200,
    "three of the of the " * 200,
]


@pytest.mark.parametrize("language", [*known_languages(), "xx", "", "../en"])
@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_gives_no_error_and_nothing_that_is_not_there(language: str, text: str) -> None:
    for entity in extract(text, Moment(NOW, language)):
        assert entity.text == text[entity.start : entity.end]
    find_names(text, NAMES)


pieces = st.sampled_from(
    [
        "tomorrow",
        "next",
        "Friday",
        "14",
        "14th",
        "March",
        "at",
        "8",
        "pm",
        "half",
        "past",
        "two",
        "weeks",
        "in",
        "for",
        "3.50",
        "€",
        "$",
        "明天",
        "下午",
        "三点",
        "半",
        "号",
        "个",
        "月",
        ":",
        "/",
        ".",
        "-",
        "万",
        "+49",
        "#",
        "@",
        "a.b",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces | st.text(max_size=4), max_size=12), st.sampled_from(known_languages()))
def test_every_entity_is_exactly_a_place_of_the_text(parts: list[str], language: str) -> None:
    text = " ".join(parts)
    entities: list[Entity] = extract(text, Moment(NOW, language))
    assert all(entity.text == text[entity.start : entity.end] and entity.text.strip() for entity in entities)


@pytest.mark.parametrize("text", ["dinner for 3 on March 8th", "for 3 on March 8", "March 8th, for 3"])
def test_how_many_come_is_no_day_of_the_month(text: str) -> None:
    moment = Moment(datetime(2019, 3, 1, 12, tzinfo=UTC))
    found = {entity.kind: entity.normalised for entity in extract(text, moment)}
    assert (found["date"], found["number"]) == ("2019-03-08", "3")
