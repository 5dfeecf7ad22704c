"""What an engine's failures mean for the person who runs the bot, as sentences with the remedy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from botcore.errors import EngineError, EngineRefused, EngineTimeout, EngineUnavailable, PromptTooLong

_SHORTEN = "Shorten it, or begin anew with /reset."
_BUSY = (408, 409, 425, 429)


def refusal(url: str, status: int, said: str, *, model: str = "", offered: Sequence[str] = ()) -> EngineError:
    """The error for an HTTP status other than 200. `offered` are the models that the server has."""
    if status >= 500 or status in _BUSY:
        return EngineUnavailable(f"The engine {url} takes no requests now: HTTP {status}{_quoted(said)}.")
    if status in (401, 403):
        return EngineRefused(
            f"The engine {url} refused the key: HTTP {status}. Set engine.api_key to one that it knows."
        )
    if status == 404:
        return EngineRefused(_missing(url, model, offered))
    if "context length" in said or "max_model_len" in said or status == 413:
        return PromptTooLong(f"The conversation is too long for the model{_quoted(said)}. {_SHORTEN}")
    if status < 400:
        return EngineRefused(
            f"The engine {url} answers with a redirect (HTTP {status}): set engine.urls to where it leads."
        )
    return EngineRefused(f"The engine {url} refused the request: HTTP {status}{_quoted(said)}.")


def _missing(url: str, model: str, offered: Sequence[str]) -> str:
    if offered:
        return f"The engine {url} has no model {model!r}, but {_listed(offered)}: set engine.model to one of these."
    return f"Nothing speaks the OpenAI API at {url}: does the address in engine.urls end in /v1?"


def too_long(characters: int, limit: int) -> PromptTooLong:
    """The error for a prompt that no model could take."""
    return PromptTooLong(
        f"The conversation is too long for any model: {characters:,} characters, and {limit:,} may go out. {_SHORTEN}"
    )


def choice_of_models(url: str, offered: Sequence[str]) -> EngineRefused:
    """The error for a server with none or several models where no name is set."""
    if not offered:
        return EngineRefused(f"The engine {url} offers no model: start it with one.")
    return EngineRefused(f"The engine {url} offers {_listed(offered)}: set engine.model to one of these.")


def not_a_stream(url: str, media_type: str) -> EngineRefused:
    """The error for a 200 that is no event stream."""
    return EngineRefused(
        f"{url} answered with {media_type or 'an unnamed type'} rather than a stream: is that address an engine's?"
    )


def unreachable(url: str, error: Exception) -> EngineError:
    """The error for a request that got no answer."""
    if isinstance(error, asyncio.TimeoutError):
        return EngineTimeout(
            f"The engine {url} could not be connected to in time. Is that address right, and the network?"
        )
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return EngineUnavailable(
            f"{url!r} is no address: engine.urls wants forms like http://127.0.0.1:8000/v1."
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return EngineUnavailable(
            f"No engine answers at {url} ({_reason(error)}). Start it, or mend engine.urls."
        )
    return EngineUnavailable(f"The engine {url} closed the connection without an answer ({_reason(error)}).")


def broke_off(url: str, reason: str) -> EngineUnavailable:
    """The error for an answer that ends before its end."""
    return EngineUnavailable(f"The answer of the engine {url} broke off: {reason}. What came before is kept.")


def too_slow(url: str, waited_for: str, seconds: float) -> EngineTimeout:
    return EngineTimeout(
        f"The engine {url} did not {waited_for} within {seconds:g} s. What came before is kept."
    )


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    text = getattr(cause, "strerror", None) or str(cause)
    return text or type(error).__name__


def _quoted(said: str) -> str:
    return f' ("{said}")' if said else ""


def _listed(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:10]]
    return ", ".join(shown) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
