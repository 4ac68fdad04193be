"""The whole course on a stick: for a room where thirty people share one Wi-Fi, or none.

    python course.py pack [FOLDER]                                      for computers like this one
    python course.py pack [FOLDER] --platform win_amd64 --python 3.12   and for others
    python course.py --offline [FOLDER]                                 sets up from it, without any network

A pack holds the repository with its trained instruments (course/), every Python package (wheels/) and the recordings
(recordings/).  Its list of files with sha256, pack.json, is written last: a pack without it is not one.  Packing again
goes on where it stopped.  Checking a pack needs only the standard library.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

from ddsp_helpers.classroom import wheels

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST, UNFINISHED = "pack.json", "unfinished.json"
_NOT_OURS = {".venv", ".git", "out", "build", "dist", "datasets", "models", "recordings"}
_VERSIONS = ("requirements.txt", "constraints/current.txt")
README = """The DDSP course, for computers without a network
================================================

1. Install Python (python.org) if it is not there. This pack serves {targets}.
2. Copy the folder  course  from here to your disk.
3. In that folder, run   python course.py --offline FOLDER
   where FOLDER is the folder that holds this text.  It takes a few minutes, once.
4. From then on   python course.py   opens the lessons; the stick is no longer needed.

For teachers: to add another kind of computer, run  python course.py pack FOLDER --platform NAME --python VERSION  with a network.
"""


def pack(folder, targets=(), *, root=ROOT, say=print):
    """Fills a folder with everything that a set-up without a network needs.

    Args:
      folder: made if need be; an earlier or interrupted pack there is completed.
      targets: wheels.Target, besides this computer and those that the pack serves already.
      root: the repository.

    Returns:
      The path of the list, pack.json.

    Raises:
      ValueError: the folder holds something else, or something could not be fetched.
    """
    folder = pathlib.Path(folder)
    served = _begin(folder, targets)
    say(f"Packing into {folder} for {', '.join(map(str, served))}")
    copy_course(root, folder / "course")
    requirements, constraints = (wheels.pins(root / name) for name in _VERSIONS)
    (folder / "wheels").mkdir(exist_ok=True)
    needed = {target: wheels.collect(folder / "wheels", requirements, constraints, target, say=say)
              for target in served}
    for path in (folder / "wheels").iterdir():
        if path.name not in set().union(*needed.values()):
            path.unlink()       # of an earlier version of the course
    _copy_recordings(folder / "recordings", say)
    text = README.format(targets=", ".join(map(str, served)))
    (folder / "README.txt").write_text(text, encoding="utf-8")
    say("Listing what is there, with checksums")
    return _finish(folder, needed)


def _begin(folder, targets):
    """Marks the pack as unfinished; returns whom it will serve, this computer first."""
    asked = {wheels.this_computer(), *targets}
    marks = [folder / LIST, folder / UNFINISHED]
    strange = [name for name in ("course", "wheels", "recordings") if (folder / name).exists()]
    if strange and not any(mark.is_file() for mark in marks):
        raise ValueError(f"{folder} has a folder {strange[0]!r} that no pack made; choose another folder.")
    for mark in filter(pathlib.Path.is_file, marks):
        kept = json.loads(mark.read_text(encoding="utf-8"))["targets"]
        asked |= {wheels.Target(target["platform"], target["python"]) for target in kept}
    served = sorted(asked, key=lambda target: (target != wheels.this_computer(), target))
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / UNFINISHED, {"targets": [vars(target) for target in served]})
    (folder / LIST).unlink(missing_ok=True)
    return served


def _finish(folder, needed):
    """Writes the list of all files, last of all."""
    files = {}
    for path in sorted(path for place in ("course", "wheels", "recordings") for path in (folder / place).rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = [path.stat().st_size, _sha256(path)]
    targets = [{**vars(target), "wheels": sorted(names)} for target, names in needed.items()]
    _write(folder / LIST, {"format": 1, "targets": targets, "files": files})
    (folder / UNFINISHED).unlink()
    return folder / LIST


def course_files(root=ROOT):
    """The files of the repository: what git tracks, or in a copy without git all that is not made or recorded there."""
    if (root / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
        return sorted(pathlib.PurePosixPath(name) for name in listed.split("\0") if name and (root / name).is_file())
    found = []
    for folder, inside, names in os.walk(root):
        place = pathlib.Path(folder).relative_to(root)
        top = place == pathlib.Path()
        inside[:] = [name for name in inside if not (name == "__pycache__" or name.startswith((".venv", ".ipynb")))
                     and not (top and name in _NOT_OURS)]
        found += [pathlib.PurePosixPath((place / name).as_posix()) for name in names]
    return sorted(found)


def copy_course(root, target):
    """Copies the repository; files of an earlier version go."""
    wanted = course_files(root)
    for name in wanted:
        _copy(root / name, target / name)
    for path in [path for path in target.rglob("*") if path.is_file()]:
        if path.relative_to(target).as_posix() not in set(map(str, wanted)):
            path.unlink()


def _copy_recordings(folder, say):
    from ddsp_helpers import assets

    for name, recorded in assets.catalogue().items():
        if not recorded.is_cached:
            say(f"{name}: fetching {recorded.bytes / 1e6:.0f} MB")
        home = assets.fetch(name)
        for path in filter(pathlib.Path.is_file, sorted(home.rglob("*"))):
            _copy(path, folder / home.name / path.relative_to(home))


def _copy(source, target):
    """Copies a file unless it is there already; never leaves half of one under its name."""
    if target.is_file() and target.stat().st_size == source.stat().st_size and _sha256(target) == _sha256(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(source, part)
    os.replace(part, target)


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path, content):
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.replace(part, path)


def check(folder, *, root=ROOT, say=print):
    """Makes sure that a pack is whole, for this version of the course and for this computer.

    Raises:
      ValueError: it is not; the message says what to do.
    """
    folder = pathlib.Path(folder)
    if not (folder / LIST).is_file():
        raise ValueError(f"{folder} holds no complete pack. With a network this makes or completes one: "
                         f"python course.py pack {folder}")
    listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
    if any(_lines(folder / "course" / name) != _lines(root / name) for name in _VERSIONS):
        raise ValueError(f"The pack in {folder} belongs to another version of the course. Copy its folder 'course' to "
                         "your disk and run course.py there.")
    here = wheels.this_computer()
    served = {wheels.Target(target["platform"], target["python"]): target["wheels"] for target in listed["targets"]}
    if here not in served:
        raise ValueError(f"The pack in {folder} serves {', '.join(map(str, served))}; this is {here}. Start course.py "
                         "with such a Python, or add this computer where there is a network: "
                         f"python course.py pack {folder} --platform {here.platform} --python {here.python}")
    others = {name for names in served.values() for name in names} - set(served[here])
    files = {name: recorded for name, recorded in listed["files"].items() if name.removeprefix("wheels/") not in others}
    say(f"Checking the pack: {len(files)} files, {sum(size for size, _ in files.values()) / 1e6:.0f} MB")
    bad = [name for name, (size, sha256) in files.items() if not (folder / name).is_file()
           or (folder / name).stat().st_size != size or _sha256(folder / name) != sha256]
    if bad:
        raise ValueError(f"{len(bad)} files of the pack are damaged or missing, such as {bad[0]}. Copy the pack again, "
                         f"or repair it where there is a network: python course.py pack {folder}")


def _lines(path):
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else None


def main(arguments=None):
    """Command line: make a pack, or with --check look at one.  Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python course.py pack", description=__doc__.split("\n\n")[0],
                                     epilog="Without --platform the pack serves computers like this one.")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", default=str(ROOT / "out" / "pack"),
                        help="where to: a stick, or a folder (default: out/pack); about 1 GB for each kind of computer")
    parser.add_argument("--platform", action="append", choices=sorted(wheels.SYSTEMS), default=[],
                        help="another kind of computer to serve; may be repeated")
    parser.add_argument("--python", action="append", choices=("3.11", "3.12", "3.13"), default=[],
                        help="its Python; may be repeated (default: the one that runs this)")
    parser.add_argument("--check", action="store_true", help="pack nothing; see whether the pack serves this computer")
    options = parser.parse_args(arguments)
    try:
        here = wheels.this_computer()
        if options.check:
            check(options.folder)
            return 0
        targets = [wheels.Target(name, python) for name in options.platform or [here.platform]
                   for python in options.python or [here.python]]
        made = pack(options.folder, targets)
        size = sum(size for size, _ in json.loads(made.read_text(encoding="utf-8"))["files"].values())
        print(f"{made.parent} is complete: {size / 1e6:.0f} MB. Its README.txt says how to set up from it.")
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
