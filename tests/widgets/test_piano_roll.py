"""The piano roll in a real JupyterLab: notes moved, drawn and played in, lanes painted, heard plain and rendered."""

import base64

import numpy as np
import pytest

from ddsp_helpers import expression, widgets
from ddsp_helpers.data.melodies import Note, parse
from ddsp_helpers.widgets import plain_tone

CELL = """
import numpy as np
from ddsp_helpers import audio, expression, widgets
from ddsp_helpers.data.melodies import Note
notes = [Note(0.5 * i, 0.5, 60.0 + 2 * i, 0.6) for i in range(6)]                        # C4 D4 E4 F#4 G#4 A#4
table = expression.table_of(notes)
asked = []
def play(t):
    asked.append(t)
    if len(t) == 1:
        raise ValueError("one note is no phrase")
    time = np.arange(int(16000 * (t["onset_s"] + t["duration_s"]).max())) / 16000
    return audio.Audio(np.float32(0.02 * len(t) * np.sin(2 * np.pi * 220 * t["brightness"].sum() * time)), 16000)
w = widgets.PianoRoll(table, render=play, original=play(table), title="Edit")
many = [Note(0.25 * i, 0.3, 55.0 + i * 7 % 24) for i in range(500)]
"""
CELLS = (CELL + "w", "plain = widgets.PianoRoll([Note(0.1, 0.8, 69.0), Note(1.0, 0.5, 72.0)], title='Plain'); plain",
         "crowd = widgets.PianoRoll(many, title='Crowd'); crowd")


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(*CELLS)


@pytest.fixture
def roll(notebook):
    touch = notebook.widget("Edit")
    notebook.python("1", before="w.value = w.defaults()")
    touch.page.wait_for_function(
        "root => root.ddsp.value.notes.length === 6 && root.ddsp.value.notes[0][0] === 0 && !root.ddsp.value.selected.length"
        " && root.ddsp.value.notes[5][4] === 0.9 && root.ddsp.value.grid === 'free'", arg=touch.root.element_handle())
    touch.root.evaluate("root => { root.ddsp.score.past.length = 0; root.ddsp.score.cursor = 0; root.ddsp.roll.whole(); }")
    touch.page.wait_for_function("root => root.ddsp.roll.roll.x.max === root.ddsp.roll.span", arg=touch.root.element_handle())
    yield touch
    touch.root.evaluate("root => root.ddsp.stop()")
    if "Letters" not in touch.status() and touch.button("Play keys").get_attribute("aria-pressed") == "true":
        touch.button("Play keys").click()


def canvas(roll, lane=None):
    return roll.root.locator("canvas").first if lane is None else roll.root.locator(f'canvas[data-lane="{lane}"]')


def place(roll, seconds, midi):
    """Where on the roll's canvas a time and a pitch lie, (u, v) as `drag` wants them; scrolls there."""
    canvas(roll).scroll_into_view_if_needed()
    return roll.root.evaluate("(root, [s, m]) => { const p = root.ddsp.roll.roll; return [p.toX(s) / p.width, p.toY(m) / p.height]; }",
                              [seconds, midi])


def in_lane(roll, seconds, height):
    """Where on a lane's canvas a time and a share of the height lie."""
    return [place(roll, seconds, 60)[0], 1 - height]


def column(notebook, name, variable="w"):
    return notebook.python(f"{variable}.table['{name}'].tolist()")


def test_a_lane_is_painted_and_undone(notebook, roll):
    roll.drag(canvas(roll, "brightness"), in_lane(roll, 0.6, 0.9), in_lane(roll, 1.9, 0.5))
    painted = notebook.eventually("w.table['brightness'].tolist()", lambda x: x[1] != 0.3)
    assert painted[0] == painted[4] == painted[5] == 0.3                     # only what the stroke passed
    assert painted[1] > painted[2] > painted[3] and painted[1] == pytest.approx(0.85, abs=0.1)
    assert column(notebook, "volume") == [0.9] * 6 and notebook.python("w.edited")
    roll.button("Undo").click()
    notebook.eventually("w.table['brightness'].tolist()", [0.3] * 6)
    assert not notebook.python("w.edited")
    roll.button("Redo").click()
    notebook.eventually("w.table['brightness'].tolist()", painted)


