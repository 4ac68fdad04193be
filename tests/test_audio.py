"""Files survive the round trip, bad ones are named, and a full disk leaves nothing behind."""
import errno
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from ddsp_helpers import audio, levels


def tone(seconds=1.0, rate=16000, f_hz=440.0, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * f_hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
def test_loads_every_format_as_mono(tmp_path, ending, channels):
    path = tmp_path / f"tone.{ending}"
    soundfile.write(path, np.repeat(tone(rate=44100)[:, None], channels, axis=1), 44100)
    sound = audio.load(path, sample_rate=16000)
    assert sound.sample_rate == 16000 and sound.samples.dtype == np.float32 and sound.samples.ndim == 1
    assert abs(len(sound.samples) - 16000) < 1000                    # mp3 pads
    spectrum = np.abs(np.fft.rfft(sound.samples[2000:14000] * np.hanning(12000)))
    assert abs(np.argmax(spectrum) * 16000 / 12000 - 440) < 2
    assert abs(audio.rms_db(sound.samples[2000:14000]) + 9.03) < 0.2
    assert audio.info(path).channels == channels and audio.info(path).sample_rate == 44100


def test_mono_is_the_mean_of_the_channels(tmp_path):
    stereo = np.stack([tone(), np.zeros(16000, np.float32)], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, 16000, subtype="FLOAT")
    np.testing.assert_allclose(audio.load(tmp_path / "a.wav").samples, tone() / 2, atol=1e-7)


def test_channels_that_cancel_are_not_called_silent(tmp_path):
    soundfile.write(tmp_path / "anti.wav", np.stack([tone(), -tone()], axis=1), 16000)
    for read in (audio.load, lambda path: list(audio.blocks(path, sample_rate=22050, block_s=0.3))):
        with pytest.raises(ValueError, match="anti.wav has channels that cancel.*one channel alone"):
            read(tmp_path / "anti.wav")
    for name, other in (("silent", 0 * tone()), ("thin", -0.9 * tone()), ("loose", -np.roll(tone(), 9))):
        soundfile.write(tmp_path / f"{name}.wav", np.stack([tone(), other], axis=1), 16000)
        assert audio.peak_db(audio.load(tmp_path / f"{name}.wav").samples) > -40
    soundfile.write(tmp_path / "none.wav", np.zeros([1600, 2]), 16000)
    assert not audio.load(tmp_path / "none.wav").samples.any()


def test_offset_and_duration(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(2.0), 16000, subtype="FLOAT")
    part = audio.load(tmp_path / "a.wav", offset_s=0.5, duration_s=0.25)
    np.testing.assert_array_equal(part.samples, tone(2.0)[8000:12000])
    with pytest.raises(ValueError, match="lasts 2.000 s"):
        audio.load(tmp_path / "a.wav", offset_s=3)
    with pytest.raises(ValueError, match="above 0"):
        audio.load(tmp_path / "a.wav", duration_s=0)


def write_text(path):
    path.write_text("Dear diary, today I renamed a letter to wav.")


def write_nan(path):
    sound = tone()
    sound[123] = np.nan
    soundfile.write(path, sound, 16000, subtype="FLOAT")


BAD = {"does not exist": lambda path: None, "is a folder": lambda path: path.mkdir(),
       "is empty": lambda path: path.write_bytes(b""), "it begins with b'Dear diary": write_text,
       "first at sample 123": write_nan,
       "no samples in it": lambda path: soundfile.write(path, np.zeros(0), 16000),
       "it begins with b'RIFF": lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")}


@pytest.mark.parametrize("says", BAD)
def test_a_bad_file_is_named(tmp_path, says):
    path = tmp_path / "bad.wav"
    BAD[says](path)
    with pytest.raises(ValueError, match=says):
        audio.load(path)
    with pytest.raises(ValueError, match=says):
        list(audio.blocks(path, sample_rate=16000, block_s=1))


@pytest.mark.parametrize("rate", [16000, 44100, 22050])
@pytest.mark.parametrize("block_s, overlap_s", [(0.3, 0.0), (0.25, 0.1), (9.0, 1.0)])
def test_blocks_join_to_the_whole(tmp_path, rate, block_s, overlap_s):
    noise = np.random.default_rng(0).uniform(-0.9, 0.9, round(3.3 * rate))
    soundfile.write(tmp_path / "a.wav", noise, rate)
    whole = audio.load(tmp_path / "a.wav", sample_rate=16000).samples
    blocks = list(audio.blocks(tmp_path / "a.wav", sample_rate=16000, block_s=block_s, overlap_s=overlap_s))
    overlap = round(overlap_s * 16000)
    joined = np.concatenate([blocks[0]] + [block[overlap:] for block in blocks[1:]])
    assert len(joined) == len(whole)
    np.testing.assert_allclose(joined, whole, atol=2e-6)
    assert all(len(block) == round(block_s * 16000) for block in blocks[:-1])
    for before, after in zip(blocks, blocks[1:]):
        np.testing.assert_array_equal(before[len(before) - overlap:], after[:overlap])


def test_blocks_checks_before_the_first_block(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(), 16000)
    for lengths in ({"block_s": 0}, {"block_s": 1, "overlap_s": 1}):
        with pytest.raises(ValueError, match="overlap_s < block_s"):
            audio.blocks(tmp_path / "a.wav", sample_rate=16000, **lengths)


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_sixteen_bits_survive(tmp_path, ending):
    pcm = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    audio.save(tmp_path / f"a.{ending}", pcm / 32768.0, sample_rate=48000)
    back = soundfile.read(tmp_path / f"a.{ending}", dtype="int16")
    np.testing.assert_array_equal(back[0], pcm)
    assert back[1] == 48000
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{ending}"]


@pytest.mark.parametrize("samples, says", [
    (4 * tone(), "samples reach 2"),
    (np.array([0.0, np.nan]), "first at sample 1"), (np.zeros(0), r"shape \[0\]"),
    (tone()[None], r"audio\[0\]"), (np.zeros([2, 3, 4]), r"shape \[2, 3, 4\]")])
def test_save_refuses_and_leaves_nothing(tmp_path, samples, says):
    with pytest.raises(ValueError, match=says):
        audio.save(tmp_path / "a.wav", samples * 1.0, sample_rate=16000)
    assert list(tmp_path.iterdir()) == []


def test_save_refuses_other_endings_and_folders(tmp_path):
    with pytest.raises(ValueError, match="wanted .wav or .flac"):
        audio.save(tmp_path / "a.mp3", tone(), sample_rate=16000)
    with pytest.raises(ValueError, match="make it first"):
        audio.save(tmp_path / "nowhere" / "a.wav", tone(), sample_rate=16000)
    with pytest.raises(ValueError, match="whole number of Hz"):
        audio.save(tmp_path / "a.wav", tone(), sample_rate=0)


def test_save_with_limit(tmp_path):
    audio.save(tmp_path / "a.wav", 3 * tone(), sample_rate=16000, limit=True)
    assert -1.1 < audio.peak_db(audio.load(tmp_path / "a.wav").samples) <= -0.99


def test_full_disk_keeps_the_old_file(tmp_path, monkeypatch):
    audio.save(tmp_path / "a.wav", tone(), sample_rate=16000)
    before = (tmp_path / "a.wav").read_bytes()

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(soundfile.SoundFile, "write", full)
    with pytest.raises(OSError, match="Nothing was left behind") as caught:
        audio.save(tmp_path / "a.wav", tone(), sample_rate=16000)
    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / "a.wav").read_bytes() == before and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the file size limit is a POSIX one")
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_disk_that_really_runs_out(tmp_path, ending):
    """The operating system refuses every byte past 20 kB, as a full disk does."""
    script = ("import resource, signal, sys, numpy as np; from ddsp_helpers import audio\n"
              "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
              "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
              "noise = np.random.default_rng(0).uniform(-1, 1, 40000)\n"
              "try: audio.save(sys.argv[1], noise, sample_rate=16000)\n"
              "except OSError as error: print('refused:', error)")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / f"a.{ending}")],
                          capture_output=True, text=True)
    assert "refused:" in done.stdout, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_writer_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with audio.Writer(tmp_path / "a.wav", sample_rate=16000) as writer:
            writer.write(tone())
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_writer_in_blocks_equals_save(tmp_path):
    loud = np.concatenate([tone(0.2), 2.5 * tone(0.1), tone(0.3)])
    audio.save(tmp_path / "whole.wav", loud, sample_rate=16000, limit=True)
    with audio.Writer(tmp_path / "blocks.wav", sample_rate=16000, limit=True) as writer:
        for block in np.array_split(loud, [10, 200, 3000, 3100, 5000]):
            writer.write(block)
    whole = soundfile.read(tmp_path / "whole.wav", dtype="int16")[0]
    blocks = soundfile.read(tmp_path / "blocks.wav", dtype="int16")[0]
    assert len(whole) == len(loud)
    assert np.abs(whole.astype(int) - blocks).max() <= 1
    with pytest.raises(ValueError, match="nothing was written"):
        with audio.Writer(tmp_path / "none.wav", sample_rate=16000):
            pass


