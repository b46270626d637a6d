"""Writes room.toml and script.toml: the standard library reads TOML but does not write it."""
import json
from datetime import datetime

MADE = "# Made by make_sound.py from story.toml: change the story, not this file.\n"


def value(x):
    if isinstance(x, datetime):
        return x.isoformat(timespec="milliseconds" if x.microsecond else "seconds").replace("+00:00", "Z")
    if isinstance(x, list):
        return "[" + ", ".join(value(i) for i in x) + "]"
    return json.dumps(x)  # strings, numbers and booleans are written alike in both


def pairs(table):
    return "".join(f"{key} = {value(x)}\n" for key, x in table.items())


def room(story, connections):
    """What a source and its operator knew: no word of what is said."""
    out = MADE + pairs({k: story[k] for k in ("id", "title", "hosts", "language", "scheduled", "listeners")})
    out += f'\n[[stream]]\nname = {value(story["stream"])}\n'
    for attempt in story["attempt"]:
        out += "\n[[stream.attempt]]\n" + pairs(attempt)
    for connection in connections:
        out += f'\n[[stream.connection]]\nat = {value(connection["at"])}\n'
        for play in connection["play"]:
            out += "\n[[stream.connection.play]]\n" + pairs(play)
    return out


def script(story, expect, lines):
    """What is truly said, where, and what must and must not be flagged."""
    out = MADE + "# Times are samples at 16 kHz since the epoch's first sample; a line's range is its speech alone.\n"
    out += pairs({"room": story["id"], "sample_rate": 16000}) + "\n[expect]\n" + pairs(expect)
    return out + "".join("\n[[line]]\n" + pairs(line) for line in lines)