def test_notes_are_moved_and_stretched_with_the_pointer(notebook, roll):
    roll.drag(canvas(roll), place(roll, 1.2, 64), place(roll, 1.9, 67))
    notebook.eventually("w.table['midi'].tolist()", [60, 62, 66, 67, 68, 70])
    assert column(notebook, "onset_s")[3] == pytest.approx(1.7, abs=0.02)    # free of any grid
    assert notebook.python("sorted(w.value['notes']) == w.value['notes']")
    assert "overlap" in roll.root.locator(".ddsp-note").last.inner_text()
    roll.press(canvas(roll), "Control+z")
    notebook.eventually("w.edited", False)
    roll.choose("1/8")                                                       # 0.3 s at 100 beats a minute
    roll.drag(canvas(roll), place(roll, 2.99, 70), place(roll, 3.2, 70))
    assert notebook.eventually("w.table['duration_s'].tolist()[5]", lambda x: x > 0.6) == pytest.approx(3.3 - 2.5)
    assert notebook.python("w.value['grid']") == "1/8"


def test_keys_choose_move_add_and_delete(notebook, roll):
    roll.press(canvas(roll), "Enter", "Tab", "Tab", "Shift+Tab", "ArrowUp", "ArrowRight", "Shift+ArrowRight", "+")
    notebook.eventually("w.value['notes'][1][:3]", [0.56, 0.55, 63])
    assert "Note 2 of 6: D#4, from 0.56 s, 0.55 s long, overlaps another note" in canvas(roll).get_attribute("aria-valuetext")
    roll.press(canvas(roll), "a")                                            # after it, as high and as long
    notebook.eventually("len(w.table)", 7)
    assert [0.56 + 0.55, 0.55, 63] == pytest.approx(notebook.python("w.value['notes'][w.value['selected'][0]][:3]"))
    roll.press(canvas(roll), "Delete")
    notebook.eventually("len(w.table)", 6)
    roll.press(canvas(roll), "Control+a", "Shift+ArrowUp")                   # at most to the highest key, all as one
    notebook.eventually("w.table['midi'].tolist()", lambda x: x[0] > 60)
    assert np.diff(column(notebook, "midi")).tolist() == [3, 1, 2, 2, 2]
    roll.press(canvas(roll), "Escape", "Tab")                                # Tab leaves: no trap for the keyboard
    assert roll.page.evaluate("document.activeElement.dataset.lane") == "volume"


def test_a_double_click_adds_a_note(notebook, roll):
    box, (u, v) = canvas(roll).bounding_box(), place(roll, 0.2, 65)
    roll.page.mouse.dblclick(box["x"] + u * box["width"], box["y"] + v * box["height"])
    notebook.eventually("len(w.table)", 7)
    onset, duration, midi = notebook.python("w.value['notes'][w.value['selected'][0]][:3]")
    assert (onset, duration, midi) == (pytest.approx(0.2, abs=0.02), pytest.approx(0.3), 65)


def test_a_lane_and_a_slider_say_the_selected_note_in_words(notebook, roll):
    roll.press(canvas(roll), "Enter")
    lane, slider = canvas(roll, "vibrato"), roll.slider("vibrato")
    roll.press(lane, "PageUp", "PageUp", "PageUp", "ArrowUp")
    notebook.eventually("w.table['vibrato'].tolist()", lambda x: x[0] == pytest.approx(0.41) and x[1:] == [0.1] * 5)
    assert "C4, from 0.00 s, 0.50 s long: 0.41, gentle" in lane.get_attribute("aria-valuetext")
    assert slider.get_attribute("aria-valuetext") == "0.41, gentle"
    roll.press(lane, "ArrowRight")
    roll.press(slider, "End")
    notebook.eventually("w.table['vibrato'].tolist()[1]", 1.0)
    assert slider.get_attribute("aria-valuetext") == "1.00, very wide"


