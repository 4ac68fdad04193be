"""A browser for the tests: chosen, found, fetched, or asked for in words. No network."""
import os
import sys

import pytest

from ddsp_helpers.classroom import browser

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests are shell scripts")


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A computer without any browser: a function that installs a program, and the commands that were run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DDSP_BROWSER", raising=False)
    monkeypatch.setattr(browser, "_of_playwright", lambda: None)
    monkeypatch.setattr(browser, "_MACOS", ())

    def install(name, script="exit 0"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    return install


def test_finds_what_starts_and_passes_over_what_does_not(bare):
    assert browser.find() is None
    bare("chromium", "echo 'chromium has to be installed' >&2; exit 1")
    chrome = bare("google-chrome")
    assert browser.find() == chrome


def test_the_environment_chooses_and_a_wrong_choice_is_named(bare, monkeypatch):
    bare("chromium")
    monkeypatch.setenv("DDSP_BROWSER", bare("mine"))
    assert browser.find().endswith("mine")
    monkeypatch.setenv("DDSP_BROWSER", "/no/such/browser")
    with pytest.raises(ValueError, match="DDSP_BROWSER came as '/no/such/browser'"):
        browser.find()


def test_fetches_one_way_after_the_other_until_one_brings_a_browser(bare, monkeypatch, tmp_path):
    bare("refuses", "echo no network >&2; exit 1")
    bare("brings", f"printf '#!/bin/sh\\n' > {tmp_path}/chromium && /bin/chmod 755 {tmp_path}/chromium")
    monkeypatch.setattr(browser, "_ways", lambda: iter([["refuses"], ["brings"], ["never-run"]]))
    said = []
    assert browser.need(say=said.append) == str(tmp_path / "chromium")
    assert any("no network" in line for line in said)
    assert browser.need(say=said.append) and len(said) == 3, "a second call finds it and says nothing"


def test_without_any_way_it_says_what_to_do(bare, monkeypatch):
    monkeypatch.setattr(browser, "_ways", lambda: iter(()))
    with pytest.raises(ValueError, match="apt install chromium.*DDSP_BROWSER"):
        browser.need(say=lambda line: None)


def test_only_root_on_debian_is_asked_to_install_system_packages(bare, monkeypatch):
    bare("apt-get")
    monkeypatch.setattr(browser.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000, raising=False)
    assert list(browser._ways()) == [[sys.executable, "-m", "playwright", "install", "chromium"]]
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0, raising=False)
    first, *_, last = browser._ways()
    assert first[0] == "apt-get" and last[-2:] == ["--with-deps", "chromium"]
