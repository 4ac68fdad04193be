"""The tour's report as one page that needs nothing beside itself: sounds and pictures are inside it."""
import base64
from html import escape
from pathlib import Path

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5a6472; --paper: #fbfaf7; --card: #ffffff; --line: #dcd8cf;
  --accent: #0b6aa2; --good: #1a6d3c; --bad: #a33c00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e2; --soft: #a9b0ba; --paper: #16191e; --card: #1f242b;
  --line: #363c46; --accent: #6fb9e8; --good: #7ccf9b; --bad: #ff9e66; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.06rem/1.6 Georgia, "Iowan Old Style", serif; }
main { max-width: 48rem; margin: 0 auto; padding: 2.5rem 1.2rem 4rem; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 .6rem; } h2 { margin: 3rem 0 .5rem; font-size: 1.4rem; }
p { margin: .7rem 0; } .lead { font-size: 1.2rem; } .soft, figcaption, small { color: var(--soft); }
a { color: var(--accent); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.sound { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; }
.sound strong { display: block; } .sound audio { width: 100%; margin: .5rem 0 .2rem; }
.sound small { font-family: system-ui, sans-serif; font-size: .82rem; }
figure { margin: 1.4rem 0; } img { width: 100%; height: auto; border-radius: .4rem; border: 1px solid var(--line); }
figcaption { font-size: .95rem; margin-top: .35rem; }
table { border-collapse: collapse; width: 100%; font-family: system-ui, sans-serif; font-size: .92rem; }
th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.yes { color: var(--good); font-weight: 600; } .no { color: var(--bad); font-weight: 600; }
.scroll { overflow-x: auto; }
"""

_FIGURES = {      # figures of the evaluation: what they are called here, and what they mean
    "spectral_distance": ("spectral distance", "How different the sound itself is: spectra are compared at six sizes of "
                          "window, from 4 to 128 ms. 0 would be the same recording. A few units are usual."),
    "f0_median_cents": ("pitch error", "In the median. 100 cents are a semitone; about 5 is the least most people hear."),
    "f0_outlier_share": ("wrong notes", "Share of the time in which the pitch is more than 50 cents off."),
    "loudness_l1_db": ("loudness error", "The mean difference. 1 dB is about the least one notices."),
    "loudness_correlation": ("loudness follows", "1 means that it swells and fades exactly like the recording."),
    "voicing_agreement": ("agreement on notes and rests", "Share of the time in which both sound, or both rest."),
    "real_time_factor": ("speed", "Seconds of sound made in one second of computing, on this computer."),
    "parameters": ("size", "Numbers that the training has set."),
}


def html(report, folder):
    """The page for a report whose files lie in a folder.

    Args:
      report: what report.json holds.
      folder: where its wav and png files are.

    Returns:
      A complete HTML document, text.
    """
    files = _Files(Path(folder))
    instrument = escape(report["instrument"])
    parts = [_opening(report, files), _learning(report, files), _held_out(report, files), _songs(report, files),
             _figures(report), _closing(report)]
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>A voice becomes a {instrument}</title><style>{STYLE}</style></head>\n<body><main>\n"
            + "\n".join(parts) + "\n</main></body></html>\n")


class _Files:
    """Sounds and pictures as HTML, with their content inside."""

    def __init__(self, folder):
        self.folder = folder

    def _data(self, name, kind):
        return f"data:{kind};base64,{base64.b64encode((self.folder / name).read_bytes()).decode('ascii')}"

    def sound(self, name, title, note=""):
        return (f'<div class="sound"><strong>{escape(title)}</strong>'
                f'<audio controls preload="metadata" aria-label="{escape(title)}" src="{self._data(name, "audio/wav")}">'
                f"</audio><small>{escape(note)} <a href=\"{escape(name)}\">{escape(name)}</a></small></div>")

    def picture(self, picture, caption):
        return (f'<figure><img src="{self._data(picture["file"], "image/png")}" alt="{escape(picture["alt"])}">'
                f"<figcaption>{caption}</figcaption></figure>")


def _opening(report, files):
    first, instrument = report["transfer"][0], escape(report["instrument"])
    minutes = report["training"]["measured_minutes"]
    missed = "" if all(bar["holds"] for bar in report["bars"]) else f"""<p><strong>Not every promise of this tour holds in
this run</strong> (the table near the end says which). After {report["training"]["steps"]:,} steps the {instrument} is still
a beginner: train it longer, or on a computer with less to do, and listen again.</p>"""
    return f"""<header><h1>A voice becomes a {instrument}</h1>
<p class="lead">A few minutes ago this computer had never heard a {instrument}. It then listened to one for {minutes:.1f}
minutes. Here somebody sings, and the {instrument} plays the song after them.</p>{missed}</header>
<div class="pair">{files.sound(first["voice"], "The voice", f"{first['seconds']:.0f} s, as recorded")}
{files.sound(first["result"], f"The {report['instrument']}", _moved(first))}</div>
<p class="soft">Nothing was copied from the voice but two curves: how high it sings and how loud. All the rest, the tone, the
breath of the bow or the lips, comes from what the computer has learnt. Nothing plays by itself; levels are left as they
are, so one may be louder than the other. Headphones help.</p>"""


def _moved(song):
    octave = song["octave"]
    where = f"moved {abs(octave)} octave{'s' if abs(octave) > 1 else ''} {'up' if octave > 0 else 'down'}" if octave else \
        "in the same octave"
    return f"{where}, loudness moved by {song['loudness_gain_db']:+.0f} dB"


def _learning(report, files):
    data, training = report["dataset"], report["training"]
    remarks = "".join(f"<li>{escape(finding)}</li>" for finding in data["findings"])
    remarks = f"<p>What was noticed in the music:</p><ul>{remarks}</ul>" if remarks else ""
    return f"""<h2>What it learnt from</h2>
<p>{data["recorded_notes"]} recorded notes of a real {escape(report["instrument"])}, from {data["lowest_note"]} to
{data["highest_note"]}, were played as melodies by a program, with joined notes, swells and rests:
{data["train_s"] / 60:.1f} minutes to learn from. Another {data["held_out_s"] / 60:.1f} minutes, made of <em>other</em>
recorded notes, were kept aside. So the material is honest but narrow: real sound, one player, one room, one dynamic level
recorded, the others made by gain and filter. Your own ten minutes of playing will teach more; lesson 07 shows how.</p>
<div class="pair">{files.sound(data["example"], "Some of the music it learnt from", "real notes, arranged")}</div>{remarks}
<h2>How it learnt</h2>
<p>A network of {training["parameters"]:,} numbers sees pitch and loudness, 50 times a second, and turns the knobs of two
simple synthesizers: one adds up pure tones, the other filters noise. What comes out is compared with the recording, every
knob is nudged in the direction that helps, and again, {training["steps"]:,} times.</p>
{files.picture(report["pictures"]["learning"], "How far the sound is from the recordings (spectral distance) while it "
               "trains. The orange curve counts: it is measured on music that is never used for learning, and the model "
               "at its lowest point is kept. Falling means that the sound comes closer.")}"""


def _held_out(report, files):
    parts = ["<h2>Can it play what it has never heard?</h2><p>Left, recordings kept aside from the training. Right, the "
             "model's version: it is given only the pitch and the loudness of the recording. The closer they sound, the "
             "more it has learnt about the instrument itself.</p>"]
    for number, pair in enumerate(report["held_out"], start=1):
        parts.append(f'<div class="pair">{files.sound(pair["recording"], "The recording", pair["name"])}'
                     f'{files.sound(pair["played"], "The model", "from pitch and loudness alone")}</div>')
        parts.append(files.picture(
            report["pictures"][f"held out {number}"],
            "Time goes to the right, pitch goes up, bright is loud. The evenly spaced lines are the harmonics of each note; "
            "the haze between them is noise. Compare how far up the lines reach, and how they begin and end."))
    return "\n".join(parts)


def _songs(report, files):
    instrument, parts = escape(report["instrument"]), []
    for number, song in enumerate(report["transfer"]):
        parts.append(f"<h2>{'The song above, looked at' if number == 0 else 'Another voice'}</h2>")
        if number:
            parts.append(f'<div class="pair">{files.sound(song["voice"], "The voice", "as recorded")}'
                         f'{files.sound(song["result"], "The " + report["instrument"], _moved(song))}</div>')
        parts += [f"<p>{escape(remark)}</p>" for remark in song["remarks"]]
        parts.append(files.picture(
            report["pictures"][f"melody {song['name']}"],
            f"Does the {instrument} sing the same melody? Above: the pitch that was asked for and the pitch that a listener "
            f"(a pitch tracker) hears in the result, where notes sound. They are {song['median_cents']:.1f} cents apart in "
            f"the median (100 cents are a semitone), and {song['within_50_cents']:.1%} of the time less than a quarter tone. "
            f"Below: the loudness of both; a correlation of {song['loudness_correlation']:.2f}, where 1 would be the same "
            "rise and fall."))
        parts.append(files.picture(
            report["pictures"][f"spectrograms {song['name']}"],
            f"The voice above, the {instrument} below. A voice has a few broad bright regions, the vowels, which move with the "
            f"words. The {instrument} has its own fixed tone at every pitch: the words are gone, the melody stays."))
    return "\n".join(parts)


def _figures(report):
    rows = "".join(
        f'<tr><td>{escape(bar["name"])}</td><td class="number">{bar["value"]:.4g} {escape(bar["unit"])}</td>'
        f'<td>{escape(bar["bar"])}</td><td class="{"yes" if bar["holds"] else "no"}">'
        f'{"holds" if bar["holds"] else "does not hold"}</td></tr>' for bar in report["bars"])
    summary, units = report["evaluation"]["summary"], report["evaluation"]["units"]
    judged = "".join(
        f'<tr><td>{name}</td><td class="number">{_figure(summary[key], key, units.get(key, ""))}</td><td>{says}</td></tr>'
        for key, (name, says) in _FIGURES.items() if summary.get(key) is not None)
    return f"""<h2>In figures</h2>
<p>What this tour promises, measured on the weakest of the songs:</p>
<div class="scroll"><table><thead><tr><th>promise</th><th>measured</th><th>wanted</th><th></th></tr></thead>
<tbody>{rows}</tbody></table></div>
<p>How well the model plays {summary["seconds"]:.0f} seconds of music that it never heard:</p>
<div class="scroll"><table><thead><tr><th>figure</th><th>value</th><th>what it says</th></tr></thead>
<tbody>{judged}</tbody></table></div>
<p class="soft">No figure says whether it sounds beautiful. Ears do; lesson 17 shows how to ask them fairly.</p>"""


def _figure(value, key, unit):
    if key.endswith("_share") or key.endswith("_agreement"):
        return f"{value:.1%}"
    text = f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
    return f"{text} {escape(unit)}" if unit and unit != "x" else text + ("×" if unit == "x" else "")


def _closing(report):
    seconds, versions = report["seconds"], report["versions"]
    credit = "".join(f"<li>{escape(line)}</li>" for line in report["credits"])
    steps = ", ".join(f"{name} {value / 60:.1f}" for name, value in seconds.items() if name != "all")
    return f"""<h2>Now you</h2>
<p>Sing or whistle something into a file and let this {escape(report["instrument"])} play it:</p>
<p><code>python -m ddsp_helpers transfer my_voice.wav --model {escape(report["training"]["file"])} -o out.wav</code></p>
<p>or open the course with <code>python course.py</code> and begin at lesson 00.</p>
<h2>Credits</h2><p>The sounds on this page were made by people who let you use them:</p><ul>{credit}</ul>
<p class="soft">Minutes: {steps}; in all {seconds["all"] / 60:.1f}, on {versions["processors"]} processors. Python
{escape(versions["python"])}, TensorFlow {escape(versions["tensorflow"])}, Keras {escape(versions["keras"])}. All figures of
this page are in <a href="report.json">report.json</a>.</p>"""
