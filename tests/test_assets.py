"""Packs are verified, kept, never half there; errors say what to do next."""

import hashlib
import io
import json
import re
import shutil
import tarfile
import types
import zipfile

import pytest

from ddsp_helpers import assets


def _tar(path, files):
    with tarfile.open(path, "w:gz") as file:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """A catalogue with one pack, whose archive the registry client (replaced) would download."""
    archive = _tar(tmp_path / "bells-1.0.0.tgz", {"package/A4.wav": b"ding", "package/index.js": b"code",
                                                  "../../escape.wav": b"outside"})
    content = archive.read_bytes()
    made = assets.Pack(
        name="bells", kind="notes", title="Bells", registry="npm", package="bells-wav", version="1.0.0",
        archive=archive.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), keep=("*.wav",),
        licence="CC0", credit="Nobody",
    )
    monkeypatch.setenv("DDSP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(assets, "catalogue", lambda: {"bells": made})
    monkeypatch.setattr(assets, "_npm", lambda: ["npm"])
    calls = []

    def run(command, *, cwd, **_):
        calls.append(command)
        (cwd / archive.name).write_bytes(content)
        return types.SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(assets.subprocess, "run", run)
    return types.SimpleNamespace(pack=made, calls=calls, archive=archive, cache=tmp_path / "cache")


def test_fetches_once_and_keeps_only_what_is_wanted(pack):
    folder = assets.fetch("bells")
    assert (folder / "A4.wav").read_bytes() == b"ding"
    assert not (folder / "index.js").exists()
    assert assets.fetch("bells") == folder
    assert pack.calls == [["npm", "pack", "bells-wav@1.0.0", "--loglevel=error", *assets._NPM_PATIENCE]]
    assert assets.catalogue()["bells"].is_cached
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]     # no scratch folder remains


def test_packs_out_of_one_archive_arrive_with_one_download(pack, monkeypatch):
    code = assets.Pack(**{**pack.pack.__dict__, "name": "code", "kind": "site", "keep": ("*.js",)})
    monkeypatch.setattr(assets, "catalogue", lambda: {"bells": pack.pack, "code": code})
    folder = assets.fetch("bells")
    assert code.is_cached and (assets.fetch("code") / "index.js").read_bytes() == b"code"
    assert not (folder / "index.js").exists() and len(pack.calls) == 1


def test_no_member_leaves_the_folder(pack):
    folder = assets.fetch("bells")
    assert (folder / "escape.wav").exists()
    assert {path.resolve().parent for path in pack.cache.rglob("*.wav")} == {folder.resolve()}


def test_a_different_archive_is_refused_and_leaves_nothing(pack, monkeypatch):
    def run(command, *, cwd, **_):
        (cwd / pack.archive.name).write_bytes(b"something else")
        return types.SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(assets.subprocess, "run", run)
    with pytest.raises(ValueError, match="sha256 is .* wanted"):
        assets.fetch("bells")
    assert list((pack.cache / "packs").iterdir()) == []


def test_no_network_says_what_to_do(pack, monkeypatch):
    failed = types.SimpleNamespace(returncode=1, stdout="", stderr="npm ERR! network timeout")
    monkeypatch.setattr(assets.subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(ValueError, match="network timeout.*internet connection.*archives") as caught:
        assets.fetch("bells")
    assert "`npm pack bells-wav@1.0.0 --loglevel=error" in str(caught.value)


def test_an_archive_on_a_stick_needs_no_network(pack, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was used")

    monkeypatch.setattr(assets.subprocess, "run", refuse)
    (pack.cache / "archives").mkdir(parents=True)
    pack.archive.rename(pack.cache / "archives" / pack.archive.name)
    assert (assets.fetch("bells") / "A4.wav").exists()


def test_an_offline_pack_fills_the_cache_and_half_a_pack_does_not(pack, monkeypatch, tmp_path):
    made = assets.fetch("bells")
    stick = tmp_path / "stick"
    shutil.copytree(made, stick / made.name)
    monkeypatch.setenv("DDSP_CACHE", str(tmp_path / "other computer"))
    (stick / made.name / "complete.json").rename(tmp_path / "complete.json")
    assets.copy_from(stick)
    assert not assets.catalogue()["bells"].is_cached
    (tmp_path / "complete.json").rename(stick / made.name / "complete.json")
    assets.copy_from(stick)
    assert assets.catalogue()["bells"].is_cached
    assert (assets.fetch("bells") / "A4.wav").read_bytes() == b"ding" and len(pack.calls) == 1


def test_a_folder_without_its_last_file_does_not_count(pack):
    folder = assets.fetch("bells")
    (folder / "complete.json").unlink()
    (folder / "A4.wav").write_bytes(b"half")
    assert (assets.fetch("bells") / "A4.wav").read_bytes() == b"ding"


def test_unpacks_a_zip_and_keeps_folders_of_weights(pack, tmp_path):
    with zipfile.ZipFile(tmp_path / "w.whl", "w") as file:
        file.writestr("net/one/.index", "1")
        file.writestr("net/two/.index", "2")
    fields = {**pack.pack.__dict__, "kind": "weights", "keep": ("net/*",)}
    assets._unpack(tmp_path / "w.whl", tmp_path / "out", assets.Pack(**fields))
    assert (tmp_path / "out" / "one" / ".index").read_text() == "1"
    assert (tmp_path / "out" / "two" / ".index").read_text() == "2"


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="violin-notes"):
        assets.fetch("kazoo-notes")
    with pytest.raises(ValueError, match="vocadito_10, vocadito_14, scale"):
        assets.voice("nobody")
    with pytest.raises(ValueError, match="violin, flute, trumpet"):
        assets.instrument_notes("kazoo")
    with pytest.raises(ValueError, match="no trained instrument 'kazoo' at 48000 Hz.*saxophone.*violin at 16000 Hz"):
        assets.checkpoint("kazoo", sample_rate=48000)


def test_the_catalogue_is_complete_and_names_no_host():
    for pack in assets.catalogue().values():
        assert re.fullmatch(r"[0-9a-f]{64}", pack.sha256)
        assert pack.licence and pack.credit and pack.keep and pack.bytes > 0
        assert pack.version in pack.archive
    manifest = assets.shipped("manifests", "assets.json").read_text(encoding="utf-8")
    source = assets.pathlib.Path(assets.__file__).read_text(encoding="utf-8")
    assert "://" not in manifest + source
    assert json.loads(manifest)["format"] == 1


def test_every_pack_is_credited():
    assert len(assets.credits().splitlines()) == len(assets.catalogue())


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("DDSP_CACHE", str(tmp_path))
    assert assets.cache_folder() == tmp_path
    monkeypatch.delenv("DDSP_CACHE")
    assert assets.cache_folder().name == "ddsp_helpers"


def test_a_real_pack_arrives_from_its_registry():
    folder = assets.fetch("flute-notes")
    assert len(list(folder.glob("*.wav"))) == 10
    assert assets.voice("vocadito_10").stat().st_size > 500_000
