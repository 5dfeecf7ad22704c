"""A person with a real browser, in front of the real service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.app.service import PATIENCE_SECONDS, Service, service_in
from tests.web_widget.conftest import browser, context  # noqa: F401  # fixtures
from tests.web_widget.visitor import Visitor

pytestmark = pytest.mark.browser

EVERYBODY = '["customer_service", "tutoring", "translation", "writing", "assistant", "probe"]'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"BOTCORE_PLUGINS__ENABLED": EVERYBODY}
    with service_in(tmp_path_factory.mktemp("site") / "bot", settings) as service:
        service.start()
        service.port = int(service.url.rpartition(":")[2])  # an open page comes back to the same address
        yield service


@pytest.fixture
def visitor(context, site: Service) -> Iterator[Visitor]:  # type: ignore[no-untyped-def]  # noqa: F811
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    visitor = Visitor(context().new_page(), site)  # type: ignore[arg-type]  # of a server it needs the address
    visitor.visit()
    visitor.sees("Hello, I am botcore")
    yield visitor
    expect.set_options(timeout=15_000)


def test_every_plugin_answers_on_the_page_and_a_reload_keeps_the_talk(
    visitor: Visitor, site: Service
) -> None:
    visitor.say("What are your opening hours?")
    visitor.sees("Monday to Friday from 10:00")
    visitor.say("如何求导函数 f(x) = x^3 + 2x^2 - 3x + 1？")
    visitor.sees("3x² + 4x − 3")
    visitor.say("Translate good morning into Chinese")
    visitor.sees("早上好")
    visitor.say("/help")
    visitor.sees("/privacy")
    talk = visitor.talk
    assert [role for role, _ in talk] == ["assistant"] + ["user", "assistant"] * 4
    visitor.page.reload()
    visitor.sees("/privacy")
    assert visitor.talk == talk
    assert visitor.faults == []
    assert visitor.foreign == []


def test_an_open_page_outlives_a_kill_of_the_service(visitor: Visitor, site: Service) -> None:
    visitor.say("/echo before the kill")
    expect(visitor.entries.filter(has_text="before the kill")).to_have_count(2)
    site.kill()
    site.start()
    visitor.say("/echo after the kill")
    expect(visitor.entries.filter(has_text="after the kill")).to_have_count(2)
    expect(visitor.entries.filter(has_text="before the kill")).to_have_count(2)


def test_a_message_that_is_written_while_the_service_is_away_is_answered(
    visitor: Visitor, site: Service
) -> None:
    site.kill()
    visitor.say("/echo into the void")
    site.start()
    expect(visitor.entries.filter(has_text="into the void")).to_have_count(2)


def test_the_stop_button_ends_an_answer_that_grows(visitor: Visitor) -> None:
    visitor.say("/tell stopped")
    visitor.sees("Once upon a time")
    visitor.button("Stop the answer").click()
    visitor.sees("(Stopped.)")
    visitor.say("/echo next")
    expect(visitor.entries.filter(has_text="next")).to_have_count(2)
