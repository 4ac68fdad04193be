"""The offline pack: what another computer needs, whole or not at all. No network."""
import json
import pathlib
import subprocess
import sys
import zipfile

import pytest

from ddsp_helpers import assets
from ddsp_helpers.classroom import stick, wheels

HERE = wheels.this_computer()
WINDOWS = wheels.Target("win_amd64", "3.12")
LINUX = wheels.Target("linux_x86_64", "3.11")


def wheel(folder, name, *needs, version="1.0", tag="py3-none-any"):
    """A small wheel that states what it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    metadata = "\n".join([f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)])
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}-{version}.dist-info/METADATA", metadata + "\n")
    return path.name


def wanted(*lines):
    return {name: versions for name, versions in (line.split(" ") for line in lines)}


# ------------------------------------------------------------------ what a computer needs

def test_conditions_are_read_for_the_computer_that_will_be_set_up(tmp_path):
    lab = wheel(tmp_path, "lab", 'pywinpty>=2; os_name == "nt"', 'backport; python_version < "3.12"', 'b; extra == "all"')
    assert wheels.closure(tmp_path, wanted("lab ==1.0"), {}, WINDOWS) == ({lab}, ["pywinpty>=2"])
    assert wheels.closure(tmp_path, wanted("lab ==1.0"), {}, LINUX) == ({lab}, ["backport"])


def test_needs_are_followed_in_turn_with_extras_and_the_frozen_versions(tmp_path):
    a = wheel(tmp_path, "a", "b[fast]>=1", "c")
    b = wheel(tmp_path, "b", 'd>=2; extra == "fast"')
    c = wheel(tmp_path, "c", "a", version="1.1")
    wheel(tmp_path, "c", version="9.0")
    pins = {"c": wheels.pins(_file(tmp_path, "c==1.1\n"))["c"]}
    assert wheels.closure(tmp_path, wanted("a ==1.0"), pins, LINUX) == ({a, b, c}, ["d>=2"])


def _file(folder, text):
    path = folder / "constraints.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("target, tag, fits", [
    (WINDOWS, "cp312-cp312-win_amd64", True), (WINDOWS, "cp311-cp311-win_amd64", False),
    (WINDOWS, "cp312-cp312-manylinux_2_28_x86_64", False), (WINDOWS, "cp39-abi3-win_amd64", True),
    (LINUX, "cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64", True),
    (LINUX, "cp311-cp311-macosx_12_0_arm64", False),
    (LINUX, "cp311-cp311-manylinux2014_aarch64", False), (LINUX, "py2.py3-none-any", True),
    (wheels.Target("macosx_arm64", "3.13"), "cp313-cp313-macosx_12_0_arm64", True),
    (wheels.Target("macosx_arm64", "3.13"), "cp313-cp313-macosx_11_0_universal2", True),
    (wheels.Target("macosx_arm64", "3.13"), "cp313-cp313-macosx_12_0_x86_64", False),
])
def test_only_wheels_that_the_computer_can_use_count(tmp_path, target, tag, fits):
    wheel(tmp_path, "a", tag=tag)
    assert (wheels.closure(tmp_path, wanted("a ==1.0"), {}, target)[1] == []) is fits


def test_this_computer_is_built_for_and_others_get_ready_made_wheels(tmp_path):
    assert wheels._command(tmp_path, ["a"], HERE)[0] == "wheel"
    other = WINDOWS if HERE != WINDOWS else LINUX
    command = wheels._command(tmp_path, ["a==1"], other)
    assert command[:2] == ["download", "--only-binary=:all:"] and "--no-deps" in command
    assert command[command.index("--python-version") + 1] == other.python and other.platforms[0] in command


def test_fetches_what_is_missing_and_replaces_what_was_cut(tmp_path, monkeypatch):
    def pip(command, say):
        for name in command[-command[::-1].index(str(tmp_path)):]:
            wheel(tmp_path, name.split("=")[0], *(["b==1.0"] if name.startswith("a") else []))

    cut = tmp_path / "a-1.0-py3-none-any.whl"
    cut.write_bytes(b"PK half")
    monkeypatch.setattr(wheels, "_pip", pip)
    said = []
    names = wheels.collect(tmp_path, wanted("a ==1.0"), {}, WINDOWS, say=said.append)
    assert names == {cut.name, "b-1.0-py3-none-any.whl"} and zipfile.is_zipfile(cut) and len(said) == 2
    monkeypatch.setattr(wheels, "_pip", lambda command, say: None)
    assert wheels.collect(tmp_path, wanted("a ==1.0"), {}, WINDOWS) == names, "nothing is fetched twice"
    with pytest.raises(ValueError, match="no wheel of z==1.0 for win_amd64 with Python 3.12"):
        wheels.collect(tmp_path, wanted("z ==1.0"), {}, WINDOWS, say=said.append)


def test_an_unknown_computer_is_refused_in_words():
    with pytest.raises(ValueError, match="'amiga'; one of win_amd64"):
        wheels.Target("amiga", "3.12")
    with pytest.raises(ValueError, match="'3.9'; 3.11, 3.12 or 3.13"):
        wheels.Target("win_amd64", "3.9")


# ------------------------------------------------------------------ the pack

@pytest.fixture
def school(tmp_path, monkeypatch):
    """A small repository, a recording in the cache, a pip that makes wheels: (repository, stick, what was fetched)."""
    root, folder, fetched = tmp_path / "course", tmp_path / "my stick", []
    pinned = "numpy==1.0\n"
    for name, text in {"course.py": "pass\n", "requirements.txt": pinned, "constraints/current.txt": pinned,
                       "data/checkpoints/violin_16k.npz": "weights", ".venv/bin/python": "", "recordings/me.wav": "mine",
                       ".ci/run": "#!/bin/sh\n", "notebooks/__pycache__/x.pyc": ""}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    made = tmp_path / "cache" / "packs" / "bells-123"
    made.mkdir(parents=True)
    (made / "A4.wav").write_bytes(b"ding")
    (made / "complete.json").write_text("{}")
    bells = type("Pack", (), {"is_cached": True, "bytes": 4})
    monkeypatch.setattr(assets, "catalogue", lambda: {"bells": bells})
    monkeypatch.setattr(assets, "fetch", lambda name: made)

    def pip(command, say):
        fetched.append(command[0])
        tag = "py3-none-win_amd64" if "win_amd64" in command else f"py3-none-{HERE.platforms[-1]}"
        wheel(folder / "wheels", "numpy", tag=tag)

    monkeypatch.setattr(wheels, "_pip", pip)
    return root, folder, fetched


def pack(school, *targets):
    return stick.pack(school[1], targets, root=school[0], say=lambda line: None)


def test_a_pack_holds_course_wheels_and_recordings_and_nothing_private(school):
    root, folder, _ = school
    listed = json.loads(pack(school).read_text(encoding="utf-8"))["files"]
    course = {name.removeprefix("course/") for name in listed if name.startswith("course/")}
    assert course == {"course.py", "requirements.txt", "constraints/current.txt", "data/checkpoints/violin_16k.npz",
                      ".ci/run"}
    assert {"recordings/bells-123/A4.wav", "recordings/bells-123/complete.json"} <= set(listed)
    assert "course.py --offline" in (folder / "README.txt").read_text(encoding="utf-8")
    stick.check(folder, root=root, say=lambda line: None)


def test_packing_again_fetches_nothing_and_serves_whom_it_served(school):
    pack(school, WINDOWS)
    fetched = list(school[2])
    targets = json.loads(pack(school).read_text(encoding="utf-8"))["targets"]
    assert school[2] == fetched == ["wheel", "download"]
    assert {wheels.Target(target["platform"], target["python"]) for target in targets} == {HERE, WINDOWS}


def test_an_interrupted_pack_is_not_taken_for_whole_and_goes_on(school, monkeypatch):
    root, folder, fetched = school
    pack(school)
    with monkeypatch.context() as patch:
        patch.setattr(wheels, "collect", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pack(school, WINDOWS)
    with pytest.raises(ValueError, match="no complete pack.*course.py pack"):
        stick.check(folder, root=root)
    pack(school)
    assert fetched == ["wheel", "download"], "the computer asked for before the interruption is not forgotten"
    stick.check(folder, root=root, say=lambda line: None)
    assert not (folder / "unfinished.json").exists()


def test_what_is_damaged_missing_or_of_another_version_is_named(school):
    root, folder, _ = school
    pack(school)
    instrument = folder / "course" / "data" / "checkpoints" / "violin_16k.npz"
    instrument.write_text("weighty")
    with pytest.raises(ValueError, match="1 files of the pack are damaged or missing, such as course/data/checkpoints/v"):
        stick.check(folder, root=root, say=lambda line: None)
    pack(school)
    stick.check(folder, root=root, say=lambda line: None)
    (root / "requirements.txt").write_text("numpy==2.0\n", encoding="utf-8")
    with pytest.raises(ValueError, match="another version of the course"):
        stick.check(folder, root=root)


def test_a_pack_for_others_says_for_whom_and_how_to_add_this_computer(school, monkeypatch):
    root, folder, _ = school
    pack(school)
    other = wheels.Target("macosx_arm64", "3.13") if HERE.platform != "macosx_arm64" else WINDOWS
    monkeypatch.setattr(wheels, "this_computer", lambda: other)
    with pytest.raises(ValueError, match=f"serves {HERE}; this is {other}.*--platform {other.platform} --python 3.1"):
        stick.check(folder, root=root)


def test_wheels_of_an_earlier_version_go_and_foreign_folders_stay(school, tmp_path):
    _, folder, _ = school
    pack(school)
    wheel(folder / "wheels", "numpy", version="0.9")
    (folder / "course" / "old.py").write_text("")
    pack(school)
    assert not (folder / "wheels" / "numpy-0.9-py3-none-any.whl").exists()
    assert not (folder / "course" / "old.py").exists()
    (tmp_path / "mine" / "course").mkdir(parents=True)
    with pytest.raises(ValueError, match="no pack made"):
        stick.pack(tmp_path / "mine", root=school[0])


def test_with_git_only_tracked_files_travel(school):
    root = school[0]
    for command in (["init", "-q"], ["add", "course.py", "requirements.txt"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    assert list(map(str, stick.course_files(root))) == ["course.py", "requirements.txt"]


def test_checking_needs_only_the_standard_library(tmp_path):
    code = ("import sys\nfrom ddsp_helpers.classroom import stick\ncode = stick.main([sys.argv[1], '--check'])\n"
            "assert not {'numpy', 'packaging', 'tensorflow'} & set(sys.modules)\nsys.exit(code)")
    done = subprocess.run([sys.executable, "-S", "-c", code, str(tmp_path)], cwd=pathlib.Path(stick.__file__).parents[2],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "no complete pack" in done.stderr, done.stderr
