"""What `python course.py test` runs, inside the environment it has set up.

    python -m ddsp_helpers.classroom.run_tests                 all tests, then every notebook in both editions
    python -m ddsp_helpers.classroom.run_tests --lane colab    what must hold with the versions of a lane

Further arguments go to pytest.  Lanes: `colab` installs the package through the set-up cell of a notebook that is
alone, as in Google Colab, makes sure that this moved no version, and runs the sound of the package and every notebook
far from the repository; `oldest` has the lowest versions that the package admits; `beam` has Apache Beam, and `neutone`
PyTorch with the kit of the Neutone plugin.
"""

import argparse
import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOUND = ["tests/test_units.py", "tests/test_audio.py", "tests/dsp", "tests/test_synths.py", "tests/test_losses.py",
         "tests/test_effects.py", "tests/widgets/test_every_widget.py"]
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"}


def pytest_command(*arguments):
    """pytest on all cores, one file a worker."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = str(max(1, min(4, cores)))
    return [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadfile", "-p", "no:cacheprovider", *arguments]


def notebooks_command(*arguments):
    """nbval on notebooks, each cell run in this environment's kernel."""
    return pytest_command("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "400", "-p", "no:python",
                          *arguments)


def run(command, cwd=ROOT, **more):
    """Runs a command with its output on the screen; returns whether it succeeded."""
    return subprocess.run(command, cwd=cwd, env={**os.environ, **QUIET, **more}, check=False).returncode == 0


def tests(arguments):
    return run(pytest_command(*arguments, "--doctest-modules", "tests", "ddsp_helpers"))


def notebooks(arguments, which=("notebooks",)):
    """Runs notebooks; the site is built from what they show (docs/executed.py keeps it)."""
    return run(notebooks_command("-p", "docs.executed", *arguments, *which), DDSP_FAST="1", DDSP_STATIC="1")


def site(arguments):
    return run([sys.executable, "-m", "docs", "--axe"])


def sound(arguments):
    return run(pytest_command(*arguments, *SOUND))


def beam(arguments):
    there = run([sys.executable, "-c", "import apache_beam; print('Apache Beam', apache_beam.__version__)"])
    return there and run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments,
                          "tests/data/test_beam.py"])


def neutone(arguments):
    there = run([sys.executable, "-c", "from ddsp_helpers.export import neutone_kit; import torch; "
                 "print('Neutone kit', neutone_kit.need(), 'on PyTorch', torch.__version__)"])
    return there and run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments,
                          "tests/export/test_neutone.py", "tests/export/test_neutone_card.py"])


def alone(arguments):
    """Every notebook far from the repository, with the package as the set-up cell brings it."""
    from ddsp_helpers.classroom import stick

    with tempfile.TemporaryDirectory(prefix="ddsp-alone-") as folder:
        folder = pathlib.Path(folder)
        for name in filter(re.compile("notebooks/.*[.]ipynb").fullmatch, map(str, stick.course_files(ROOT))):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        return run(notebooks_command(*arguments, "notebooks"), cwd=folder, DDSP_FAST="1")


def set_up_cell(arguments):
    """Installs this checkout through the set-up cell of lesson 00 and makes sure that it moved no version."""
    from ddsp_helpers.classroom import notebooks, stick

    pip = [sys.executable, "-m", "pip"]
    run([*pip, "uninstall", "-qy", "ddsp-helpers"])
    before = _versions()
    with tempfile.TemporaryDirectory(prefix="ddsp-alone-") as folder:
        folder = pathlib.Path(folder)
        with zipfile.ZipFile(folder / "main.zip", "w") as archive:
            for name in stick.course_files(ROOT):
                archive.write(ROOT / name, f"a-course-main/{name}")
        cell = notebooks.set_up_cell("00", archive=(folder / "main.zip").as_uri())
        passed = run([sys.executable, "-c", cell], cwd=folder)
    after = _versions()
    moved = sorted(f"{name} {before[name]} -> {after.get(name)}" for name in before if after.get(name) != before[name])
    print(f"The set-up cell moved {', '.join(moved) or 'no version'}.", flush=True)
    print(f"It added {', '.join(sorted(set(after) - set(before))) or 'nothing'}.", flush=True)
    absent = _not_brought()
    print(f"Files of the course that did not arrive: {', '.join(absent) or 'none'}.", flush=True)
    return passed and not moved and not absent


def _not_brought():
    """Files of the package, and of data/, that the installed package lacks."""
    from ddsp_helpers.classroom import stick

    installed = {str(file) for file in importlib.metadata.files("ddsp-helpers") or []}
    rooms = {"ddsp_helpers": "ddsp_helpers", "data": "ddsp_helpers"}        # a wheel carries data/ inside the package
    return [str(file) for file in stick.course_files(ROOT) if file.parts[0] in rooms
            and "/".join([rooms[file.parts[0]], *file.parts[1:]]) not in installed]


def _versions():
    """{package: version} of what is installed in this environment."""
    listed = subprocess.check_output([sys.executable, "-m", "pip", "list", "--format=freeze"], text=True)
    return dict(line.split("==") for line in listed.splitlines() if "==" in line)


LANES = {
    "current": {"tests and docstring examples": tests, "notebooks, exercises and solutions": notebooks,
                "the site: links, words, barriers": site},
    "colab": {"the set-up cell of a notebook alone": set_up_cell, "sound, with Colab's versions": sound,
              "notebooks, exercises and solutions": alone},
    "oldest": {"sound, with the oldest versions": sound},
    "beam": {"a pipeline on the DirectRunner": beam},
    "neutone": {"instruments in PyTorch, and the plugin's file": neutone},
}


def main(arguments=None):
    """Command line: runs the steps of a lane and sums them up.  Returns the exit code."""
    from ddsp_helpers.classroom import browser

    parser = argparse.ArgumentParser(prog="python course.py test", description=__doc__.split("\n\n")[0])
    parser.add_argument("--lane", choices=sorted(LANES), default="current",
                        help="which versions (default: the course's own)")
    options, rest = parser.parse_known_args(arguments)
    print(f"=== Python {sys.version.split()[0]}, lane {options.lane}", flush=True)
    if options.lane == "current":
        try:
            print(f"The widgets are tested in {browser.need()}", flush=True)
        except ValueError as missing:
            print(missing, flush=True)      # their tests fail with the same words; all others run
    summary = []
    for name, step in LANES[options.lane].items():
        print(f"=== {name}", flush=True)
        started = time.monotonic()
        passed = step(rest)
        minutes, seconds = divmod(round(time.monotonic() - started), 60)
        summary.append(f"{name:<36} {'passed' if passed else 'FAILED'} in {minutes} min {seconds:02d} s")
    print("\n" + "\n".join(summary), flush=True)
    return int(any("FAILED" in line for line in summary))


if __name__ == "__main__":
    sys.exit(main())
