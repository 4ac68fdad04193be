"""`midi` on the command line: scores become sound files, tables go out and in, folders go on after a bad file."""
import numpy as np
import pytest

from ddsp_helpers import __main__ as cli
from ddsp_helpers import audio, expression, expression_table, midi, models
from ddsp_helpers.commands import score
from ddsp_helpers.data.melodies import Note, parse
from ddsp_helpers.spec import SynthSpec

RATE = 4000
SMALL = SynthSpec(sample_rate=RATE, frame_rate=50, n_harmonics=6, n_noise_bands=9)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """An untrained player, and scores: two lines, a chord, a broken file."""
    home = tmp_path_factory.mktemp("scores")
    models.save(models.Player(models.PlayerSpec(SMALL, width=8, pitch_width=8, expression_width=8)), home / "toy.npz")
    high = midi.Part(parse("A4:1 B4:1 A4:2", beats_per_minute=120), name="High", bends=((0.5, 0.3),))
    low = midi.Part(parse("A3:2 E3:1", beats_per_minute=120), name="Low")
    midi.write([high, low], home / "two.mid")
    midi.write([midi.Part([Note(0, 1, 60.0), Note(0, 1, 64.0), Note(0, 1, 67.0)], name="Chord")], home / "chord.mid")
    (home / "letter.mid").write_bytes(b"Dear musician, this is a letter.")
    return home


@pytest.fixture(scope="module")
def player(workshop):
    """The player of the file, loaded and compiled once."""
    return models.load_player(workshop / "toy.npz")


@pytest.fixture
def ready(player, monkeypatch):
    """Spares a test the loading and compiling of the player, which others test."""
    monkeypatch.setattr(score, "load_player", lambda options: player)


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def play(home, name, out, *options):
    return run("midi", home / name, "--model", home / "toy.npz", "-o", out, *options)


def test_a_score_becomes_one_sound(workshop, tmp_path, capsys):
    assert play(workshop, "two.mid", tmp_path / "out.wav") == 0, capsys.readouterr().err
    assert "2.5 s, 5 notes in 2 voices" in capsys.readouterr().out
    sound = audio.load(tmp_path / "out.wav")
    assert sound.sample_rate == RATE and len(sound.samples) == 2.5 * RATE and np.abs(sound.samples).max() > 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]


def test_the_sound_is_the_sum_of_its_voices(ready, player, workshop, tmp_path):
    """What the command writes, and perform.play_blocks voice by voice."""
    from ddsp_helpers import perform

    assert play(workshop, "two.mid", tmp_path / "out.wav", "--seed", 3) == 0
    total = np.zeros(int(2.5 * RATE))
    for number, part in enumerate(midi.read(workshop / "two.mid")):
        table = perform.express(player, list(part.notes), seed=3 + number)
        alone = np.concatenate(list(perform.play_blocks(player, table, bends=part.bends, seed=3 + number)))
        total[:len(alone)] += alone
    assert np.abs(audio.load(tmp_path / "out.wav").samples - total).max() < 2e-4 + 0.5 / 32768


def test_tracks_by_number_and_name(ready, workshop, tmp_path, capsys):
    for tracks, seconds in (("2", 2.0), ("low", 2.0), ("High, 2", 2.5)):
        assert play(workshop, "two.mid", tmp_path / "out.wav", "--tracks", tracks) == 0
        assert audio.info(tmp_path / "out.wav").duration_s == pytest.approx(seconds), tracks
    parts = midi.read(workshop / "two.mid")
    assert score.chosen(parts, "2,Low", "two.mid") == [parts[1]] and score.chosen(parts, None, "two.mid") == parts


def test_a_chord_becomes_three_voices_and_is_said(ready, workshop, tmp_path, capsys):
    assert play(workshop, "chord.mid", tmp_path / "out.flac") == 0
    said = capsys.readouterr()
    assert "3 notes in 3 voices" in said.out and "note: part 'Chord' has up to 3 notes at once" in said.err


def test_speed_and_pitch_reach_the_table(ready, workshop, tmp_path):
    table = tmp_path / "table.csv"
    options = ("--speed", 0.5, "--pitch-offset", -2.5, "--save-expression", table)
    assert play(workshop, "two.mid", tmp_path / "out.wav", *options) == 0
    high, low = expression_table.read(table)
    assert high["onset_s"].tolist() == [0, 1, 2] and low["midi"].tolist() == [54.5, 49.5]
    assert audio.info(tmp_path / "out.wav").duration_s == pytest.approx(4.5)


