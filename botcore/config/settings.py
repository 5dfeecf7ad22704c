"""Every setting of botcore with its default. `config/botcore.toml` explains them; a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from botcore.config import forms
from botcore.config.origins import Origins

Seconds = Annotated[float, Field(gt=0, le=3600)]
Days = Annotated[float, Field(gt=0, le=3650)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A table of settings. Unknown keys are errors, and a value never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        annotation = cls.model_fields[info.field_name].annotation if info.field_name else None
        if isinstance(value, bool) and annotation in {int, float}:
            raise PydanticCustomError("no_number", "expected a number")
        return value


class RedisSettings(Section):
    url: Annotated[forms.RedisUrl, Field(repr=False)] = ""
    """Empty: botcore starts its own Valkey in `data_dir`."""


class DatabaseSettings(Section):
    url: Annotated[forms.DatabaseUrl, Field(repr=False)] = ""
    """Empty: SQLite in `data_dir`."""


class EngineSettings(Section):
    kind: Literal["server", "vllm_inprocess"] = "server"
    urls: list[forms.EngineUrl] = []
    """Replicas of one model; empty where there is none."""
    program: str = ""
    """The program that `botcore engine serve` starts; empty for the one it finds."""
    model: str = ""
    """Empty: the server's first."""
    api_key: forms.Token = SecretStr("")
    connect_seconds: Seconds = 10
    first_token_seconds: Seconds = 30
    between_chunks_seconds: Seconds = 20
    total_seconds: Seconds = 120
    priority_scheduling: bool = False
    max_waiting: Annotated[int, Field(ge=0, le=100_000)] = 64
    queue_seconds: Seconds = 10
    background: Annotated[int, Field(ge=1, le=10_000)] = 4
    hedge_seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    options: list[forms.Pair] = []
    """vLLM's engine arguments, for `vllm_inprocess`."""
    adapters: list[forms.Pair] = []
    """LoRA adapters: name=folder, as the engine's machine knows it."""
    embeddings_url: forms.MaybeEngineUrl = ""
    embeddings_model: str = ""
    embeddings_languages: list[forms.Language] = []
    rerank_url: forms.MaybeEngineUrl = ""
    rerank_model: str = ""
    transcription_url: forms.MaybeEngineUrl = ""
    transcription_model: str = ""
    prompt_tokens: Annotated[int, Field(ge=500, le=1_000_000)] = 6000
    summaries: bool = True
    vision: bool = False
    cache_salt: Annotated[str, Field(max_length=200)] = ""
    """Empty: one prefix cache for all who use the server."""


class TelegramSettings(Section):
    token: forms.Token = SecretStr("")
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: forms.WebhookUrl = ""
    webhook_secret: forms.WebhookSecret = SecretStr("")
    web_app_url: forms.WebAppUrl = ""
    drafts: bool = True
    api_url: forms.TelegramUrl = "https://api.telegram.org/bot"
    file_url: forms.TelegramFileUrl = "https://api.telegram.org/file/bot"
    uncertain_sends: Literal["repeat", "mark"] = "repeat"
    messages_per_second: Annotated[float, Field(gt=0, le=10_000)] = 30
    chat_messages_per_second: Annotated[float, Field(gt=0, le=1_000)] = 1
    group_messages_per_minute: Annotated[float, Field(gt=0, le=60_000)] = 20


class DiscordSettings(Section):
    token: forms.Token = SecretStr("")
    api_url: forms.DiscordUrl = "https://discord.com/api/v10"
    gateway_url: forms.GatewayUrl = "wss://gateway.discord.gg"
    mode: Literal["gateway", "http"] = "gateway"
    public_key: forms.PublicKey = ""
    channels: list[Annotated[int, Field(ge=1)]] = []
    threads: bool = False
    shards: Annotated[int, Field(ge=0, le=256)] = 1
    """0: as many as Discord recommends."""
    file_bytes: Annotated[int, Field(ge=0, le=25_000_000)] = 1_000_000


class WebSettings(Section):
    host: forms.Host = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0: any free one."""
    api_keys: list[Annotated[forms.Token, Field(min_length=1)]] = []
    origins: list[forms.Origin] = []
    title: Annotated[str, Field(min_length=1, max_length=80)] = "botcore"


class PluginSettings(Section):
    """`enabled`, and beside it one table for each plugin, which the plugin's own model checks."""

    model_config = ConfigDict(extra="allow")

    enabled: list[forms.PluginName] = ["customer_service", "tutoring", "translation", "writing", "assistant"]

    def table(self, name: str) -> Mapping[str, Any]:
        """`plugins.<name>.*` as it was written; empty where there is nothing."""
        table: Mapping[str, Any] = (self.model_extra or {}).get(name, {})
        return table

    def __repr_args__(self) -> Iterator[tuple[str, object]]:
        """Without the tables, since only their plugins know which of their values are secret."""
        yield "enabled", self.enabled

    @property
    def tables(self) -> list[str]:
        """Names of the plugins that have a table."""
        return list(self.model_extra or {})

    @field_validator("enabled")
    @classmethod
    def _each_once(cls, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            raise ValueError("expected every plugin once")
        return names


class KnowledgeSettings(Section):
    folder: forms.Folder = Path("config/knowledge")
    threshold: Share = 0.5


class IntentSettings(Section):
    examples_file: forms.File = Path("config/intents.toml")
    """The operators' own examples; there need not be one (see `examples.py`)."""
    ask_model: bool = True
    model_margin: Share = 0.15
    model_seconds: Seconds = 2


class LimitSettings(Section):
    enabled: bool = True
    messages: Annotated[int, Field(ge=1, le=10_000)] = 20
    seconds: Seconds = 10
    parallel_chats: Annotated[int, Field(ge=1, le=100_000)] = 32
    mailbox: Annotated[int, Field(ge=1, le=10_000)] = 200
    waiting_conversations: Annotated[int, Field(ge=1, le=10_000_000)] = 20_000
    waiting_seconds: Annotated[float, Field(ge=0, le=86_400)] = 1
    history: Annotated[int, Field(ge=0, le=1_000)] = 50
    sessions_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 600
    text_length: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    turn_seconds: Seconds = 120


class RetentionSettings(Section):
    conversation_days: Days = 30
    session_days: Days = 30
    memory_days: Days = 365
    duplicate_hours: Annotated[float, Field(gt=0, le=720)] = 24


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"
    message_text: bool = False
    traces: Annotated[int, Field(ge=0, le=1_000_000)] = 10_000


class Settings(BaseSettings):
    """All settings. `load_settings` reads them; `Settings(...)` itself takes what it is given, and the defaults."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    data_dir: forms.Folder = Path("data")
    language: forms.Language = "en"
    time_zone: forms.TimeZone = "UTC"
    """Where "tomorrow at three" is."""
    redis: RedisSettings = RedisSettings()
    database: DatabaseSettings = DatabaseSettings()
    engine: EngineSettings = EngineSettings()
    telegram: TelegramSettings = TelegramSettings()
    discord: DiscordSettings = DiscordSettings()
    web: WebSettings = WebSettings()
    plugins: PluginSettings = PluginSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    intents: IntentSettings = IntentSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()

    _origins: Origins = PrivateAttr(default_factory=Origins)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments alone, so that benches and tests are the same on every machine."""
        return (init_settings,)

    @property
    def origins(self) -> Origins:
        """Where each value was set."""
        return self._origins
