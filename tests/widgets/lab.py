"""A real JupyterLab and a real Chromium for the tests of widgets: open a notebook, run it, touch it, listen.

One Lab and one browser serve a whole test session (`conftest.py`); each test file has a notebook and a kernel of its
own.
"""

import ast
import base64
import json
import os
import pathlib
import queue
import secrets
import socket
import subprocess
import sys
import time
import urllib.request

import jupyter_client
import nbformat
import numpy as np

from ddsp_helpers.classroom.browser import need as a_browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 240          # what may take this long on a machine that does much else; only a failure waits for its end
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--mute-audio", "--disable-dev-shm-usage")


def launch(playwright, *more_flags, **settings):
    """A headless browser; a gesture is wanted before sound, as in everybody's own browser."""
    return playwright.chromium.launch(executable_path=a_browser(), args=[*_FLAGS, *more_flags], **settings)


class Lab:
    """A JupyterLab in a folder of its own, on a free port of this machine, with kernels that import this repository."""

    def __init__(self, folder):
        self.folder, self.token = pathlib.Path(folder), secrets.token_hex(16)
        self.port, self.runtime = _free_port(), self.folder / "runtime"
        (self.folder / "notebooks").mkdir()
        self._setting("apputils-extension", "notification", {"fetchNews": "false", "checkForUpdates": False})
        self._setting("notebook-extension", "tracker", {"windowingMode": "none"})     # cells out of sight are there too
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"), "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"), "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1",
        }
        self.log = (self.folder / "lab.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
             f"--port={self.port}", "--ServerApp.port_retries=0",
             f"--IdentityProvider.token={self.token}", "--expose-app-in-browser",
             f"--ServerApp.root_dir={self.folder / 'notebooks'}"],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT)
        self._wait()

    def _setting(self, extension, name, values):
        file = self.folder / "settings" / "@jupyterlab" / extension / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _wait(self, seconds=PATIENCE_S):
        for _ in range(5 * seconds):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/api?token={self.token}", timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not start: {(self.folder / 'lab.log').read_text()[-2000:]}")

    def notebook(self, browser, name, cells, *, theme="light"):
        """Writes a notebook, opens it in the browser, runs all its cells: Notebook."""
        file = self.folder / "notebooks" / f"{name}.ipynb"
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)
        return Notebook(self, browser, name, theme)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


