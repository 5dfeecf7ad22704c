"""The data folder: there and writable, or a mistake in the configuration that is told before anything starts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from botcore.config import Settings
from botcore.errors import ConfigurationError, Fault


def data_folder(settings: Settings) -> Path:
    """`data_dir`, made where it is missing. Raises ConfigurationError where nothing can be written there."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        reason = "it is no folder" if isinstance(error, FileExistsError) else error.strerror
        problem = (
            f"can't be written ({reason}): choose a folder that this user may write, or mend its permissions"
        )
        fault = Fault(settings.origins.where(("data_dir",)), "data_dir", problem, str(folder))
        raise ConfigurationError([fault]) from error
