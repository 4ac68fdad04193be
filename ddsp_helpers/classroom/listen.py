"""Players for lessons: nothing starts by itself, nothing is re-normalised, every level is shown.

A difference in level is part of what is taught, so a sound plays at exactly the level it has; only what goes beyond full
scale passes a limiter, and the player says so.  `ab` is the exception on purpose: it matches levels, because ears call
the louder of two sounds the better one.
"""

import functools
import json
import random
import secrets

import numpy as np

from ddsp_helpers import javascript, levels
from ddsp_helpers.classroom.html import Shown, escape, stack
from ddsp_helpers.classroom.sounds import level_matched, one_sound, safe, wav_url

_LOWEST_DB = -60.0
_FIGURE = '<figure style="margin:.4em 0;max-width:46em">'


def play(sound, *, sample_rate=None, label="sound"):
    """One player: play(voice, label="the voice").

    Args:
      sound: audio.Audio, a result with .audio and .sample_rate, a path, or samples [n] or [1, n].
      sample_rate: Hz, for bare samples.
      label: what it is, in words.

    Returns:
      What a notebook shows: the player, its length and its level.

    >>> import numpy as np
    >>> play(0.5 * np.sin(np.arange(8000) / 5), sample_rate=16000, label="a tone")
    a tone: 0.5 s at 16 kHz, level -9.0 dB, peak -6.0 dB
    """
    sound = one_sound(sound, sample_rate=sample_rate)
    samples, over_db = safe(sound.samples)
    words = _words(label, samples, sound.sample_rate, over_db)
    body = (f'{_FIGURE}<figcaption style="font-size:90%">{escape(words)} {_meter(samples)}</figcaption>'
            f'<audio controls preload="auto" aria-label="{escape(label)}" style="width:100%" '
            f'src="{wav_url(samples, sound.sample_rate)}"></audio></figure>')
    return Shown(body, words)


def several(sounds, *, sample_rate=None):
    """One player below the other: several({"voice": a, "violin": b}).

    Args:
      sounds: {label: sound}; sounds as in `play`.
      sample_rate: Hz, for bare samples.
    """
    return stack(*(play(sound, sample_rate=sample_rate, label=label) for label, sound in sounds.items()))


def one_by_one(partials_hz, *, labels="harmonic {}", duration_s=0.7, sample_rate=16000):
    """A player for each partial of a sound, a plain sine each.

    Args:
      partials_hz: [..., partials]; the first frame is heard, Hz.
      labels: text with {} for the number.
      duration_s: length of each, seconds.
      sample_rate: Hz; partials above half of it are left out.
    """
    partials = np.asarray(partials_hz, dtype=np.float64)
    partials = partials.reshape(-1, partials.shape[-1])[0]
    times = np.arange(int(duration_s * sample_rate)) / sample_rate
    fade = np.minimum(1.0, np.minimum(times, duration_s - times) / 0.02)
    tones = {
        f"{labels.format(number)}, {hz:.0f} Hz": 0.2 * fade * np.sin(2 * np.pi * hz * times)
        for number, hz in enumerate(partials, start=1) if hz < sample_rate / 2
    }
    return several(tones, sample_rate=sample_rate)


def ab(a, b, *, sample_rate=None, labels=("A", "B"), blind=False, seed=None):
    """Two sounds at the same level, in step, with a switch: only what differs is heard.

    Args:
      a: a sound, as in `play`.
      b: another.
      sample_rate: Hz, for bare samples.
      labels: what they are, in words.
      blind: True hides which is which behind "first" and "second" until revealed.
      seed: of the blind order; None draws one.

    Returns:
      What a notebook shows.  Without scripts (an untrusted page) two ordinary players are left.
    """
    a, b = one_sound(a, sample_rate=sample_rate), one_sound(b, sample_rate=sample_rate)
    pairs = list(zip(labels, (a, b)))
    if not blind:
        return in_step(pairs)
    random.Random(seed).shuffle(pairs)
    truth = f"first is {pairs[0][0]}, second is {pairs[1][0]}"
    return in_step([("first", pairs[0][1]), ("second", pairs[1][1])], truth=truth)


