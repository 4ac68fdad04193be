"""What several tests of exports share."""

import pytest

NAMES = ("violin", "flute", "trumpet", "saxophone")


@pytest.fixture(scope="session")
def four(tmp_path_factory):
    """The four instruments of the course on one page: (path, report)."""
    from ddsp_helpers import models
    from ddsp_helpers.export import export

    path = tmp_path_factory.mktemp("page") / "four.html"
    return path, export([models.load_instrument(name) for name in NAMES], path, format="web")
