"""Training: it learns, it stops, it is never lost, and two workers make one model."""

import io
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from ddsp_helpers import SPEC_48K, callbacks, training
from ddsp_helpers.models import store
from ddsp_helpers.models.autoencoder import Autoencoder, ModelSpec
from tests.training_data import SMALL, Tones

PROGRAM = pathlib.Path(__file__).with_name("training_data.py")
SPEC = ModelSpec(SMALL, decoder="cnn", width=4)
QUICK = {"batch_size": 4, "seconds": 0.5, "progress": False, "evaluate_every_s": 0.5}


def _start(out, *, steps, distribute="none", **environment):
    root = str(PROGRAM.parents[1])
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(out), str(steps), distribute], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", **environment})


def _end(process, seconds):
    try:
        out, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        pytest.fail(f"a training did not end within {seconds} s")
    assert process.returncode == 0, errors[-3000:]
    return out


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One training for several tests: the model, what it did, and what its progress told."""
    out, told, model = tmp_path_factory.mktemp("run"), [], Autoencoder(SPEC)
    options = {**QUICK, "progress": told.append}
    history = training.fit(model, Tones(), out=out, steps=60, learning_rate=1e-2, tensorboard=True, **options)
    return model, history, told


def test_it_learns_and_keeps_the_best(trained):
    model, history, _ = trained
    assert history.step == 60 and history.stopped == "steps"
    assert history.best_loss == min(row["held_out_loss"] for row in history.rows) < history.rows[0]["loss"]
    best = store.load(history.best_path)
    assert best.card["training"]["held_out_loss"] == history.best_loss
    for mine, kept in zip(model.weights, best.weights, strict=True):
        np.testing.assert_array_equal(mine, kept)


def test_the_history_is_plain_json(trained):
    _, history, _ = trained
    kept = json.loads((history.out / "history.json").read_text())
    assert kept["step"] == 60 and kept["rows"] == list(history.rows)


def test_progress_tells_the_time_left(trained):
    _, _, told = trained
    assert told[-1]["finished"] and told[-1]["remaining_s"] == 0 and told[-1]["step"] == 60


def test_tensorboard_hears_and_sees(trained):
    _, history, _ = trained
    content = b"".join(path.read_bytes() for path in (history.out / "tensorboard").iterdir())
    for name in (b"held_out_loss", b"played", b"played spectrogram", b"recorded"):
        assert name in content


def test_a_finished_training_is_not_trained_again(trained):
    _, history, _ = trained
    again = training.fit(SPEC, Tones(), out=history.out, steps=60, **QUICK)
    assert again.step == 60 and again.rows == history.rows and again.stopped == "steps"


def test_the_folder_of_another_model_is_refused(trained):
    _, history, _ = trained
    with pytest.raises(ValueError, match="training of another model: width is 4 there and 5 here. Choose"):
        training.fit(ModelSpec(SMALL, decoder="cnn", width=5), Tones(), out=history.out, steps=1, **QUICK)


def test_the_folder_of_another_dataset_is_refused(trained):
    """Else the command that trains on new recordings would answer with the instrument of the old ones."""
    _, history, _ = trained
    other = Tones()
    other.request = "other recordings"
    with pytest.raises(ValueError, match="holds a training on another dataset"):
        training.fit(SPEC, other, out=history.out, steps=60, **QUICK)


def test_early_stopping(tmp_path):
    options = {**QUICK, "evaluate_every_s": 0.0}
    history = training.fit(SPEC, Tones(), out=tmp_path, steps=500, learning_rate=1e-12, patience=3, **options)
    assert history.stopped == "patience" and history.step < 500


def test_a_loss_that_is_not_a_number_stops_the_training(tmp_path):
    with pytest.raises(ValueError, match="the training has diverged"):
        training.fit(SPEC, Tones(broken=True), out=tmp_path, minutes=1, **QUICK)
    assert not (tmp_path / "best.npz").exists()


def test_what_diverges_between_two_looks_leaves_the_last_good_state(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "_TICK_S", 1e9)
    options = {**QUICK, "evaluate_every_s": 1e9}
    with pytest.raises(ValueError, match="has diverged. Nothing was kept; begin again with a smaller"):
        training.fit(SPEC, Tones(broken=True), out=tmp_path, steps=2, **options)
    assert not list(tmp_path.rglob("*.npz"))
    training.fit(SPEC, Tones(), out=tmp_path, steps=2, **options)
    good = {path: path.read_bytes() for path in tmp_path.rglob("*.npz")}
    with pytest.raises(ValueError, match="has diverged. Its last good state is in"):
        training.fit(SPEC, Tones(broken=True), out=tmp_path, steps=4, save_every_s=0.0, **options)
    assert len(good) == 2 and good == {path: path.read_bytes() for path in tmp_path.rglob("*.npz")}


def test_what_does_not_fit_is_told_in_words(tmp_path):
    with pytest.raises(ValueError, match="without an end"):
        training.fit(SPEC, Tones(), out=tmp_path)
    with pytest.raises(ValueError, match="sample rate .* is 48000 in the dataset but 4000 in the model"):
        training.fit(SPEC, Tones(SPEC_48K), out=tmp_path, steps=1)
    with pytest.raises(ValueError, match="distribute came as 'everywhere'"):
        training.fit(SPEC, Tones(), out=tmp_path, steps=1, distribute="everywhere")


def test_learning_rate_rises_by_steps_then_falls_by_time():
    rates = [callbacks.schedule(step / 1000, step, peak=1.0) for step in range(1001)]
    assert rates[0] < 0.02 and 0.98 < max(rates) <= 1.0 and rates[-1] == pytest.approx(0.01)
    top = rates.index(max(rates))
    assert 40 <= top <= 80 and all(a >= b for a, b in zip(rates[top:], rates[top + 1:]))
    assert callbacks.schedule(0.2, 0, peak=1.0) < 0.02      # a slow compilation takes nothing of the way up


def test_progress_is_one_line_in_a_terminal_and_results_only_in_a_log():
    row = {"step": 7, "elapsed_s": 65.0, "remaining_s": 3700.0, "loss": 6.5, "held_out_loss": 6.0, "best": 5.9}
    log, terminal = io.StringIO(), io.StringIO()
    terminal.isatty = lambda: True
    for stream in (log, terminal):
        line = callbacks.ProgressLine(True, stream=stream)
        line.overwrites = stream is terminal
        line.update(row)
        line.update(row, keep=True)
    text = "training 01:05 | step 7 | loss 6.500 | held out 6.000 (best 5.900) | 1:01:40 left"
    assert log.getvalue() == text + "\n"
    assert terminal.getvalue() == f"\r{text}\r{text}\n"


@pytest.mark.slow
def test_a_killed_training_goes_on_where_it_was(tmp_path):
    process, state = _start(tmp_path, steps=100_000), tmp_path / "last" / "state.npz"
    deadline = time.monotonic() + 200
    while not state.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()
    arrays, header = store.read_npz(state, kind=training.STATE_KIND)  # whole, whenever the kill came
    assert header["step"] >= 1
    model = Autoencoder(SPEC)
    more = header["step"] + 5
    history = training.fit(model, Tones(), out=tmp_path, steps=more, **QUICK)
    assert history.step == more and history.elapsed_s > header["elapsed_s"]
    assert [row["step"] for row in history.rows[:len(header["rows"])]] == [row["step"] for row in header["rows"]]
    after, _ = store.read_npz(state, kind=training.STATE_KIND)
    iterations = next(name for name in arrays if name.startswith("optimizer/") and arrays[name].dtype.kind == "i")
    assert arrays[iterations] == header["step"] and after[iterations] == more


def test_resuming_restores_weights_and_optimizer_exactly(trained, tmp_path):
    _, history, _ = trained
    arrays, _ = store.read_npz(history.out / "last" / "state.npz", kind=training.STATE_KIND)
    model = Autoencoder(SPEC)
    model.compile(optimizer=training.make_optimizer(1e-3), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    run = training.Run(history.out, 0)
    run.resume(model)
    run.out = tmp_path
    run.save(model)
    again, _ = store.read_npz(tmp_path / "last" / "state.npz", kind=training.STATE_KIND)
    assert set(again) == set(arrays)
    for name, value in arrays.items():
        np.testing.assert_array_equal(again[name], value)


@pytest.mark.slow
def test_two_devices_of_one_computer(tmp_path):
    out = _end(_start(tmp_path, steps=12, distribute="mirrored"), 300)
    assert "finished at step 12" in out


@pytest.mark.slow
def test_two_workers_make_one_model(tmp_path):
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    workers = [
        _start(tmp_path / str(i), steps=12, distribute="multiworker",
               TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": i}}))
        for i in range(2)
    ]
    try:
        told = [_end(worker, 300) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    steps = [int(re.search(r"step (\d+)", text).group(1)) for text in told]
    assert steps[0] == steps[1] >= 12
    assert (tmp_path / "0" / "best.npz").exists() and not (tmp_path / "1").exists()


def test_a_folder_belongs_to_one_training_at_a_time(tmp_path):
    heard = []

    def second(row):
        if not heard:
            with pytest.raises(ValueError, match="Another training is at work"):
                training.fit(Autoencoder(SPEC), Tones(), out=tmp_path, steps=2, **QUICK)
            heard.append(row)

    training.fit(Autoencoder(SPEC), Tones(), out=tmp_path, steps=4, **{**QUICK, "progress": second})
    assert heard


def test_another_clock_decides_when_the_minutes_are_over(tmp_path):
    ticks = iter(range(10**6))
    history = training.fit(Autoencoder(SPEC), Tones(), out=tmp_path, minutes=1.0, **QUICK, clock=lambda: 5.0 * next(ticks))
    assert history.stopped == "minutes" and history.step <= 12