def test_a_saved_table_plays_the_same_and_an_edited_one_does_not(ready, workshop, tmp_path):
    table = tmp_path / "table.csv"
    options = ("--speed", 1.25, "--pitch-offset", 2)
    assert play(workshop, "two.mid", tmp_path / "a.wav", *options, "--save-expression", table) == 0
    assert play(workshop, "two.mid", tmp_path / "b.wav", *options, "--expression", table) == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    tables = expression_table.read(table)
    tables[0]["midi"] += 5
    expression_table.write(tables, table)
    assert play(workshop, "two.mid", tmp_path / "c.wav", *options, "--expression", table) == 0
    assert (tmp_path / "a.wav").read_bytes() != (tmp_path / "c.wav").read_bytes()


def test_the_seed_is_another_performance_and_the_same_seed_the_same(ready, workshop, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert play(workshop, "two.mid", tmp_path / f"{name}.wav", "--seed", seed) == 0
    a, b, c = ((tmp_path / f"{name}.wav").read_bytes() for name in "abc")
    assert a == b != c


def test_a_folder_goes_on_after_a_bad_file_and_does_nothing_twice(ready, workshop, tmp_path, capsys):
    out = tmp_path / "sounds"
    assert play(workshop, ".", out) == 2
    said = capsys.readouterr()
    assert "failed: letter.mid: letter.mid is not a MIDI file" in said.err
    assert "error: 1 of 3 scores failed: letter.mid." in said.err
    assert sorted(path.name for path in out.iterdir()) == ["chord.wav", "two.wav"]
    made = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert play(workshop, ".", out) == 2
    assert "two.wav: is there already" in capsys.readouterr().out
    assert made == {path.name: path.stat().st_mtime_ns for path in out.iterdir()}


def test_a_folder_of_good_scores_ends_well_and_same_names_do_not_collide(ready, workshop, tmp_path):
    scores, out = tmp_path / "scores", tmp_path / "sounds"
    scores.mkdir()
    for name in ("a.mid", "a.midi", "b.mid"):
        midi.write([midi.Part(parse("A4:1"))], scores / name)
    assert run("midi", scores, "--model", workshop / "toy.npz", "-o", out) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.mid.wav", "a.midi.wav", "b.wav"]


# ------------------------------------------------------------------ levels

def test_a_loud_sum_is_turned_down_as_a_whole_and_never_clips(tmp_path):
    random = np.random.default_rng(0)
    one, two = (random.uniform(-0.9, 0.9, 200_000).astype(np.float32) for _ in "12")
    two = two[:150_000]
    cut = lambda sound: (sound[n:n + 40_000] for n in range(0, len(sound), 40_000))       # noqa: E731
    seconds, gain_db = score.mix([cut(one), cut(two)], tmp_path / "loud.wav", sample_rate=RATE)
    total = one.copy()
    total[:len(two)] += two
    wanted = total * 10 ** (gain_db / 20)
    assert seconds == 50 and np.abs(wanted).max() == pytest.approx(10 ** (-1 / 20), rel=1e-4) and gain_db < -5
    assert np.abs(audio.load(tmp_path / "loud.wav").samples - wanted).max() <= 0.51 / 32768


def test_a_soft_sum_is_left_alone(tmp_path):
    soft = np.full(1000, 0.1, np.float32)
    assert score.mix([iter([soft]), iter([soft])], tmp_path / "soft.wav", sample_rate=RATE) == (0.25, 0.0)
    assert np.allclose(audio.load(tmp_path / "soft.wav").samples, 0.2, atol=1 / 32768)


# ------------------------------------------------------------------ tables

def tables():
    lines = [[Note(0.1, 0.333333333, 60.0), Note(1.0, 0.5, 62.5)], [Note(0.0, 1.0, 48.0)]]
    return [expression.table_of(line) for line in lines]


def test_tables_come_back_as_they_were(tmp_path):
    expression_table.write(tables(), tmp_path / "t.csv")
    for found, wanted in zip(expression_table.read(tmp_path / "t.csv"), tables(), strict=True):
        assert np.array_equal(found.to_numpy(), wanted.to_numpy()) and list(found) == list(wanted)


def test_a_spreadsheet_of_another_country_is_understood(tmp_path):
    expression_table.write(tables(), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text().replace(",", ";").replace(".", ",")
    (tmp_path / "t.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert np.array_equal(expression_table.read(tmp_path / "t.csv")[1].to_numpy(), tables()[1].to_numpy())


def test_a_table_without_voices_is_one_voice(tmp_path):
    tables()[0].to_csv(tmp_path / "t.csv", index=False)
    found, = expression_table.read(tmp_path / "t.csv")
    assert np.array_equal(found.to_numpy(), tables()[0].to_numpy())


@pytest.mark.parametrize("change, words", [
    (lambda text: text.replace("vibrato", "wobble"), "misses the column vibrato"),
    (lambda text: text.replace("62.5", "loud"), "something else than numbers.*loud"),
    (lambda text: text.replace("62.5", ""), "no number in 'midi'"),
    (lambda text: text.replace("62.5", "625"), "midi = 625; 0 ... 127 was wanted"),
    (lambda text: text.replace("\n2,", "\ntwo,"), "row 2 has 'two' for its voice"),
    (lambda text: text.splitlines()[0] + "\n", "no row"),
    (lambda text: "", "not a table"),
    (lambda text: 'a,"b\nc', "not a table"),
])
def test_a_table_that_cannot_be_played_says_why(tmp_path, change, words):
    expression_table.write(tables(), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text()
    assert change(text) != text
    (tmp_path / "t.csv").write_text(change(text))
    with pytest.raises(ValueError, match=words):
        expression_table.read(tmp_path / "t.csv")


# ------------------------------------------------------------------ what cannot be done

@pytest.mark.parametrize("arguments, words", [
    (["{home}/nowhere.mid", "-o", "{out}"], "nowhere.mid does not exist"),
    (["{home}/letter.mid", "-o", "{out}"], "letter.mid is not a MIDI file"),
    (["{home}/toy.npz", "-o", "{out}"], "ends in '.npz'; .mid, .midi"),
    (["{home}/two.mid", "-o", "out.mp3"], ".wav or .flac was wanted"),
    (["{home}/two.mid", "-o", "{out}", "--tracks", "Oboe"],
     "--tracks came with 'Oboe'; two.mid has the tracks 1 High, 2 Low"),
    (["{home}/two.mid", "-o", "{out}", "--tracks", "3"], "--tracks came with '3'"),
    (["{home}/two.mid", "-o", "{out}", "--tracks", ","], "--tracks came empty"),
    (["{home}/two.mid", "-o", "{out}", "--speed", "0"], "--speed came as 0"),
    (["{home}/two.mid", "-o", "{out}", "--speed", "nan"], "--speed came as nan"),
    (["{home}/two.mid", "-o", "{out}", "--pitch-offset", "99"], "a MIDI note number, 0 to 127"),
    (["{home}/two.mid", "-o", "{out}", "--pitch-offset", "inf"], "--pitch-offset came as inf"),
    (["{home}/two.mid", "-o", "{out}", "--expression", "{home}/no.csv"], "no.csv does not exist"),
    (["{home}/two.mid", "-o", "{out}", "--save-expression", "{home}/t.txt"], "ends in '.txt'; .csv was wanted"),
    (["{home}", "-o", "{out}"], "must be a folder too"),
    (["{home}", "-o", "{home}/sounds", "--expression", "t.csv"], "a table belongs to one score"),
])
def test_an_error_is_one_line_and_code_2(workshop, tmp_path, capsys, arguments, words):
    places = {"home": workshop, "out": tmp_path / "out.wav"}
    code = run("midi", *(text.format(**places) for text in arguments), "--model", workshop / "toy.npz")
    error = capsys.readouterr().err
    assert code == 2 and error.startswith("error: ") and error.count("\n") == 1 and words in error, error
    assert not (tmp_path / "out.wav").exists()


def test_a_model_that_is_no_player_and_a_name_that_is_none(workshop, tmp_path, capsys):
    models.save(models.Autoencoder(models.ModelSpec(SMALL, decoder="cnn", width=4)), tmp_path / "other.npz")
    out = tmp_path / "out.wav"
    assert run("midi", workshop / "two.mid", "--model", tmp_path / "other.npz", "-o", out) == 2
    assert "other.npz" in capsys.readouterr().err
    assert run("midi", workshop / "two.mid", "--instrument", "kazoo", "-o", out) == 2
    assert "no trained player 'kazoo'" in capsys.readouterr().err
    assert run("midi", workshop / "two.mid", "--model", workshop / "toy.npz", "-o", out, "--save-expression",
               tmp_path / "t.csv", "--tracks", "1") == 0
    assert run("midi", workshop / "two.mid", "--model", workshop / "toy.npz", "-o", out, "--expression",
               tmp_path / "t.csv") == 2
    assert "t.csv holds 1 voice, the score 2" in capsys.readouterr().err
