"""`Widget`: what every widget of the course shares on its Python side."""

import dataclasses
import functools
import os
import pathlib
import sys

import anywidget
import numpy as np
import traitlets

from ddsp_helpers import audio, javascript
from ddsp_helpers.classroom import listen
from ddsp_helpers.classroom.html import Shown

SOURCES = ("browser", "tensorflow")


class Snapshot(Shown):
    """A widget as a page without a kernel shows it: .picture (.png and .alt) and .sound (audio.Audio or None).

    A widget of several sounds brings its own player (Shown); the others get one for their sound.
    """

    def __init__(self, picture, sound, *, title, player=None):
        self.picture, self.sound, self.alt = picture, sound, picture.alt
        player = player or (listen.play(sound, label=title) if sound is not None else Shown("", ""))
        super().__init__(f"<p><strong>{title}</strong></p>{picture._repr_html_()}{player._repr_html_()}",
                         f"{title}: {picture.alt}")

    def save(self, folder, name):
        """Writes NAME.png and NAME.wav into a folder; returns the paths that were written."""
        folder = pathlib.Path(folder)
        paths = [folder / f"{name}.png"]
        paths[0].write_bytes(self.picture.png)
        if self.sound is not None:
            paths.append(folder / f"{name}.wav")
            audio.save(paths[-1], self.sound.samples, sample_rate=self.sound.sample_rate)
        return paths


class Widget(anywidget.AnyWidget):
    """A sound and its controls; subclasses say `controls`, `render` and `picture`.

    A subclass `HarmonicSpectrum` in harmonic_spectrum.py has its front end in harmonic_spectrum.js (`script`).

    Attributes:
      title: one line, shown above the widget and read by screen readers.
      controls: the declared controls (ddsp_helpers.controls.Control) that `value` holds, one number each.
      sample_rate: Hz, of what `render` makes.
      value: {name: value}, readable and settable at any time; setting some of the names leaves the others.
      heading: the title that is shown, settable.
      source: "browser" or "tensorflow": who makes the sound that is heard.
    """

    title = "A sound"
    script = None
    controls = ()
    whole = ()                       # names of controls that move in steps of 1
    sample_rate = 16000
    uses_tensorflow = True

    value = traitlets.Dict().tag(sync=True)
    source = traitlets.Enum(SOURCES, "browser").tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)
    declared = traitlets.List().tag(sync=True)

    def __init_subclass__(cls, **settings):
        super().__init_subclass__(**settings)
        if "script" in cls.__dict__:            # not in the nameless subclasses that traitlets makes
            cls._esm, cls._css = javascript.join(cls.script), _style()

    def __init__(self, **settings):
        named = {name: settings.pop(name) for name in self.defaults() if name in settings}
        if named:                                   # Oscillator(frequency_hz=9000) is short for value={…}
            settings["value"] = {**settings.get("value", {}), **named}
        super().__init__(**settings)
        self.heading = self.heading or self.title
        self.declared = [_declaration(control, self.whole) for control in self.controls]
        self.on_msg(self._asked)

    @traitlets.default("value")
    def _start(self):
        return self.check(self.defaults())

    def defaults(self):
        """The value at rest: every control at its default; a subclass adds lists and switches of its own."""
        return {control.name: float(control.default) for control in self.controls}

    @traitlets.validate("value")
    def _checked(self, proposal):
        known = {**self.defaults(), **(self.value if self.trait_has_value("value") else {})}
        unknown = sorted(set(proposal["value"]) - set(known))
        if unknown:
            raise ValueError(f"{type(self).__name__} has no {', '.join(unknown)}; it has {', '.join(known)}.")
        return self.check({**known, **proposal["value"]})

    def check(self, value):
        """Gives a whole value back if every control is in its range, else a ValueError that names it."""
        for control in self.controls:
            control.check(value[control.name])
            value[control.name] = float(value[control.name])
        return value

    def rate_of(self, value):
        """Sample rate of what render makes of a value, Hz; for most widgets always the same."""
        return int(self.sample_rate)

    def render(self, value):
        """The exact sound of a value: samples [n] at rate_of(value).  What the switch "TensorFlow" plays."""
        raise NotImplementedError(f"{type(self).__name__} renders nothing.")

    def picture(self):
        """A plots.Picture of the value, with its description."""
        raise NotImplementedError(f"{type(self).__name__} has no picture.")

    def sound(self):
        """The exact sound of the value that the widget has now, audio.Audio."""
        value = dict(self.value)
        return audio.Audio(np.asarray(self.render(value), np.float32).reshape(-1), self.rate_of(value))

    def snapshot(self, *, with_sound=True):
        """The widget as it stands, without a kernel: a picture with its description, and a player.

        Args:
          with_sound: False leaves the player out.

        Returns:
          Snapshot.
        """
        return Snapshot(self.picture(), self.sound() if with_sound else None, title=self.title)

    def _asked(self, _, content, buffers):
        """A question of the front end: {"kind": "render", …} is answered by on_render(content, buffers)."""
        answer = getattr(self, f"on_{content.get('kind')}", None)
        if answer is None:
            return
        try:
            reply, parts = answer(content, buffers)
        except Exception as error:        # a widget has no traceback: the front end says what was wrong, in words
            reply, parts = {"error": f"{type(error).__name__}: {error}"}, []
        self.send({**reply, "id": content.get("id")}, parts)

    def on_render(self, content, buffers):
        """Renders a value for the front end; declines while TensorFlow is not loaded and nobody listens to it."""
        if self.uses_tensorflow and not content.get("wanted") and "tensorflow" not in sys.modules:
            return {"declined": True}, []
        value = self.check({**self.value, **content["value"]})
        return {"sample_rate": self.rate_of(value)}, [pcm(np.reshape(self.render(value), -1))]

    def __repr__(self):
        told = ", ".join(f"{name}={_short(x)}" for name, x in sorted(self.value.items()))
        return f"{type(self).__name__}({told})"

    def _repr_mimebundle_(self, **settings):
        """The live widget, and for pages without a kernel its snapshot.

        Colab always has a kernel and prefers HTML to widgets, so it gets none.  The sound is in the snapshot if that
        does not mean waiting for TensorFlow, or if DDSP_STATIC=1 says that a page is being made.
        """
        bundle = super()._repr_mimebundle_(**settings)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None and "google.colab" not in sys.modules:
            data["text/html"] = self.snapshot(with_sound=self._is_quick())._repr_html_()
        return bundle

    def _is_quick(self):
        """Whether a cell that shows the widget may wait for its sound."""
        return not self.uses_tensorflow or "tensorflow" in sys.modules or os.environ.get("DDSP_STATIC") == "1"


@functools.cache
def _style():
    return (javascript.WIDGETS / "ddsp.css").read_text(encoding="utf-8")


def _declaration(control, whole):
    """A Control as the front end reads it."""
    fields = {**dataclasses.asdict(control), "label": control.label}
    return {**fields, "step": 1} if control.name in whole else fields


def _short(x):
    if isinstance(x, (list, tuple)):
        return f"[{len(x)} values]"
    return f"{x:.4g}" if isinstance(x, float) else repr(x)


def pcm(samples):
    """Samples as the bytes that engine.js turns back into numbers with floats().

    >>> len(pcm([0.0, 0.5]))
    8
    """
    return np.asarray(samples, "<f4").tobytes()