def in_step(sounds, *, truth=""):
    """Sounds at one level that run together, with a switch; needs no kernel (with one: `widgets.Compare`).

    Args:
      sounds: [(label, audio.Audio)], two or more.
      truth: words behind "Which was which?"; empty for none.
    """
    labels = [label for label, _ in sounds]
    matched = level_matched([sound for _, sound in sounds])
    together = "both" if len(matched) == 2 else "all"
    words = f"{' / '.join(labels)}: {together} at {levels.rms_db(matched[0].samples):.1f} dB, switch while they play"
    name = "ab" + secrets.token_hex(5)
    players = "".join(
        f'<figure style="margin:.2em 0;flex:1 14em"><figcaption>{escape(text)}</figcaption><audio controls preload="auto" '
        f'aria-label="{escape(text)}" style="width:100%" src="{wav_url(sound.samples, sound.sample_rate)}"></audio></figure>'
        for text, sound in zip(labels, matched)
    )
    script = _SWITCH.replace("IN_STEP", _in_step_js()).replace("NAME", json.dumps(name))
    script = script.replace("LABELS", json.dumps(labels).replace("</", "<\\/"))
    body = (f'<div id="{name}" style="max-width:46em"><p style="margin:.2em 0;font-size:90%">{escape(words)}</p>'
            f'<div class="ab-players" style="display:flex;gap:1em;flex-wrap:wrap">{players}</div>{_reveal(truth)}</div>'
            f"<script>{script}</script>")
    return Shown(body, words)


def own_sound(default, **settings):
    """A recorder for the learner's own sound, with a button for a file; until then the default: see `widgets.Recorder`."""
    from ddsp_helpers.widgets.recorder import Recorder

    return Recorder(default, **settings)


def _words(label, samples, sample_rate, over_db):
    text = (f"{label}: {len(samples) / sample_rate:.1f} s at {sample_rate / 1000:g} kHz, "
            f"level {levels.rms_db(samples):.1f} dB, peak {levels.peak_db(samples):.1f} dB")
    return text + (f" (it went {over_db:.1f} dB beyond full scale; the limiter turned that down)" if over_db else "")


def _meter(samples):
    """The level as a little bar, for eyes; its numbers are in the caption."""
    share = min(1.0, max(0.0, 1.0 - levels.rms_db(samples) / _LOWEST_DB))
    return (f'<span aria-hidden="true" style="display:inline-block;width:8em;height:.6em;background:#8883">'
            f'<span style="display:block;width:{100 * share:.0f}%;height:100%;background:#0072b2"></span></span>')


def _reveal(truth):
    return f"<details><summary>Which was which?</summary>{escape(truth)}</details>" if truth else ""


@functools.cache
def _in_step_js():
    """The player that runs sounds in step, as the widget has it."""
    return javascript.WIDGETS.joinpath("in_step.js").read_text(encoding="utf-8").replace("export function", "function")


_SWITCH = """(() => {
  IN_STEP
  const root = document.getElementById(NAME), labels = LABELS;
  if (!root || !window.AudioContext) return;
  const bar = document.createElement("div"), now = document.createElement("output");
  const button = (text) => { const x = document.createElement("button"); x.type = "button"; x.textContent = text;
    x.style.cssText = "margin:.3em .5em .3em 0;padding:.3em .9em"; bar.append(x); return x; };
  const run = button("Play in step"), swap = button("Switch");
  now.style.fontSize = "90%"; now.setAttribute("aria-live", "polite"); bar.append(now);
  root.querySelector(".ab-players").after(bar);
  let context = null, buffers = [], player = null, heard = 0;
  const bytes = (audio) => Uint8Array.from(atob(audio.src.split(",")[1]), (c) => c.charCodeAt(0)).buffer;
  const tell = () => { now.textContent = player ? "you hear: " + labels[heard] : "";
    run.textContent = player ? "Stop" : "Play in step"; };
  const stop = () => { player?.dispose(); player = null; tell(); };
  const start = async () => {
    if (!context) { context = new AudioContext();
      buffers = await Promise.all([...root.querySelectorAll("audio")].map((x) => context.decodeAudioData(bytes(x)))); }
    await context.resume();
    root.querySelectorAll("audio").forEach((x) => x.pause());
    player = inStep(context, { buffers, heard, ended: stop });
    player.output.connect(context.destination); player.start(); tell(); };
  run.onclick = () => player ? stop() : start();
  swap.onclick = () => { heard = (heard + 1) % labels.length; player?.set(heard); tell(); };
})();"""
