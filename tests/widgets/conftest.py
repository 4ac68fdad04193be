"""One JupyterLab and one browser for all tests of widgets; a file opens a notebook of its own with `open_notebook`."""

import importlib.util
import pathlib

import pytest


def _beside(name):
    """A helper module that lies in this folder (pytest imports no test folder as a package)."""
    specification = importlib.util.spec_from_file_location(name, pathlib.Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


lab_module = _beside("lab")


@pytest.fixture(scope="session")
def launch(play):
    """launch(flag, …) opens another browser, with flags of its own, for as long as the session lasts."""
    opened = []

    def launch_one(*flags):
        opened.append(lab_module.launch(play, *flags))
        return opened[-1]

    yield launch_one
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch):
    return launch()


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    lab = lab_module.Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def open_notebook(jupyter, browser, request):
    """open_notebook(cell, cell, …) runs the cells in a notebook of this file: lab.Notebook."""
    opened = []

    def open_one(*cells, theme="light"):
        name = f"{request.module.__name__.split('.')[-1]}_{len(opened)}"
        opened.append(jupyter.notebook(browser, name, cells, theme=theme))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="session")
def listening():
    """How recordings are compared: pitch_hz, strongest_hz, cents, level_db, band_levels_db."""
    return _beside("listening")