def test_the_computer_keyboard_writes_step_by_step(notebook, roll):
    sounding = "() => globalThis[Symbol.for('ddsp_helpers.page')]?.playing?.isPlaying ?? false"
    roll.choose("step")
    roll.button("Play keys").click()
    roll.page.keyboard.down("q")
    roll.page.wait_for_function(sounding)                                    # heard at once
    roll.page.keyboard.up("q")
    roll.page.wait_for_function(f"() => !({sounding})()")
    roll.page.keyboard.press("2")
    roll.button("Rest").click()
    canvas(roll).focus()
    roll.page.keyboard.press("z")
    notebook.eventually("len(w.table)", 9)
    new = [row[:3] for row in notebook.python("w.value['notes']") if row[1] == pytest.approx(0.3)]
    base = new[0][2]
    assert base % 12 == 0 and np.allclose(new, [[0, 0.3, base], [0.3, 0.3, base + 1], [0.9, 0.3, base - 12]])
    roll.choose("listen")
    roll.button("Play keys").click()


MIDI = """
root => {
    const input = { name: "Test keys" };
    navigator.requestMIDIAccess = async () => ({ inputs: new Map([["1", input]]) });
    globalThis.strike = (data, timeStamp) => input.onmidimessage({ data, timeStamp });
}
"""


def test_midi_is_recorded_as_it_is_played(notebook, roll):
    roll.page.evaluate("delete Navigator.prototype.requestMIDIAccess; delete navigator.requestMIDIAccess")
    roll.button("MIDI keyboard").click()
    roll.wait_for_status("This browser has no Web MIDI")
    roll.root.evaluate(MIDI)
    roll.button("MIDI keyboard").click()
    roll.wait_for_status("MIDI: Test keys")
    roll.choose("record")
    roll.root.evaluate("""() => { const now = performance.now();
        strike([0x90, 65, 127], now); strike([0x80, 65, 0], now + 400);
        strike([0xf8], now); strike([0x91, 67, 32], now + 500); strike([0x91, 67, 0], now + 1250); }""")
    roll.choose("listen")
    new = notebook.eventually("[row for row in w.value['notes'] if row[2] in (65, 67)]", lambda x: len(x) == 2)
    assert np.allclose([row[:3] for row in new], [[0, 0.4, 65], [0.5, 0.75, 67]], atol=1e-5)
    assert [row[3] for row in new] == pytest.approx([1, 32 / 127], abs=1e-5)
    assert new[0][4] == pytest.approx(0.9 + 0.15) and new[1][4] < 0.9        # harder is louder
    roll.press(canvas(roll), "Control+z")                                    # one take, one gesture
    notebook.eventually("w.edited", False)


def samples_of(roll, name):
    text = roll.root.evaluate("""(root, name) => { const { samples } = root.ddsp.heard.sounds[name]; let text = "";
        for (const byte of new Uint8Array(samples.buffer)) text += String.fromCharCode(byte); return btoa(text); }""", name)
    return np.frombuffer(base64.b64decode(text), "<f4")


def kernel_samples(notebook, expression_text):
    text = notebook.python(f"__import__('base64').b64encode(({expression_text}).astype('<f4').tobytes()).decode()")
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_render_puts_before_beside_after(notebook, roll):
    roll.press(canvas(roll), "Enter")
    roll.press(roll.slider("brightness"), "End")
    notebook.eventually("w.table['brightness'].tolist()[0]", 1.0)
    roll.button("Render").click()
    roll.wait_for_status("switch between A, before the edits, and B, after them")
    before, after = (kernel_samples(notebook, f"play({table}).samples") for table in ("table", "w.table"))
    np.testing.assert_array_equal(samples_of(roll, "before"), before)
    np.testing.assert_array_equal(samples_of(roll, "after"), after)
    np.testing.assert_array_equal(samples_of(roll, "original"), before)
    np.testing.assert_array_equal(kernel_samples(notebook, "w.sound().samples"), after)
    for name, exact in (("after", after), ("before", before)):               # what is heard: at its own level, not matched
        roll.choose(name)
        np.testing.assert_allclose(roll.offline(2.5)[2064:38000], exact[2000:37936], atol=1e-4)
    roll.button("▶ Play").click()
    roll.page.wait_for_function("root => root.ddsp.player.sounding?.made.position?.() > 0.2", arg=roll.root.element_handle())
    position = "root => root.ddsp.player.sounding.made.position()"
    there = roll.root.evaluate(position)
    roll.choose("after")
    assert there <= roll.root.evaluate(position) < there + 2                 # switched, not begun again
    roll.press(roll.slider("brightness"), "Home")
    roll.button("Render (edited)").wait_for()
    roll.choose("tone")
    roll.root.evaluate("root => root.ddsp.stop()")


