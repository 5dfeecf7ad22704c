"""A small shop's bot: eight intents in English and Chinese, in this project's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.engines.minilm import MiniLM
from botcore.intents.base import Examples
from botcore.intents.classifier import IntentClassifier

SHOP: Examples = {
    "opening_hours": {
        "en": [
            "when do you open",
            "are you open on sunday",
            "what time does the shop close",
            "your opening hours please",
        ],
        "zh": ["你们几点开门", "星期天营业吗", "几点关门", "营业时间是什么"],
    },
    "track_order": {
        "en": [
            "where is my parcel",
            "track my order",
            "my package has not come yet",
            "when will my order arrive",
        ],
        "zh": ["我的包裹在哪里", "查一下我的订单", "快递还没到", "我的订单什么时候到"],
    },
    "refund": {
        "en": [
            "i want my money back",
            "how do i get a refund",
            "please refund this purchase",
            "can i return it for a refund",
        ],
        "zh": ["我要退款", "怎么申请退款", "请把钱退给我", "可以退货退款吗"],
    },
    "change_address": {
        "en": [
            "i moved to a new flat",
            "change my delivery address",
            "send it to another address",
            "update where you ship to",
        ],
        "zh": ["我搬家了", "修改收货地址", "寄到另一个地址", "换一个送货地址"],
    },
    "human": {
        "en": [
            "let me talk to a person",
            "i want a real human",
            "connect me to an agent",
            "can someone from the team help me",
        ],
        "zh": ["转人工", "我要和真人说话", "找客服人员", "请接人工客服"],
    },
    "payment": {
        "en": [
            "can i pay by card",
            "which payment methods do you take",
            "do you accept paypal",
            "my card was declined",
        ],
        "zh": ["可以刷卡吗", "支持哪些付款方式", "能用支付宝吗", "我的卡付不了款"],
    },
    "cancel_order": {
        "en": [
            "cancel my order",
            "i ordered by mistake, stop it",
            "i do not want the order any more",
            "call off my purchase",
        ],
        "zh": ["取消订单", "我下错单了", "不想要这个订单了", "帮我撤销订单"],
    },
    "warranty": {
        "en": [
            "is there a guarantee",
            "how long is the warranty",
            "it broke after a month",
            "the device stopped working",
        ],
        "zh": ["有保修吗", "保修期多久", "用了一个月就坏了", "机器不工作了"],
    },
}


@pytest.fixture(scope="session")
def shop() -> Examples:
    return SHOP


@pytest.fixture(scope="session")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> MiniLM:
    model = MiniLM(tmp_path_factory.mktemp("models"))
    model.load()
    return model


@pytest.fixture(scope="session", params=["letters", "letters and vectors"])
def embedder(request: pytest.FixtureRequest) -> MiniLM | None:
    """A classifier works with and without the sentence vectors."""
    if request.param == "letters":
        return None
    model: MiniLM = request.getfixturevalue("minilm")
    return model


@pytest.fixture(scope="session")
def classifier(shop: Examples, embedder: MiniLM | None) -> IntentClassifier:
    return IntentClassifier.train(shop, embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"
