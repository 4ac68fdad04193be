"""The lanes agree: what pip, conda, the frozen list, Colab and the package ask for is one thing."""
import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^(?:\s*- )?([A-Za-z0-9._-]+)==([^\s#;]+)", re.MULTILINE)


def pins(name):
    """{package: version} of a requirements, constraints or conda file."""
    return {canonicalize_name(package): version for package, version in
            PIN.findall((ROOT / name).read_text(encoding="utf-8"))}


REQUIREMENTS, CONDA = pins("requirements.txt"), pins("environment.yml")
CURRENT, COLAB = pins("constraints/current.txt"), pins("constraints/colab-2026.08.txt")
EXTRAS = PROJECT["project"]["optional-dependencies"]
RANGES = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
OPTIONAL = [Requirement(line) for lines in EXTRAS.values() for line in lines]


TOOLS = {"pytest", "pytest-xdist", "nbval"}


def test_conda_and_pip_install_the_same_versions():
    assert CONDA == REQUIREMENTS


def test_every_line_of_the_requirements_is_an_exact_version():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(wanted) == len(REQUIREMENTS) and all("==" in line for line in wanted)


def test_the_frozen_lane_is_that_of_the_requirements():
    assert {name: CURRENT.get(name) for name in REQUIREMENTS} == REQUIREMENTS


def test_the_package_needs_nothing_that_the_course_does_not_install():
    assert {canonicalize_name(requirement.name) for requirement in RANGES} <= set(REQUIREMENTS)


def test_the_package_asks_for_everything_that_it_imports():
    """What is imported is in its own list or an extra, or comes with what every learner has."""
    asked = {canonicalize_name(requirement.name) for requirement in RANGES + OPTIONAL}
    for name in {canonicalize_name(item.name) for item in [*RANGES, *map(Requirement, EXTRAS["notebooks"])]}:
        brought = map(Requirement, importlib.metadata.requires(name) or [])
        asked |= {canonicalize_name(item.name) for item in brought if "extra" not in str(item.marker)}
    brings, unasked = importlib.metadata.packages_distributions(), set()
    for file in (ROOT / "ddsp_helpers").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                       else [node.module] if isinstance(node, ast.ImportFrom) else [])
            for module in {name.split(".")[0] for name in modules} - sys.stdlib_module_names - {"ddsp_helpers"}:
                if not asked & set(map(canonicalize_name, brings.get(module, [module]))):
                    unasked.add(f"{module} ({file.name})")
    assert not unasked


@pytest.mark.parametrize("lane", ["current", "colab-2026.08"])
def test_the_ranges_of_the_package_admit_both_lanes(lane):
    versions = {"current": CURRENT, "colab-2026.08": COLAB}[lane]
    refused = [f"{requirement}: {versions[name]}" for requirement in RANGES + OPTIONAL
               if (name := canonicalize_name(requirement.name)) in versions
               and not requirement.specifier.contains(versions[name])]
    assert not refused


@pytest.mark.parametrize("version", ["2.19.0", "2.19.1", "2.20.0", "2.21.0"])
def test_every_tensorflow_that_a_learner_may_have_is_admitted(version):
    assert next(item for item in RANGES if item.name == "tensorflow").specifier.contains(version)


@pytest.mark.parametrize("version, good", [("3.10", False), ("3.11", True), ("3.12", True), ("3.13", True),
                                           ("3.14", False)])
def test_course_and_package_ask_for_the_same_pythons(version, good):
    sys.path.insert(0, str(ROOT))
    import course
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(version) is good
    assert course.supported([int(part) for part in version.split(".")]) is good


def test_what_is_installed_is_what_is_asked_for():
    """In the course's own environment; elsewhere (Colab, a researcher's) the ranges decide."""
    if Path(sys.prefix) != ROOT / ".venv":
        for requirement in RANGES:
            assert requirement.specifier.contains(importlib.metadata.version(requirement.name)), str(requirement)
        return
    assert {name: importlib.metadata.version(name) for name in REQUIREMENTS} == REQUIREMENTS


def test_a_wheel_carries_every_room_and_what_ships():
    setuptools = PROJECT["tool"]["setuptools"]
    rooms = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "ddsp_helpers").rglob("*")
             if path.is_file() and "__pycache__" not in path.parts}
    folders = {f"ddsp_helpers.{path.name}": f"data/{path.name}" for path in (ROOT / "data").iterdir() if path.is_dir()}
    assert sorted(rooms | set(folders)) == sorted(setuptools["packages"]), "each room once"
    assert folders.items() <= setuptools["package-dir"].items()
    carried = {Path(pattern).suffix for pattern in setuptools["package-data"]["*"]} | {".py"}
    files = [path for room in ("data", "ddsp_helpers") for path in (ROOT / room).rglob("*")
             if path.is_file() and "__pycache__" not in path.parts]
    assert not [path for path in files if path.suffix not in carried]


def test_lanes_test_with_the_course_s_own_tools():
    for lane in (ROOT / "constraints").glob("lane-*.txt"):
        tools = {name: version for name, version in pins(f"constraints/{lane.name}").items() if name in TOOLS}
        assert "pytest" in tools and tools.items() <= REQUIREMENTS.items(), lane.name


def test_the_lane_of_colab_brings_what_colab_has_and_leaves_the_rest_to_the_set_up_cell():
    file = (ROOT / "constraints" / "lane-colab.txt").read_text(encoding="utf-8")
    names = {canonicalize_name(line) for line in re.findall(r"(?m)^([\w.-]+)$", file)}
    there, missing = (ROOT / "constraints" / "colab-2026.08.txt").read_text(encoding="utf-8").split("# not there")
    assert names == {canonicalize_name(name) for name, _ in PIN.findall(there)}
    assert not names & {canonicalize_name(name) for name, _ in PIN.findall(missing)}


def test_the_oldest_lane_has_the_lowest_tensorflow_that_the_package_admits():
    lowest = {requirement.name: re.search(r">=([\d.]+)", str(requirement.specifier)) for requirement in RANGES}
    for name in ("tensorflow", "keras", "tf_keras"):
        assert pins("constraints/lane-oldest.txt")[canonicalize_name(name)].startswith(lowest[name][1])


def test_import_is_quick_and_without_tensorflow():
    code = ("import sys, time; start = time.process_time(); import ddsp_helpers; "
            "print(time.process_time() - start, 'tensorflow' in sys.modules)")
    runs = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
            .stdout.split() for _ in range(3)]
    assert min(float(seconds) for seconds, _ in runs) < 0.3
    assert {loaded for _, loaded in runs} == {"False"}


def test_licences_are_there_in_full():
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in (ROOT / "LICENSE").read_text()
    lessons = (ROOT / "LICENSE-lessons").read_text(encoding="utf-8")
    assert "Section 8" in lessons and "Creative Commons Attribution 4.0 International" in lessons