def test_what_the_player_refuses_is_told(notebook, roll):
    notebook.python("1", before="w.value = {'notes': w.value['notes'][:1], 'selected': []}")
    roll.page.wait_for_function("root => root.ddsp.value.notes.length === 1", arg=roll.root.element_handle())
    roll.button("Render").click()
    roll.wait_for_status("one note is no phrase")


def test_the_plain_tone_is_that_of_the_kernel_and_says_why_there_is_no_more(notebook):
    plain = notebook.widget("Plain")
    assert plain.button("Render").count() == 0 and "no instrument came to render with" in plain.root.inner_text()
    browser, exact = plain.offline(1.8), plain.tensorflow("plain")
    for sound in (slice(2000, 14000), slice(16500, 23500)):
        difference = browser[sound.start + 64:sound.stop + 64] - exact[sound]
        assert np.sqrt(np.mean(difference**2)) < 1e-3 * np.sqrt(np.mean(exact[sound] ** 2))
    assert plain.root.locator("canvas").count() == 8                         # roll, six lanes, strip
    assert notebook.python("plain.value['unset']") == list(expression.EXPRESSION)
    lane = plain.root.locator('canvas[data-lane="vibrato"]')
    u = plain.root.evaluate("root => root.ddsp.roll.roll.toX(0.4) / root.ddsp.roll.roll.width")
    plain.drag(lane, (u, 0.5), (u + 0.01, 0.2))
    notebook.eventually("plain.value['unset']", [name for name in expression.EXPRESSION if name != "vibrato"])
    assert notebook.python("plain.table['vibrato'].tolist()")[0] > 0.5


def test_five_hundred_notes_stay_fluid(notebook):
    crowd = notebook.widget("Crowd")
    elements = "root => root.querySelectorAll('*').length"
    assert crowd.root.evaluate(elements) == notebook.widget("Plain").root.evaluate(elements)      # no element for a note
    assert "500 notes, none selected." in crowd.root.inner_text() and "500 notes overlap" in crowd.root.inner_text()
    took = crowd.root.evaluate("""async root => {
        const { score, roll, value } = root.ddsp, times = [];
        roll.whole();
        score.select(value.notes.keys());
        for (let i = 0; i < 15; i++) {
            await new Promise(requestAnimationFrame);
            const began = performance.now();
            score.move({ seconds: 0.01, semitones: 0 });
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            times.push(performance.now() - began);
        }
        score.rested();
        return Math.min(...times);                    // the machine may do much else
    }""")
    assert took < 100, f"{took:.0f} ms to move and draw 500 notes"
    moved = notebook.eventually("crowd.table['onset_s'].tolist()", lambda x: x[0] > 0)
    np.testing.assert_allclose(moved, 0.15 + 0.25 * np.arange(500))


NOTES = parse("A4:1 B4:1 C5:2", beats_per_minute=120)
TABLE = expression.table_of(NOTES)


def test_tables_go_in_and_come_out():
    shuffled = TABLE.iloc[[2, 0, 1]].assign(unrelated=1.0, vibrato=[0.3, 0.1, 0.2])
    roll = widgets.PianoRoll(shuffled)
    assert roll.table.columns.tolist() == list(expression.COLUMNS)
    assert roll.table["midi"].tolist() == [69, 71, 72] and roll.table["vibrato"].tolist() == [0.1, 0.2, 0.3]
    assert not roll.edited and roll.value["unset"] == []
    roll.value = {"notes": roll.value["notes"][::-1]}
    assert not roll.edited, "another order is no edit"
    roll.table = roll.table.assign(brightness=0.8)
    assert roll.edited and set(roll.table["brightness"]) == {0.8}
    taken = roll.table
    taken.loc[0, "midi"] = 0.0
    assert roll.table["midi"].min() == 69, "a table that was given away is a copy"
    part = widgets.PianoRoll(TABLE.drop(columns=["vibrato", "attack_noise"]))
    assert part.value["unset"] == ["vibrato", "attack_noise"] and set(part.table["attack_noise"]) == {1.0}
    assert len(widgets.PianoRoll([]).table) == 0


