"""The waiting music: three short lo-fi pieces, synthesised. Each is rendered as a circle, so that it repeats without a seam.

Electric piano chords, soft bass, brushed drums, a small melody, and the hiss and crackle of a record.
"""
import numpy as np

# Chords as semitones over C2 (the bass takes the first), one a bar; melody notes come from `scale`, semitones over C5.
PIECES = {
    "lofi-1-rain": {
        "seed": 11, "bar_s": 3.0, "scale": [0, 2, 4, 7, 9],
        "chords": [[2, 17, 21, 24, 28], [7, 17, 23, 26, 28], [0, 16, 19, 23, 26], [9, 16, 19, 24, 28]],
        "plan": [("intro", 4), ("groove", 8), ("tune", 8), ("groove", 8), ("rest", 4), ("tune", 8), ("out", 8)],
    },
    "lofi-2-window": {
        "seed": 22, "bar_s": 3.4, "scale": [-3, 0, 2, 4, 7],
        "chords": [[5, 16, 21, 24, 28], [4, 19, 23, 26, 28], [2, 17, 21, 24, 28], [-3, 16, 19, 24, 26]],
        "plan": [("intro", 4), ("tune", 8), ("groove", 8), ("rest", 4), ("tune", 8), ("groove", 4), ("out", 4)],
    },
    "lofi-3-lamp": {
        "seed": 33, "bar_s": 3.5, "scale": [0, 3, 5, 7, 10],
        "chords": [[0, 15, 19, 22, 26], [8, 15, 19, 24, 27], [5, 15, 20, 24, 26], [7, 17, 20, 23, 26]],
        "plan": [("groove", 8), ("rest", 4), ("tune", 8), ("groove", 8), ("tune", 8), ("out", 4)],
    },
}
DRUMS = {"groove", "tune"}
BASS = {"groove", "tune", "out"}
MELODY = {"tune", "rest"}


def render(name, rate):
    """The whole piece as mono float samples; its level is the caller's business."""
    piece = PIECES[name]
    rng = np.random.default_rng(piece["seed"])
    bars = [section for section, count in piece["plan"] for _ in range(count)]
    bar = round(piece["bar_s"] * rate)
    tracks = {track: np.zeros(bar * len(bars)) for track in ("keys", "bass", "drums", "kick", "melody")}
    motif = _motif(rng, len(piece["scale"]))
    for i, section in enumerate(bars):
        chord, start = piece["chords"][i % len(piece["chords"])], i * bar
        _keys_bar(tracks["keys"], start, bar, chord, rate, rng)
        if section in BASS:
            _bass_bar(tracks["bass"], start, bar, chord[0], rate)
        if section in DRUMS:
            _drums_bar(tracks, start, bar, rate, rng)
        if section in MELODY:
            _melody_bar(tracks["melody"], start, bar, motif[i % len(motif)], piece["scale"], rate, rng)
    return _mix(tracks, rate, rng)


def _put(track, start, sound):
    """Adds a sound; what rings over the end of the piece rings into its beginning."""
    track[np.arange(start, start + len(sound)) % len(track)] += sound


def _hertz(semitones_over_c2):
    return 65.406 * 2 ** (semitones_over_c2 / 12)


def _electric_piano(hertz, seconds, rate):
    t = np.arange(int(seconds * rate)) / rate
    sound = np.zeros_like(t)
    for partial, gain, decay in ((1, 1.0, 1.6), (2, 0.32, 1.0), (3, 0.10, 0.6), (4, 0.05, 0.4), (7, 0.03, 0.08)):
        for detune in (0.9985, 1.0015):
            sound += gain * np.sin(2 * np.pi * hertz * partial * detune * t) * np.exp(-t / decay)
    tremolo = 1 + 0.12 * np.sin(2 * np.pi * 4.2 * t)
    return sound * tremolo * np.minimum(1, t / 0.012) * np.minimum(1, (t[-1] - t) / 0.08)


def _keys_bar(track, start, bar, chord, rate, rng):
    """The chord rolled on the first beat, and once more, softer, before the third."""
    for offset, gain, seconds in ((0.0, 1.0, 1.15 * bar / rate), (0.625, 0.55, 0.55 * bar / rate)):
        for i, note in enumerate(chord[1:]):
            roll = int((0.018 * i + 0.006 * rng.random()) * rate)
            sound = _electric_piano(_hertz(note + 12), seconds, rate) * gain * (0.8 + 0.3 * rng.random())
            _put(track, start + int(offset * bar) + roll, sound)


def _bass_bar(track, start, bar, root, rate):
    for offset, beats, step in ((0.0, 1.8, 0), (0.5, 1.0, 0), (0.8125, 0.7, 7)):
        t = np.arange(int(beats * bar / 4)) / rate
        hertz = _hertz(root + step if root + step < 9 else root + step - 12)
        wave = np.sin(2 * np.pi * hertz * t) + 0.35 * np.sin(4 * np.pi * hertz * t)
        shape = np.minimum(1, t / 0.015) * np.exp(-t / 0.9) * np.minimum(1, (t[-1] - t) / 0.05)
        _put(track, start + int(offset * bar), np.tanh(1.4 * wave) * shape)


