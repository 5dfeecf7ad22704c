"""Recordings as messengers send them (OGG Opus, MP3, MP4 ...), as what speech models hear: 16 kHz, one channel, WAV."""

from __future__ import annotations

import io
import wave
from importlib.util import find_spec

from botcore.errors import EngineRefused, EngineUnavailable

RATE = 16_000
MINUTES = 15
_NO_RECORDING = (
    "The voice message can't be read: it is empty or no recording. Record it again, or write instead."
)


def as_wav(audio: bytes) -> bytes:
    """Blocks for a few ms per second of speech. Raises EngineRefused for what is no recording, or longer than MINUTES."""
    if find_spec("av") is None:
        raise EngineUnavailable("Voice messages need PyAV: pip install 'botcore[voice]'.")
    import av

    samples = io.BytesIO()
    try:
        with av.open(io.BytesIO(audio), "r") as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    samples.write(part.to_ndarray().tobytes())
                if samples.tell() > 2 * RATE * 60 * MINUTES:
                    raise EngineRefused(
                        f"The voice message is longer than {MINUTES} minutes. Send a shorter one."
                    )
            for part in resampler.resample(None):
                samples.write(part.to_ndarray().tobytes())
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise EngineRefused(_NO_RECORDING) from error
    if not samples.tell():
        raise EngineRefused(_NO_RECORDING)
    return _wav(samples.getvalue())


def _wav(samples: bytes) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(RATE)
        recording.writeframes(samples)
    return written.getvalue()