def test_bad_tables_are_refused_in_words():
    for table, settings, words in (
        (TABLE.drop(columns="midi"), {}, "misses the column midi"), (TABLE.assign(volume=np.nan), {}, "no number in 'volume'"),
        (TABLE.assign(duration_s=0.0), {}, "duration_s = 0"), (TABLE.assign(velocity=90.0), {}, "velocity 90; 0 to 1"),
        ([60, 62], {}, "60 came as a note"), (TABLE, {"lowest": 70}, "pitch 69; one of the keys, 70 to"),
        (TABLE, {"lowest": 80, "highest": 70}, "from 80 to 70"), (TABLE, {"render": "violin"}, "render came as str"),
        (TABLE, {"grid": "1/3"}, "grid is '1/3'"), (TABLE, {"selected": [3]}, r"selected is \[3\]"),
    ):
        with pytest.raises(ValueError, match=words):
            widgets.PianoRoll(table, **settings)
    roll = widgets.PianoRoll(TABLE)
    for value, words in (({"notes": [[0, 1, 60]]}, "Note 0 is"), ({"notes": [[-1, 1, 70] + [0.5] * 7]}, "begins at -1 s"),
                         ({"unset": ["tone"]}, "unset names tone"), ({"beats_per_minute": 0}, "beats_per_minute")):
        with pytest.raises(ValueError, match=words):
            roll.value = value
    with pytest.raises(ValueError, match="no note to render"):
        widgets.PianoRoll([], render=lambda table: None).sound()


def test_a_rendering_is_asked_for_once():
    asked = []

    def play(table):
        asked.append(table)
        return plain_tone.render(table.to_numpy().tolist())

    roll = widgets.PianoRoll(TABLE, render=play)
    reply, (only,) = roll.on_perform({"notes": roll.value["notes"]}, [])
    assert reply["names"] == ["after"] and len(asked) == 1
    assert only == roll.sound().samples.tobytes() and len(asked) == 1
    edited = [[*row[:6], 0.9, *row[7:]] for row in roll.value["notes"]]
    for _ in range(2):                                                       # once more is no edit: the pair stays
        reply, (before, after) = roll.on_perform({"notes": edited}, [])
        assert reply == {"names": ["before", "after"], "rates": [16000, 16000]} and len(asked) == 2
    assert before == only != after


def test_the_plain_tone_plays_what_the_table_says():
    """Measured with expression.measure: the definitions of the six numbers, not the formula of the tone."""
    notes = [Note(0.1, 0.9, 69.0), Note(1.2, 0.9, 64.0)]
    values = np.array([[0.9, 0.0, 0.5, 0.5, 0.3, 1.6], [1.2, 0.3, 0.9, 0.0, 0.15, 0.5]])
    frames = plain_tone.control_frames(expression.table_of(notes, values).to_numpy().tolist())
    total = frames["amplitudes"].sum(axis=1)
    controls = {"f0_hz": frames["f0_hz"][None, :, None], "amplitude": total[None, :, None],
                "harmonic_distribution": (frames["amplitudes"] / np.maximum(total, 1e-12)[:, None])[None],
                "noise_magnitudes": frames["noise"][None]}
    measured = expression.measure(controls, notes, frame_rate=plain_tone.FRAME_RATE)
    assert measured["vibrato"].tolist() == pytest.approx([0.5, 0.0], abs=0.08)
    assert measured["brightness"].tolist() == pytest.approx([0.3, 0.15], abs=0.02)
    assert measured["attack_noise"].tolist() == pytest.approx([1.6, 0.5], abs=0.15)
    assert measured["peak_position"][1] == pytest.approx(0.9, abs=0.1)
    assert measured["volume"][1] > measured["volume"][0] and measured["fluctuation"][1] > measured["fluctuation"][0]


def test_the_picture_tells_what_it_shows():
    roll = widgets.PianoRoll(TABLE.assign(onset_s=[0.0, 0.4, 1.5]).drop(columns="vibrato"))
    picture = roll.picture()
    assert "a piano roll of 3 notes, from A4 to C5, over 2.5 s. 2 notes overlap." in picture.alt
    assert "Volume: 0.9." in picture.alt and "Vibrato: not set." in picture.alt
    assert picture.png.startswith(b"\x89PNG") and "piano roll" in roll.snapshot(with_sound=False)._repr_html_()
    assert widgets.PianoRoll([]).picture().alt == "Piano roll: an empty piano roll."
