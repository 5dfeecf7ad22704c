"""Which of vLLM's parsers understand the tool calls and the thoughts of a model, by its name."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec


class Family(msgspec.Struct, frozen=True):
    """Models whose chat template is alike. Names are those of `vllm serve --help`; empty where there is none."""

    tool_parser: str
    reasoning_parser: str = ""


# The first that fits counts, so the narrower name stands first. From vLLM's pages on tool calling and reasoning outputs.
_FAMILIES: dict[str, Family] = {
    r"gpt-oss": Family("openai", "openai_gptoss"),
    r"qwen3-?coder": Family("qwen3_coder"),
    r"qwen3.*instruct": Family("hermes"),
    r"qwen3|qwq": Family("hermes", "qwen3"),
    r"qwen-?2\.?5|hermes|smollm3": Family("hermes"),
    r"llama-?4": Family("llama4_pythonic"),
    r"llama-?3": Family("llama3_json"),
    r"magistral": Family("mistral", "mistral"),
    r"mi[sx]tral|ministral|devstral": Family("mistral"),
    r"deepseek.*v3\.2": Family("deepseek_v32", "deepseek_v3"),
    r"deepseek.*v3\.1": Family("deepseek_v31", "deepseek_v3"),
    r"deepseek.*r1": Family("deepseek_v3", "deepseek_r1"),
    r"deepseek.*v3": Family("deepseek_v3"),
    r"glm-?4\.7": Family("glm47", "glm45"),
    r"glm-?4\.[56]": Family("glm45", "glm45"),
    r"kimi-?k2": Family("kimi_k2", "kimi_k2"),
    r"minimax-?m2": Family("minimax_m2", "minimax_m2"),
    r"granite-?4": Family("granite4"),
    r"granite": Family("granite"),
    r"phi-?4-mini": Family("phi4_mini_json"),
    r"functiongemma": Family("functiongemma"),
    r"gemma-?4": Family("gemma4", "gemma4"),
    r"seed-?oss": Family("seed_oss", "seed_oss"),
    r"olmo-?3.*instruct": Family("olmo3"),
    r"olmo-?3": Family("olmo3", "olmo3"),
    r"ernie-?4\.5": Family("ernie45", "ernie45"),
    r"internlm": Family("internlm"),
    r"jamba": Family("jamba"),
    r"xlam": Family("xlam"),
    r"lfm-?2": Family("lfm2"),
}
_HERMES_CALL = "<tool_call>"
_TEMPLATES = ("chat_template.jinja", "tokenizer_config.json")
_TEMPLATE_LIMIT = 1 << 20


def family_of(model: str) -> Family | None:
    """By the model's name, else by the chat template where `model` is a folder; None where neither tells."""
    name = model.rstrip("/").rpartition("/")[2].lower()
    for pattern, family in _FAMILIES.items():
        if re.search(pattern, name):
            return family
    return Family("hermes") if _speaks_hermes(Path(model)) else None


def _speaks_hermes(folder: Path) -> bool:
    """Whether calls stand between the marks that Nous Research's Hermes brought up, as JSON."""
    for name in _TEMPLATES:
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as template:
                if _HERMES_CALL in template.read(_TEMPLATE_LIMIT):
                    return True
        except (OSError, ValueError):
            continue
    return False