class Notebook:
    """An open notebook: `.page` (Playwright) for the hands, `.python(...)` for what the kernel thinks."""

    def __init__(self, lab, browser, name, theme="light"):
        before = set(lab.runtime.glob("kernel-*.json"))
        self.context = browser.new_context(viewport={"width": 1100, "height": 1000})
        self.context.set_default_navigation_timeout(1000 * PATIENCE_S)
        self.context.set_default_timeout(60000)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{lab.url}/lab/workspaces/{name}/tree/{name}.ipynb?token={lab.token}&reset")
        self.page.wait_for_function("globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel",
                                    timeout=1000 * PATIENCE_S)
        if theme == "dark":
            self.page.evaluate("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
        self.kernel = self._kernel(lab, before)
        self._reply(self.kernel.kernel_info())
        self.run()

    def _kernel(self, lab, before):
        """A second line to the notebook's kernel, beside the browser's."""
        for _ in range(10 * PATIENCE_S):
            files = sorted(set(lab.runtime.glob("kernel-*.json")) - before, key=lambda file: file.stat().st_mtime)
            if files and files[-1].stat().st_size:
                client = jupyter_client.BlockingKernelClient(connection_file=str(files[-1]))
                client.load_connection_file()
                client.start_channels(hb=False)       # on a busy machine a heart may miss a beat: ask, and wait
                return client
            time.sleep(0.1)
        raise RuntimeError("The notebook's kernel did not start.")

    def run(self):
        """Runs all cells and waits until the kernel has done them; AssertionError with what went wrong in one."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            "() => { const cells = jupyterapp.shell.currentWidget.content.widgets;"
            " return cells.every(cell => cell.model.type !== 'code' || cell.model.executionCount !== null); }",
            timeout=1000 * PATIENCE_S)
        wrong = self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap(cell => cell.outputs ?? [])"
            ".filter(output => output.output_type === 'error').map(output => output.traceback.join('\\n'))")
        assert not wrong, "\n".join(wrong)

    def python(self, expression, *, before=""):
        """The value of an expression in the kernel (what JSON can carry), after running some lines."""
        code = f"{before}\nimport json as _json\n_told = _json.dumps({expression})"
        message = self.kernel.execute(code, silent=False, store_history=False, user_expressions={"told": "_told"})
        reply = self._reply(message)
        if reply["status"] != "ok":
            raise AssertionError("\n".join(reply["traceback"]))
        return json.loads(ast.literal_eval(reply["user_expressions"]["told"]["data"]["text/plain"]))

    def _reply(self, message, seconds=PATIENCE_S):
        end = time.time() + seconds
        while time.time() < end:
            try:
                reply = self.kernel.get_shell_msg(timeout=1)
            except queue.Empty:
                continue
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]
        raise AssertionError("The kernel did not answer.")

    def start(self, code):
        """Starts code in the kernel without waiting: time.sleep(5) makes a slow kernel."""
        self.kernel.execute(code, silent=True, store_history=False)

    def eventually(self, expression, wanted, *, seconds=60):
        """Waits until a Python expression in the kernel equals (or, for a function, satisfies) what is wanted."""
        end = time.time() + seconds
        while True:
            value = self.python(expression)
            if wanted(value) if callable(wanted) else value == wanted:
                return value
            if time.time() > end:
                raise AssertionError(f"{expression} stayed {value!r}; wanted {wanted!r}.")
            time.sleep(0.1)

    def widget(self, title):
        """The widget with this title as a Touch."""
        root = self.page.locator(f'.ddsp[role="group"][aria-label="{title}"]').first
        root.wait_for(timeout=1000 * PATIENCE_S)
        root.scroll_into_view_if_needed()
        return Touch(self, root)

    def close(self):
        self.kernel.stop_channels()
        self.context.close()
        assert not self.errors, f"The page threw: {self.errors}"


class Touch:
    """Hands on one widget: `.root` is its Playwright locator."""

    def __init__(self, notebook, root):
        self.notebook, self.page, self.root = notebook, notebook.page, root

    def slider(self, name):
        """The slider of a declared control."""
        return self.root.locator(f'[role="slider"][data-control="{name}"]')

    def button(self, name):
        return self.root.get_by_role("button", name=name)

    def choose(self, key):
        """Presses one of a choice, e.g. "tensorflow"."""
        self.root.locator(f'[role="radio"][data-key="{key}"]').click()

    def press(self, locator, *keys):
        """Focuses something and presses keys."""
        locator.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, locator, start, end, *, steps=8):
        """Drags within an element, from and to (u, v), shares of its width and height from the upper left; no jump."""
        box = locator.bounding_box()
        (x1, y1), (x2, y2) = ((box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in (start, end))
        self.page.mouse.move(x1, y1)
        self.page.mouse.down()
        self.page.mouse.move(x2, y2, steps=steps)
        self.page.mouse.up()

    def status(self):
        return self.root.locator('[role="status"]').first.inner_text()

    def wait_for_status(self, words, *, seconds=60):
        """Waits until the status says words (a part of the text)."""
        self.root.locator('[role="status"]', has_text=words).first.wait_for(timeout=1000 * seconds)

    def state(self):
        """The value as the browser has it."""
        return self.root.evaluate("root => root.ddsp.value")

    def offline(self, seconds, *, sample_rate=16000):
        """What the audio graph, with fade and limiter, makes of the value now: samples, float64."""
        text = self.root.evaluate(
            """async (root, [seconds, rate]) => {
                const samples = await root.ddsp.renderOffline(seconds, rate), bytes = new Uint8Array(samples.buffer);
                let text = "";
                for (let i = 0; i < bytes.length; i += 8192)
                    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
                return btoa(text);
            }""", [seconds, sample_rate])
        return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)

    def tensorflow(self, variable):
        """What the kernel renders of the same widget, `variable` being its name in the notebook: samples, float64."""
        text = self.notebook.python(
            f"__import__('base64').b64encode({variable}.sound().samples.astype('<f4').tobytes()).decode()")
        return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)

    def picture(self, path):
        self.root.screenshot(path=str(path))


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