def test_resample_keeps_time_and_level():
    for rate in (8000, 22050, 44100, 48000):
        out = audio.resample(tone(1.0, rate), from_hz=rate, to_hz=16000)
        assert len(out) == 16000
        np.testing.assert_allclose(out[500:-500], tone()[500:-500], atol=2e-3)


def test_samples_of_a_wav_file_as_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="whole numbers .int16. up to 16383; wanted numbers of -1 to 1: divide"):
        audio.resample((tone() / tone().max() * 16383).astype(np.int16), from_hz=16000, to_hz=48000)
    assert audio.peak_db([0, -1]) == 0


def test_levels():
    assert audio.rms_db(np.zeros(10)) == audio.peak_db(np.zeros(10)) == levels.FLOOR_DB
    assert abs(audio.rms_db(tone(amplitude=1.0)) + 3.0103) < 1e-3
    assert abs(audio.rms_db(2 * tone()) - audio.rms_db(tone()) - 6.0206) < 1e-4
    matched = audio.match_level(0.01 * tone(f_hz=200), tone())
    assert abs(audio.rms_db(matched) - audio.rms_db(tone())) < 1e-3
    assert not audio.match_level(np.zeros(5), tone()).any()


def test_limit_holds_the_ceiling_and_leaves_the_quiet_alone():
    sound = np.random.default_rng(0).uniform(-0.8, 0.8, 20000).astype(np.float32)
    sound[9000:9050] *= 20
    limited = audio.limit(sound, ceiling_db=-1.0)
    assert audio.peak_db(limited) <= -1.0
    quiet = np.r_[0:8500, 9600:20000]
    np.testing.assert_allclose(limited[quiet], sound[quiet], rtol=1e-6)
    np.testing.assert_array_equal(audio.limit(tone()), tone())
    with pytest.raises(ValueError, match="at most 0 dB"):
        audio.limit(sound, ceiling_db=1.0)


def test_no_tensorflow():
    code = "import sys, ddsp_helpers.audio; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
