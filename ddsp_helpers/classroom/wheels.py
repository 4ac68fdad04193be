"""Wheels for a computer that is not this one: which it needs, which are missing, how pip gets them.

pip reads the conditions of a package ("only on Windows") for the computer it runs on.  Here they are read for the
computer that will be set up, so that a teacher's Linux laptop can fill a stick for Windows.
"""

import dataclasses
import email.parser
import functools
import pathlib
import platform
import re
import subprocess
import sys
import zipfile

# platform of a wheel -> what its Python says about itself
_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
SYSTEMS = {
    "win_amd64": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    "macosx_arm64": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix",
                     "platform_machine": "arm64"},
    "linux_x86_64": {**_LINUX, "platform_machine": "x86_64"},
    "linux_aarch64": {**_LINUX, "platform_machine": "aarch64"},
}
_NEWEST_GLIBC, _NEWEST_MACOS = 40, (15, 0)


@dataclasses.dataclass(frozen=True, order=True)
class Target:
    """A computer to set up: a platform of SYSTEMS and a Python such as "3.12"."""

    platform: str
    python: str

    def __post_init__(self):
        if self.platform not in SYSTEMS:
            raise ValueError(f"The platform came as {self.platform!r}; one of {', '.join(SYSTEMS)} was wanted.")
        if not re.fullmatch(r"3\.1[123]", self.python):
            raise ValueError(f"The Python came as {self.python!r}; 3.11, 3.12 or 3.13 was wanted.")

    def __str__(self):
        return f"{self.platform} with Python {self.python}"

    @property
    def platforms(self):
        """The platform tags that wheels for this computer may have, the best first."""
        from packaging import tags

        system, machine = self.platform.split("_", 1)
        if system == "linux":
            return [*(f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, 4, -1)),
                    *(f"manylinux{name}_{machine}" for name in ("2014", "2010", "1")), self.platform]
        return [*tags.mac_platforms(_NEWEST_MACOS, machine)] if system == "macosx" else [self.platform]

    @property
    def tags(self):
        """Every tag of a wheel that this computer can use."""
        from packaging import tags

        version = tuple(int(part) for part in self.python.split("."))
        interpreter = f"cp{version[0]}{version[1]}"
        return {*tags.cpython_tags(version, [interpreter], self.platforms),
                *tags.compatible_tags(version, interpreter, self.platforms)}

    @property
    def environment(self):
        """What the conditions in a package's requirements are read against."""
        return {**SYSTEMS[self.platform], "python_version": self.python, "python_full_version": f"{self.python}.0",
                "implementation_name": "cpython", "platform_python_implementation": "CPython"}


def this_computer():
    """The Target that runs this.

    Raises:
      ValueError: a computer for which there are no wheels of TensorFlow, such as an Intel Mac.
    """
    system = {"win32": "win", "darwin": "macosx"}.get(sys.platform, "linux")
    return Target(f"{system}_{platform.machine().lower()}", f"{sys.version_info[0]}.{sys.version_info[1]}")


def pins(path):
    """{package: version set} of the lines `name==version` of a file."""
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name

    found = re.findall(r"(?m)^([\w.-]+)==([^\s#;]+)", pathlib.Path(path).read_text(encoding="utf-8"))
    return {canonicalize_name(name): SpecifierSet(f"=={version}") for name, version in found}


def closure(folder, requirements, constraints, target):
    """Follows what each wheel needs in turn, as `target` would.

    Args:
      folder: holds the wheels.
      requirements, constraints: {package: version set}, see pins; what is wanted, and the versions of all the others.
      target: Target.

    Returns:
      (names of the wheels that target needs, [requirements that no wheel answers, as text]).
    """
    from packaging.requirements import Requirement

    tags, used, lacking, seen = target.tags, set(), {}, set()
    shelf = [(path, *_parsed(path.name)) for path in sorted(pathlib.Path(folder).glob("*.whl"))]
    shelf = [(path, name, version) for path, name, version, fits in shelf if fits & tags]
    todo = [Requirement(f"{name}{versions}") for name, versions in requirements.items()]
    while todo:
        wanted = todo.pop()
        name = _canonical(wanted.name)
        versions = wanted.specifier & constraints.get(name, "")
        fitting = [(version, path) for path, other, version in shelf
                   if other == name and versions.contains(version, prereleases=True)]
        if not fitting:
            lacking[name] = lacking.get(name, versions) & versions
            continue
        wheel = max(fitting)[1]
        if (wheel, *sorted(wanted.extras)) not in seen:
            seen.add((wheel, *sorted(wanted.extras)))
            used.add(wheel.name)
            todo += _needs(wheel, wanted.extras, target)
    return used, [f"{name}{versions}" for name, versions in sorted(lacking.items())]


def _canonical(name):
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


@functools.cache
def _parsed(name):
    from packaging.utils import parse_wheel_filename

    package, version, _, tags = parse_wheel_filename(name)
    return package, version, tags


@functools.cache
def _stated(path):
    """The requirements that a wheel states, conditions included."""
    from packaging.requirements import Requirement

    with zipfile.ZipFile(path) as wheel:
        metadata = next(name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        lines = email.parser.BytesParser().parsebytes(wheel.read(metadata)).get_all("Requires-Dist") or []
    return [Requirement(line) for line in lines]


def _needs(path, extras, target):
    """The requirements of a wheel that hold on target."""
    cases = [{**target.environment, "extra": extra} for extra in extras or [""]]
    return [need for need in _stated(path)
            if need.marker is None or any(need.marker.evaluate(case) for case in cases)]


def collect(folder, requirements, constraints, target, *, say=print):
    """Fetches the wheels that target needs and that are not in folder yet; returns the names of all it needs.

    Raises:
      ValueError: a package has no wheel for target, or the download broke off.
    """
    remove_cut(folder)
    asked = set()
    while True:
        used, lacking = closure(folder, requirements, constraints, target)
        if not lacking:
            return used
        if asked.issuperset(lacking):
            raise ValueError(f"There is no wheel of {', '.join(lacking)} for {target}.")
        asked.update(lacking)
        say(f"{target}: {len(lacking)} packages to fetch")
        _pip(_command(folder, lacking, target), say)


def remove_cut(folder):
    """Deletes wheels that an interrupted download or copy left incomplete."""
    for path in pathlib.Path(folder).glob("*.whl"):
        if not zipfile.is_zipfile(path):
            path.unlink()


def _command(folder, lacking, target):
    """pip's command for packages without what they need in turn: built here, or ready-made for another computer."""
    common = ["--no-deps", "--find-links", str(folder), *lacking]
    if target == this_computer():
        return ["wheel", "--prefer-binary", "--wheel-dir", str(folder), *common]
    platforms = [part for name in target.platforms for part in ("--platform", name)]
    return ["download", "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python, *platforms,
            "--dest", str(folder), *common]


def _pip(command, say):
    """Runs pip; shows its large downloads, and its last words when it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *command, "--progress-bar", "off"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                               errors="replace")
    lines = []
    for line in process.stdout:
        lines.append(line)
        large = re.match(r"\s*Downloading (\S+) \((\d\d+(?:\.\d+)? MB)\)", line)
        if large:
            say(f"  {large[1].rsplit('/', 1)[-1]}, {large[2]}")
    if process.wait():
        raise ValueError("".join(lines[-6:]).strip()
                         + "\nCheck the network and run the same command again: what is fetched is kept.")