def _drums_bar(tracks, start, bar, rate, rng):
    t = np.arange(int(0.35 * rate)) / rate
    kick = np.sin(2 * np.pi * (48 * t + 5.5 * (1 - np.exp(-t / 0.045)))) * np.exp(-t / 0.12)
    for offset in (0.0, 0.4375, 0.5):
        gain = 0.6 if offset == 0.4375 else 1.0
        _put(tracks["kick"], start + int(offset * bar), gain * kick)
    for offset in (0.25, 0.75):
        brush = 0.5 * rng.standard_normal(len(t)) * np.exp(-t / 0.07) + 0.5 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.05)
        _put(tracks["drums"], start + int((offset + 0.004) * bar), brush)
    tick = t[: int(0.08 * rate)]
    for eighth in range(8):
        swing = 0.018 if eighth % 2 else 0.0
        hat = np.diff(rng.standard_normal(len(tick) + 1)) * np.exp(-tick / 0.018) * (0.5 if eighth % 2 else 0.7)
        _put(tracks["drums"], start + int((eighth / 8 + swing) * bar), hat * (0.8 + 0.4 * rng.random()))


def _motif(rng, notes):
    """Four bars of (beat in the bar, degree of the scale, length in beats); the third bar repeats the first."""
    def bar():
        beats = sorted(rng.choice([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], size=4, replace=False))
        degree = int(rng.integers(notes))
        out = []
        for beat in beats:
            degree = int(np.clip(degree + rng.integers(-1, 2), 0, notes - 1))
            out.append((beat, degree, 1.0))
        return out
    first, second, last = bar(), bar(), bar()
    return [first, second, first, last]


def _melody_bar(track, start, bar, notes, scale, rate, rng):
    for beat, degree, beats in notes:
        t = np.arange(int((beats + 1.2) * bar / 4)) / rate
        hertz = _hertz(36 + scale[degree])
        vibrato = 0.0025 * np.sin(2 * np.pi * 5 * t) * np.minimum(1, t / 0.3)
        wave = np.sin(2 * np.pi * hertz * t + hertz * vibrato) + 0.18 * np.sin(4 * np.pi * hertz * t) * np.exp(-t / 0.2)
        shape = np.minimum(1, t / 0.02) * np.exp(-t / 0.55) * np.minimum(1, (t[-1] - t) / 0.1)
        _put(track, start + int(beat * bar / 4 + 0.01 * rng.random() * rate), wave * shape * (0.8 + 0.3 * rng.random()))


def _filtered(x, response, rate):
    """A filter over the circle: `response` maps hertz to gain."""
    return np.fft.irfft(np.fft.rfft(x) * response(np.fft.rfftfreq(len(x), 1 / rate)), len(x))


def _mix(tracks, rate, rng):
    length = len(tracks["keys"])
    duck = np.maximum(0, 1 - 0.35 * np.minimum(1, _filtered(np.abs(tracks["kick"]), lambda f: 1 / (1 + (f / 6) ** 2), rate) * 4))
    soft_drums = _filtered(tracks["drums"], lambda f: 1 / (1 + (f / 6000) ** 2), rate)
    dry = 0.16 * tracks["keys"] * duck + 0.36 * tracks["bass"] * duck + 0.55 * tracks["kick"] + 0.6 * soft_drums + 0.2 * tracks["melody"]
    room = rng.standard_normal(int(1.6 * rate)) * np.exp(-np.arange(int(1.6 * rate)) / (0.35 * rate))
    padded = np.zeros(length)
    padded[: len(room)] = room / np.sqrt(np.sum(room**2))
    wet = np.fft.irfft(np.fft.rfft(0.16 * tracks["keys"] + 0.2 * tracks["melody"] + 0.1 * soft_drums) * np.fft.rfft(padded), length)
    tape = _wobble(dry + 0.28 * wet, rate)
    warm = _filtered(tape, lambda f: 1 / np.sqrt(1 + (f / 7000) ** 6) * f / np.sqrt(f**2 + 30**2), rate)
    return warm / np.abs(warm).max() + _record(length, rate, rng)


def _wobble(x, rate):
    """Slow changes of speed, as of an old player; whole turns fit the piece, so the circle stays closed."""
    n, seconds = np.arange(len(x)), len(x) / rate
    turns = [round(seconds * hertz) for hertz in (0.4, 1.1)]
    shift = 0.0007 * np.sin(2 * np.pi * turns[0] * n / len(x)) + 0.0002 * np.sin(2 * np.pi * turns[1] * n / len(x))
    return np.interp(n + shift * rate, n, x, period=len(x))


def _record(length, rate, rng):
    """Hiss, and a few crackles a second."""
    hiss = _filtered(rng.standard_normal(length), lambda f: 1 / (1 + (f / 2500) ** 2), rate) * 0.005
    clicks = np.zeros(length)
    at = rng.integers(0, length, int(5 * length / rate))
    clicks[at] = rng.uniform(-0.05, 0.05, len(at)) * rng.random(len(at)) ** 2 * 4
    return hiss + _filtered(clicks, lambda f: 1 / (1 + (f / 4000) ** 2), rate)
