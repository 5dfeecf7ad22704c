"""An empty folder to start botcore in, with whatever settings a test writes there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from botcore.config import Settings, load_settings
from botcore.errors import ConfigurationError, Fault


class Folder:
    """The current folder of a person who starts botcore."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment: dict[str, str] = {}

    def toml(self, text: str | bytes, name: str = "config/botcore.toml") -> Path:
        return self._write(name, text)

    def dotenv(self, text: str | bytes) -> Path:
        return self._write(".env", text)

    def load(self, config: Path | None = None, **flags: object) -> Settings:
        overrides: Mapping[str, object] = {key.replace("__", "."): value for key, value in flags.items()}
        return load_settings(config, overrides, self.environment)

    def faults(self, config: Path | None = None, **flags: object) -> list[Fault]:
        with pytest.raises(ConfigurationError) as caught:
            self.load(config, **flags)
        assert "Traceback" not in str(caught.value)
        return list(caught.value.faults)

    def _write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Path(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
