"""The learner's own sound: recorded in the browser or uploaded; a bundled sound until then."""

import pathlib
import tempfile

import numpy as np

from ddsp_helpers import audio
from ddsp_helpers.classroom.html import escape

LONGEST_S = 60.0

_RECORDER_JS = """
export default { render({ model, el }) {
  const button = document.createElement("button"), level = document.createElement("meter"), text = document.createElement("output");
  button.type = "button"; button.textContent = "Record"; level.min = 0; level.max = 1; level.setAttribute("aria-label", "input level");
  text.setAttribute("aria-live", "polite"); text.style.marginLeft = ".6em"; button.style.cssText = "padding:.3em .9em;margin-right:.6em";
  el.append(button, level, text);
  let running = null;
  const finish = () => {
    const { context, stream, node, parts } = running; running = null;
    node.disconnect(); stream.getTracks().forEach(t => t.stop()); level.value = 0; button.textContent = "Record again";
    const total = parts.reduce((n, p) => n + p.length, 0), all = new Float32Array(total); let at = 0;
    for (const p of parts) { all.set(p, at); at += p.length; }
    text.textContent = (total / context.sampleRate).toFixed(1) + " s recorded: run the next cell";
    model.set("sample_rate", context.sampleRate); model.set("pcm", new DataView(all.buffer)); model.save_changes(); context.close();
  };
  button.onclick = async () => {
    if (running) return finish();
    if (!navigator.mediaDevices) { text.textContent = "This page may not use the microphone (https or localhost is needed): upload a file."; return; }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
      const context = new AudioContext(), source = context.createMediaStreamSource(stream);
      const node = context.createScriptProcessor(4096, 1, 1), parts = []; let samples = 0;
      node.onaudioprocess = (e) => { const x = e.inputBuffer.getChannelData(0); parts.push(new Float32Array(x)); samples += x.length;
        level.value = Math.max(...x.map(Math.abs)); text.textContent = "recording " + (samples / context.sampleRate).toFixed(0) + " s";
        if (running && samples > model.get("longest_s") * context.sampleRate) finish(); };
      source.connect(node); node.connect(context.destination); running = { context, stream, node, parts };
      button.textContent = "Stop";
    } catch (e) { text.textContent = "No microphone (" + e.name + "): upload a file instead."; }
  };
} };
"""


class OwnSound:
    """A recorder and an upload button; `.audio` is what came last, or the bundled sound.

    Args:
      default: path or audio.Audio that is used until the learner brings their own.
      longest_s: more than this is cut off, seconds.
    """

    def __init__(self, default, *, longest_s=LONGEST_S):
        self.default = default if isinstance(default, audio.Audio) else audio.load(default)
        self.longest_s, self._mine, self.name = longest_s, None, "the bundled sound"
        self.recorder, self.upload, self.status = _recorder(self), _upload(self), _status()

    @property
    def is_mine(self):
        """True once something was recorded or uploaded."""
        return self._mine is not None

    @property
    def audio(self):
        """The sound, audio.Audio."""
        return self.default if self._mine is None else self._mine

    def take(self, samples, sample_rate, name):
        """Keeps a recording of the learner; ValueError if it is silent or not finite."""
        samples = np.asarray(samples, np.float32)[: int(self.longest_s * sample_rate)]
        if audio.rms_db(samples) < -70:
            raise ValueError("The recording is silent: is the right microphone chosen, and not muted? (lesson 00)")
        self._mine, self.name = audio.Audio(samples, int(sample_rate)), name

    def take_file(self, name, content):
        """Keeps an uploaded file (bytes of wav, flac, ogg or mp3)."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / f"upload{pathlib.Path(name).suffix}"
            path.write_bytes(bytes(content))
            sound = audio.load(path, duration_s=self.longest_s)
        self.take(sound.samples, sound.sample_rate, name)

    def _ipython_display_(self):
        from IPython.display import display

        display(_in_a_row(self))

    def attempt(self, take, *arguments):
        """Takes a sound that the browser sent; what is wrong with it is said beside the buttons, for a widget has no traceback."""
        try:
            take(*arguments)
            self.status.value = escape(f"{self!r}. Run the next cell.")
        except ValueError as error:
            self.status.value = f"<strong>Not taken:</strong> {escape(error)}"

    def __repr__(self):
        return f"your own sound: {self.name}, {len(self.audio.samples) / self.audio.sample_rate:.1f} s"


def own_sound(default, *, longest_s=LONGEST_S):
    """A recorder and an upload button for the learner's own sound; see `OwnSound`."""
    return OwnSound(default, longest_s=longest_s)


def uploaded(value):
    """(name, bytes) of the last file of a FileUpload.value, for ipywidgets 7 (a dict) and 8 (a tuple).

    >>> uploaded({"a.wav": {"metadata": {"name": "a.wav"}, "content": b"12"}})
    ('a.wav', b'12')
    >>> uploaded(({"name": "b.wav", "content": b"34"},))
    ('b.wav', b'34')
    """
    if not value:
        return None
    last = list(value.values() if isinstance(value, dict) else value)[-1]
    return last.get("name") or last["metadata"]["name"], bytes(last["content"])


def _upload(own):
    import ipywidgets

    button = ipywidgets.FileUpload(accept="audio/*", multiple=False, description="Upload a sound")

    def changed(change):
        file = uploaded(change["new"])
        if file:
            own.attempt(own.take_file, *file)

    button.observe(changed, names="value")
    return button


def _recorder(own):
    import anywidget
    import traitlets

    class Recorder(anywidget.AnyWidget):
        """Records the microphone in the browser; the samples come as float32 bytes."""

        _esm = _RECORDER_JS
        pcm = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, widget: bytes(value))     # comes as a memoryview
        sample_rate = traitlets.Float(0.0).tag(sync=True)
        longest_s = traitlets.Float(LONGEST_S).tag(sync=True)

        def __repr__(self):
            return "a microphone button"

    recorder = Recorder(longest_s=own.longest_s)

    def arrived(change):
        samples = np.frombuffer(change["new"], "<f4")
        if len(samples):
            own.attempt(own.take, samples, recorder.sample_rate, "your recording")

    recorder.observe(arrived, names="pcm")
    return recorder


def _status():
    import ipywidgets

    return ipywidgets.HTML("Nothing of yours yet: a bundled sound is used.")


def _in_a_row(own):
    import ipywidgets

    return ipywidgets.VBox([ipywidgets.HBox([own.recorder, own.upload]), own.status])
