#!/usr/bin/env python3
"""Hears the demo room again with OpenAI's tiny.en and prints what it got wrong. A maker's check: build and tests never run it.

usage: check_sound.py MODEL.bin      (tiny.en as a ggml file, as `earwitness models fetch tiny.en` leaves it in the cache)

requirements: pywhispercpp 1.5.1, numpy, ffmpeg

Windows and settings are those of a live room: cut in the first pause of 300 ms after 4 s, at 12 s at the latest.
"""
import re
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from pywhispercpp.model import Model

import ogg

HERE = Path(__file__).resolve().parent
RATE = 16_000
SPELLINGS = {
    "$500": "five hundred dollars", "9": "nine", "8": "eight", "6": "six",
    "ok": "okay", "alright": "all right", "neighbors": "neighbours", "snowstorm": "snow storm", "halftime": "half time",
}


def words(text):
    text = re.sub(r"[^a-z0-9$' ]", "", text.lower().replace("-", " ").replace("’", "'"))
    return " ".join(SPELLINGS.get(w, w) for w in text.split()).split()


def windows(x):
    """Stretches of 4 to 12 s, cut in the middle of quiet."""
    step = RATE // 100
    quiet = np.mean(np.square(x[: len(x) // step * step].reshape(-1, step)), axis=1) < 10**-4.5
    start, run = 0, 0
    for i, is_quiet in enumerate(quiet):
        run = run + 1 if is_quiet else 0
        here = i * step
        if (here - start >= 4 * RATE and run == 30) or here - start >= 12 * RATE:
            yield start, here - 15 * step
            start = here - 15 * step
    yield start, len(x)


def align(said, heard):
    """For each word said: the word heard in its place or None; words heard beside, by the index they stand before."""
    cost = np.zeros((len(said) + 1, len(heard) + 1), np.int32)
    cost[:, 0], cost[0] = np.arange(len(said) + 1), np.arange(len(heard) + 1)
    for i, s in enumerate(said, 1):
        for j, h in enumerate(heard, 1):
            cost[i, j] = min(cost[i - 1, j - 1] + (s != h), cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    i, j, pairs = len(said), len(heard), []
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, heard[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((i, "+" + heard[j]))
    return pairs[::-1]


def hear(model, x):
    """The words of all windows. The audio context is the window and 192 positions of 20 ms, in steps of 32."""
    text = []
    for first, end in windows(x):
        positions = (end - first) // 320 + 192
        segments = model.transcribe(
            x[first:end], language="en", audio_ctx=min(1500, -(-positions // 32) * 32), max_tokens=8 * (end - first) // RATE + 12,
            no_context=True, temperature_inc=0.0, suppress_nst=True, token_timestamps=True,
        )
        text += [segment.text for segment in segments]
    return words(" ".join(text))


def main():
    model = Model(sys.argv[1], n_threads=1, print_progress=False, redirect_whispercpp_logs_to=None)
    room = tomllib.loads((HERE / "room.toml").read_text())
    lines = tomllib.loads((HERE / "script.toml").read_text())["line"]
    wrong, total, shown = Counter(), Counter(), defaultdict(list)
    for epoch, connection in enumerate(room["stream"][0]["connection"]):
        files = [play["file"] for play in connection["play"] if "speaker" in play]
        heard = hear(model, np.concatenate([ogg.decode(HERE / f, RATE) for f in files]))
        mine = [line for line in lines if line["epoch"] == epoch]
        said, owner = zip(*((w, i) for i, line in enumerate(mine) for w in words(line["text"])))
        total.update(mine[i]["speaker"] for i in owner)
        for at, got in align(said, heard):
            line = mine[owner[min(at, len(said) - 1)]]
            if got != said[min(at, len(said) - 1)]:
                wrong[line["speaker"]] += 1
                shown[line["text"]].append(got if got and got[0] == "+" else f"{said[at]}>{got}")
    for line in lines:
        if line["text"] in shown:
            kind = f"[{line['planted']}] " if "planted" in line else ""
            print(f"{kind}{line['speaker']}: {line['text']}\n      {', '.join(shown.pop(line['text']))}")
    for speaker in total:
        print(f"{speaker:8} {total[speaker]:5} words  {100 * wrong[speaker] / total[speaker]:5.1f} % wrong")
    print(f"all      {total.total():5} words  {100 * wrong.total() / total.total():5.1f} % wrong")


if __name__ == "__main__":
    main()
