"""Ogg Opus in and out, by opusenc and ffmpeg."""
import subprocess
import zlib

import numpy as np


def encode(x, path, rate, kbits, tuning):
    """Mono samples to a file. The serial number comes from the name, so that the same sound gives the same bytes."""
    serial = zlib.crc32(path.name.encode()) & 0x7FFFFFFF
    pcm = np.round(np.clip(x, -1, 1) * 32767).astype("<i2").tobytes()
    raw = ["--raw", "--raw-bits", "16", "--raw-rate", str(rate), "--raw-chan", "1"]
    shape = ["--bitrate", str(kbits), "--framesize", "20", tuning, "--padding", "0", "--serial", str(serial)]
    subprocess.run(["opusenc", "--quiet", *raw, *shape, "-", str(path)], input=pcm, check=True)


def decode(path, rate):
    """What any decoder hears: pre-skip and the padded end are gone."""
    command = ["ffmpeg", "-v", "error", "-c:a", "libopus", "-i", str(path), "-f", "f32le", "-ac", "1", "-ar", str(rate), "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)
