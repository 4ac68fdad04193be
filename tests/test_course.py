"""course.py: sets up once, repairs what was interrupted, says what to do next. No network."""
import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ddsp_helpers.classroom import run_tests

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A fresh copy of course.py that looks at an empty folder in place of the repository."""
    spec = importlib.util.spec_from_file_location("course_under_test", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    requirements = [tmp_path / "requirements.txt", tmp_path / "current.txt"]
    for path in requirements:
        path.write_text("", encoding="utf-8")
    for name, value in {"ROOT": tmp_path, "VENV": venv, "STAMP": venv / "course.json", "LOG": venv / "install.log",
                        "REQUIREMENTS": requirements, "ASSETS": []}.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def steps(course, monkeypatch):
    """Replaces what a set-up does by a list of what it did."""
    done = []

    def make_venv():
        done.append("venv")
        course.venv_python().parent.mkdir(parents=True, exist_ok=True)
        course.venv_python().touch()
        course.write_stamp()

    monkeypatch.setattr(course, "make_venv", make_venv)
    monkeypatch.setattr(course, "install_packages", lambda: done.append("packages"))
    monkeypatch.setattr(course, "run_logged", lambda arguments: done.append("kernel"))
    monkeypatch.setattr(course, "prepare_assets", lambda: done.append("assets") or True)
    return done


def install(course, name, files):
    """Puts a small package into the site-packages of a course, as pip would."""
    folder = course.VENV / ("Lib" if os.name == "nt" else "lib/python3.11") / "site-packages"
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n", encoding="utf-8")
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    record = [f"{file},sha256=x,{len(text)}" for file, text in files.items()]
    (metadata / "RECORD").write_text("\n".join([*record, f"{metadata.name}/RECORD,,"]), encoding="utf-8")
    return folder, metadata


def test_needs_only_python():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"))
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import)
                for alias in node.names}
    imported |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_prints_plain_characters_that_every_console_shows():
    assert (ROOT / "course.py").read_text(encoding="utf-8").isascii()


def test_first_set_up_takes_every_step_and_the_second_none(course, steps):
    course.set_up()
    assert steps == ["venv", "packages", "kernel", "assets"]
    course.set_up()
    assert len(steps) == 4


def test_changed_requirements_are_installed_into_the_same_environment(course, steps):
    course.set_up()
    course.REQUIREMENTS[0].write_text("one==1.0\n", encoding="utf-8")
    course.set_up()
    assert steps[4:] == ["packages"]


def test_an_interrupted_install_is_taken_up_where_it_stopped(course, steps, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt
    with monkeypatch.context() as patch:
        patch.setattr(course, "install_packages", interrupted)
        assert course.main(["setup"]) == 130
    assert course.main(["setup"]) == 0
    assert steps == ["venv", "packages", "kernel", "assets"]


def test_a_moved_or_broken_environment_is_made_again(course, steps):
    course.set_up()
    course.STAMP.write_text(json.dumps(dict(course.read_stamp(), venv="/somewhere/else")), encoding="utf-8")
    course.set_up()
    assert steps[4:] == ["venv", "packages", "kernel", "assets"]
    course.STAMP.write_text("{cut off", encoding="utf-8")
    course.set_up()
    assert steps[8:] == ["venv", "packages", "kernel", "assets"]


def test_recordings_that_could_not_be_fetched_are_tried_again_and_stop_nobody(course, steps, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(course, "prepare_assets", lambda: False)
        assert course.main(["setup"]) == 0
    course.set_up()
    assert steps == ["venv", "packages", "kernel", "assets"]


def test_packages_that_an_interrupted_install_left_incomplete_are_forgotten(course):
    folder, whole = install(course, "whole", {"whole.py": "x = 1\n"})
    _, cut = install(course, "cut", {"cut.py": "x = 12345\n"})
    (folder / "cut.py").write_text("x =", encoding="utf-8")
    _, gone = install(course, "gone", {"gone.py": "x = 1\n"})
    (folder / "gone.py").unlink()
    _, unrecorded = install(course, "unrecorded", {"unrecorded.py": ""})
    (unrecorded / "RECORD").unlink()
    assert sorted(course.remove_broken()) == ["cut", "gone", "unrecorded"]
    assert whole.exists() and not cut.exists() and not gone.exists() and not unrecorded.exists()


def test_makes_an_environment_and_installs_nothing_into_it(course):
    course.make_venv()
    course.install_packages()
    shown = subprocess.run([str(course.venv_python()), "-c", "import sys; print(sys.prefix); print(sys.path)"],
                           capture_output=True, text=True, env=course.environment())
    prefix, path = shown.stdout.splitlines()
    assert Path(prefix).resolve() == course.VENV.resolve()
    assert str(course.ROOT) in path, "the package of this checkout is importable from anywhere"
    assert course.read_stamp()


def test_a_failed_install_says_what_to_do_next(course, capsys):
    course.make_venv()
    course.REQUIREMENTS[0].write_text("--no-index\nno-such-package==1.0\n", encoding="utf-8")
    assert course.main(["setup"]) == 1
    shown = capsys.readouterr().out
    assert "no-such-package" in shown and "Python 3.12" in shown and "install.log" in shown
    assert "packages" not in course.read_stamp()


@pytest.mark.parametrize("output, remedy", [
    ("OSError: [Errno 28] No space left on device", "disk is full"),
    ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "check the network"),
    ("ReadTimeoutError: Read timed out.", "check the network"),
    ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "PIP_CERT"),
    ("ERROR: No matching distribution found for tensorflow==2.21.0", "Python 3.12"),
    ("error: Microsoft Visual C++ 14.0 or greater is required", "compiler"),
    ("The virtual environment was not created successfully because ensurepip is not available", "python3-venv"),
    ("PermissionError: [WinError 5] Access is denied", "close JupyterLab"),
    ("something new", "course.py doctor"),
])
def test_advice_fits_what_went_wrong(course, output, remedy):
    assert remedy in course.advice(output)


def test_too_little_disk_is_said_before_anything_is_downloaded(course, monkeypatch, capsys):
    monkeypatch.setattr(course, "NEEDED_GB", 10 ** 9)
    assert course.main(["setup"]) == 1
    assert "GB are free" in capsys.readouterr().out
    assert not course.VENV.exists()


@pytest.mark.parametrize("version, good", [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 2), True),
                                           ((3, 14, 0), False)])
def test_supported_versions(course, version, good):
    assert course.supported(version) is good


def test_another_python_is_found_when_this_one_is_too_old(course, monkeypatch):
    monkeypatch.setattr(course, "supported", lambda version: tuple(version[:2]) == (3, 99))     # not this one
    answers = {"python3.12": "3 99"} if os.name != "nt" else {"py": "3 99"}

    def run(command, **options):
        if command[0] not in answers:
            raise FileNotFoundError(command[0])
        return subprocess.CompletedProcess(command, 0, stdout=answers[command[0]], stderr="")

    monkeypatch.setattr(course.subprocess, "run", run)
    assert course.find_python()[0] in answers
    answers.clear()
    with pytest.raises(course.SetupError, match="needs Python 3.11 to 3.13"):
        course.find_python()


def test_nothing_leaks_into_the_environment(course, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    inside = course.environment(DDSP_FAST="1")
    assert "PYTHONPATH" not in inside and inside["DDSP_FAST"] == "1"
    assert inside["PATH"].split(os.pathsep)[0] == str(course.venv_python().parent)


def test_opens_lesson_00_and_prints_its_address(course, steps, monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(course, "call", lambda command, **more: calls.append((command, more)) or 0)
    assert course.main([]) == 0
    (command, more), shown = calls[0], capsys.readouterr().out
    address = next(line.strip() for line in shown.splitlines() if "http://" in line)
    assert "/lab/tree/notebooks/00_start_here.ipynb?token=" in address
    assert address.endswith(more["JUPYTER_TOKEN"]) and more["JUPYTER_TOKEN"] not in " ".join(command)


def test_a_computer_without_a_browser_is_not_asked_for_one(course, steps, monkeypatch):
    calls = []

    def no_browser():
        raise course.webbrowser.Error

    monkeypatch.setattr(course.webbrowser, "get", no_browser)
    monkeypatch.setattr(course, "call", lambda command, **more: calls.append(command) or 0)
    course.main([])
    assert "--no-browser" in calls[0]


@pytest.mark.parametrize("code", [0, 1])
def test_test_runs_inside_the_environment(course, steps, monkeypatch, code):
    calls = []
    monkeypatch.setattr(course, "call", lambda command, **more: calls.append(command) or code)
    assert course.main(["test", "-k", "oscillator"]) == code
    assert calls == [["-m", "ddsp_helpers.classroom.run_tests", "-k", "oscillator"]] and steps[0] == "venv"


def test_a_lane_has_an_environment_of_its_own(course, steps, monkeypatch):
    for name in course.LANES["colab"][:2]:
        (course.ROOT / "constraints").mkdir(exist_ok=True)
        (course.ROOT / "constraints" / name).write_text("numpy==2.1.3\n", encoding="utf-8")
    calls, ran = [], []
    monkeypatch.setattr(course, "call", lambda command, **more: calls.append(command) or 0)
    assert course.main(["test", "--lane", "colab", "-x"]) == 0
    assert calls == [["-m", "ddsp_helpers.classroom.run_tests", "--lane", "colab", "-x"]]
    assert steps == ["venv", "packages"], "neither kernel nor recordings are part of a lane"
    assert course.read_stamp()["venv"] == str(course.ROOT / ".venv-colab")
    assert not (course.ROOT / ".venv").exists()


def test_an_unknown_lane_is_answered_with_the_lanes_there_are(course, capsys):
    assert course.main(["test", "--lane", "colabb"]) == 1
    assert "'colabb'" in capsys.readouterr().out and not course.VENV.exists()
    assert course.main(["test", "--lane"]) == 1
    assert "colab, oldest, beam, neutone" in capsys.readouterr().out


def test_every_lane_names_its_files_and_its_tests():
    spec = importlib.util.spec_from_file_location("course_of_lanes", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {"current", *module.LANES} == set(run_tests.LANES)
    assert all((ROOT / "constraints" / name).is_file() for lane in module.LANES.values() for name in lane[:2])
    written = {path.name for path in ROOT.glob("constraints/lane-*.txt")}
    assert written == {lane[0] for lane in module.LANES.values()}


@pytest.mark.parametrize("passes, expected", [
    ((True, True, True), 0), ((False, True, True), 1), ((True, False, True), 1), ((True, True, False), 1)])
def test_tests_notebooks_and_site_run_and_are_summed_up(monkeypatch, capsys, passes, expected):
    commands, left = [], list(passes)
    monkeypatch.setattr(run_tests, "run", lambda command, **more: commands.append((command, more)) or left.pop(0))
    monkeypatch.setattr("ddsp_helpers.classroom.browser.need", lambda: "/a/browser")
    assert run_tests.main([]) == expected
    (tests, _), (notebooks, more), (site, _) = commands
    assert "docs.executed" in notebooks and site[-2:] == ["docs", "--axe"], "the site is built from the same run"
    assert {"--doctest-modules", "tests", "ddsp_helpers"} <= set(tests)
    assert {"--nbval-lax", "--nbval-current-env", "notebooks"} <= set(notebooks) and more["DDSP_FAST"] == "1"
    assert not [part for part in tests + notebooks if "ignore" in part]
    summary = capsys.readouterr().out.splitlines()[-3:]
    assert ["passed" in line for line in summary] == list(passes)


def test_a_missing_browser_stops_no_other_test(monkeypatch, capsys):
    def none():
        raise ValueError("Install Chromium.")

    monkeypatch.setattr("ddsp_helpers.classroom.browser.need", none)
    monkeypatch.setattr(run_tests, "run", lambda command, **more: True)
    assert run_tests.main([]) == 0 and "Install Chromium." in capsys.readouterr().out


@pytest.fixture
def whole_pack(course, monkeypatch):
    """A pack whose check says what the test wants: (its folder, a list with the exit code, what was asked)."""
    folder, code, asked = course.ROOT / "my stick", [0], []
    folder.mkdir()
    (folder / "pack.json").write_text("{}", encoding="utf-8")

    def check(command, **_):
        asked.append(command[1:])
        return subprocess.CompletedProcess(command, code[0])

    monkeypatch.setattr(course.subprocess, "run", check)
    return folder, code, asked


@pytest.mark.parametrize("words", [["setup"], [], ["test"]])
def test_offline_checks_the_pack_before_anything_is_made(course, steps, monkeypatch, whole_pack, words):
    folder, code, asked = whole_pack
    monkeypatch.setattr(course, "call", lambda command, **more: 0)
    code[0] = 1
    assert course.main([*words, "--offline", str(folder)]) == 1 and steps == []
    code[0] = 0
    assert course.main([*words, "--offline", str(folder)]) == 0 and len(steps) == 4
    assert asked[1] == ["-m", "ddsp_helpers.classroom.stick", "--check", str(folder)]


def test_offline_without_a_folder_finds_the_pack_around_or_below(course, whole_pack):
    folder, _, _ = whole_pack
    course.ROOT = folder / "course"
    assert course.take_options(["--offline", "setup"]) == ["setup"] and course.PACK == folder
    course.ROOT = folder.parent
    assert course.take_options(["test", "--offline"]) == ["test"] and course.PACK == folder.parent / "out" / "pack"


def test_offline_asks_no_network_for_packages_or_recordings(course, monkeypatch, tmp_path):
    ran, folder = [], tmp_path / "my stick"
    course.PACK = folder
    monkeypatch.setattr(course, "run_logged", lambda command, *show: ran.append(command))
    monkeypatch.setattr(course, "call", lambda command, **more: ran.append(command) or 0)
    course.site_packages().mkdir(parents=True)
    course.install_packages()
    course.prepare_assets()
    installed, fetched = ran
    assert installed[installed.index("--no-index"):][:3] == ["--no-index", "--find-links", str(folder / "wheels")]
    assert fetched == ["-m", "ddsp_helpers", "assets", "all", "--from", str(folder / "recordings")]


def test_a_lane_cannot_be_offline(course, capsys):
    assert course.main(["test", "--lane", "beam", "--offline"]) == 1
    assert "needs a network" in capsys.readouterr().out


def test_doctor_changes_nothing_and_says_what_to_do(course, steps, capsys):
    assert course.main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "MISSING" in shown and "python course.py setup" in shown and not course.VENV.exists() and not steps


def test_doctor_sees_a_package_that_is_not_whole(course, steps, capsys):
    course.REQUIREMENTS[0].write_text("one-sound==1.0  # a note\ntwo==1.0\n", encoding="utf-8")
    course.set_up()
    install(course, "one_sound", {"one.py": "x = 1\n"})
    folder, _ = install(course, "two", {"two.py": "x = 1\n"})
    course.main(["doctor"])
    assert "2 of 2 installed" in capsys.readouterr().out
    (folder / "two.py").unlink()
    assert course.main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "1 of 2 installed" in shown and "two==1.0" in shown and "one-sound==1.0" not in shown


def test_an_unknown_word_is_answered_with_the_words_there_are(course, capsys):
    assert course.main(["tset"]) == 2
    shown = capsys.readouterr().out
    assert "'tset'" in shown and "course.py doctor" in shown
    assert course.main(["--help"]) == 0


def test_continuous_integration_runs_the_command_of_the_readme():
    command = "python course.py test"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert '"$python" course.py test' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(ROOT / ".ci" / "run", os.X_OK)
