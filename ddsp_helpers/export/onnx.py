"""An instrument's decoder as an .onnx file, for programs in any language that has an ONNX Runtime.

    session = onnxruntime.InferenceSession("violin.onnx")
    session.run(None, {"f0_hz": ..., "loudness_db": ..., "state_0": ...})

It makes the controls of the synthesizers; the synthesizers themselves are a few lines in every language (lessons 03 and
04), and the room leaves as a wav (`impulse_response`).  States begin as zeros.  Lesson 13.
"""

import pathlib

import numpy as np

from ddsp_helpers.export.report import Report, only

BAR = 1e-4               # largest difference of a control
_FRAMES = 250


def write(models, out):
    """Writes the file, and plays leaps of pitch and loudness through it and through the model.

    Args:
      models: list with one models.Autoencoder.
      out: file name ending in .onnx.

    Returns:
      report.Report.

    Raises:
      ValueError: the model is none of pitch and loudness alone, or the file gives other controls.
      ModuleNotFoundError: the package onnx is not installed (pip install onnx).
    """
    import onnx

    from ddsp_helpers.export import onnx_graph

    model, out = only(models, format="onnx"), pathlib.Path(out)
    proto = onnx_graph.build(model)
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, str(out))
    versions = f"{onnx_graph.OPSET}, {onnx_graph.FILE_VERSION}; the checker of ONNX finds no fault"
    checks = (("opset, and file version", versions),)
    if model.reverb is not None:
        from ddsp_helpers.export import impulse_response

        room = out.with_name(f"{out.stem} room.wav")
        checks += tuple((f"{room.name}: {what}", found) for what, found in impulse_response.write(model, room).checks)
    return Report("onnx", out, checks + prove(out, model))


def prove(path, model):
    """Loads the file with ONNX Runtime, and compares its controls with the model's, in one block and frame by frame.

    Args:
      path: the .onnx.
      model: the models.Autoencoder that it should be.

    Returns:
      Pairs of (what was checked, what was measured).

    Raises:
      ValueError: the file gives other controls.
    """
    rng = np.random.default_rng(0)
    f0_hz, loudness_db = 2.0 ** rng.uniform(5, 11, _FRAMES), rng.uniform(-80, 10, _FRAMES)
    f0_hz[10:20] = 0.0                                                          # no pitch
    measured = [difference(path, model, f0_hz, loudness_db, block=block) for block in (_FRAMES, 1)]
    if not max(measured) <= BAR:
        raise ValueError(f"{path} differs from the model by {max(measured):.2g} in a control; at most {BAR:g} was "
                         "wanted (lesson 13).")
    ways = ("in one block", "frame by frame")
    return tuple((f"largest difference of a control from the model's, {way}",
                  f"{value:.1e} over {_FRAMES} frames (bar {BAR:g})") for way, value in zip(ways, measured))


def difference(path, model, f0_hz, loudness_db, *, block):
    """Largest difference of a control between a file and a model; pitch and loudness [frames], in blocks."""
    track = {"f0_hz": f0_hz, "loudness_db": loudness_db}
    track = {name: np.asarray(values, np.float32)[None, :, None] for name, values in track.items()}
    wanted = model.controls(track)
    found = Decoder(path).controls(track, block=block)
    return max(float(np.abs(found[name] - np.asarray(wanted[name])).max()) for name in found)


class Decoder:
    """A file in ONNX Runtime; it knows nothing but the file.

    Args:
      path: the .onnx.
    """

    def __init__(self, path):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def init_state(self, batch):
        """{name: zeros} of every state that the file wants."""
        shapes = {given.name: given.shape for given in self._session.get_inputs() if given.name.startswith("state_")}
        return {name: np.zeros([batch, *shape[1:]], np.float32) for name, shape in shapes.items()}

    def step(self, state, inputs):
        """Goes on: the next state, and controls, of {"f0_hz", "loudness_db"}, each [batch, frames, 1] float32."""
        made = dict(zip(self._outputs, self._session.run(self._outputs, {**state, **inputs})))
        return {name: made.pop(f"next_{name}") for name in state}, made

    def controls(self, inputs, *, block):
        """Controls of a whole sound, in blocks of so many frames."""
        batch, frames, _ = inputs["f0_hz"].shape
        state, pieces = self.init_state(batch), []
        for begin in range(0, frames, block):
            state, piece = self.step(state, {name: values[:, begin:begin + block] for name, values in inputs.items()})
            pieces.append(piece)
        return {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in pieces[0]}
