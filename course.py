#!/usr/bin/env python3
"""Set up and open the course, or set up and test it. Needs only Python.

  python course.py           set up (once), then open JupyterLab at lesson 00
  python course.py test      set up, then run all tests and every notebook
  python course.py tour      the whole story in one go: recordings, training, transfer -> out/tour/
  python course.py lessons   rebuild notebooks/ from lessons/
  python course.py site      the lessons as web pages, with sounds and pictures -> out/site/
  python course.py doctor    what is installed, what is missing, what to do
  python course.py setup     set up only
  python course.py pack      everything on a stick, for a room without a network

  --offline [FOLDER]         set up from such a stick
  --lane colab               setup and test with other versions: those of Google Colab; also oldest, beam, neutone

Everything is installed into the folder .venv beside this file; delete that
folder and nothing is left. Runs on Windows, macOS and Linux.
"""
import csv
import hashlib
import itertools
import json
import os
import platform
import queue
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "course.json"      # which set-up steps are done, and for which inputs
LOG = VENV / "install.log"
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "constraints" / "current.txt"]
ASSETS = [ROOT / "data" / "manifests" / "assets.json"]
LANES = {  # other versions in an environment of their own: what is installed, within which versions, the Pythons to try
    "colab": ("lane-colab.txt", "colab-2026.08.txt", (13, 12, 11)),
    "oldest": ("lane-oldest.txt", "lane-oldest.txt", (11, 12)),
    "beam": ("lane-beam.txt", "lane-beam.txt", (12, 11)),
    "neutone": ("lane-neutone.txt", "lane-neutone.txt", (12, 11)),
}
LANE = None     # the name of the one in use
PACK = None     # the folder of an offline pack in use
LESSON = "notebooks/00_start_here.ipynb"
KERNEL = "ddsp-curriculum"
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_GB = 6

REMEDIES = [  # the first pattern found in what a failed program printed decides the advice
    (r"No space left|not enough space|Errno 28",
     "The disk is full: free 6 GB, then run the same command again."),
    (r"CERTIFICATE|SSLError|SSL:",
     "The secure connection was refused, usually by a school's or company's proxy: set PIP_CERT to its "
     "certificate file or try another network, then run the same command again."),
    (r"name resolution|getaddrinfo|ConnectionError|unreachable|timed out|ProxyError|broken|IncompleteRead",
     "The download broke off: check the network (and HTTPS_PROXY, if you need a proxy), then run the same "
     "command again. What is already downloaded is kept."),
    (r"No matching distribution|Could not find a version",
     "One package has no build for this Python or this computer. Python 3.12 on 64-bit Windows, Linux, or a "
     "Mac with Apple silicon is the safest choice."),
    (r"Failed building wheel|Microsoft Visual C|command .*(gcc|cc|clang)",
     "A package had to be compiled and no compiler was found. Python 3.12 gets ready-made builds: use that."),
    (r"ensurepip|python3-venv",
     "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv"),
    (r"Permission|Errno 13|WinError 5|WinError 32",
     "A file is locked or not yours: close JupyterLab and other programs that use it, then try again."),
]


class SetupError(Exception):
    """Something that the learner can repair; the message says how."""


def say(text=""):
    print(text, flush=True)


def advice(output):
    """What to do next, from what a failed program printed."""
    for pattern, remedy in REMEDIES:
        if re.search(pattern, output, re.IGNORECASE):
            return remedy
    return "Run the same command again; if it fails again, `python course.py doctor` shows what is missing."


# ---- the right Python
def supported(version):
    return OLDEST <= tuple(version[:2]) <= NEWEST


def find_python(minors=()):
    """The command of a Python 3.x, x in the order of `minors`; without them of this one, or of any supported one."""
    if not minors and supported(sys.version_info):
        return [sys.executable]
    for minor in minors or (12, 13, 11):
        if sys.version_info[:2] == (3, minor) and supported(sys.version_info):
            return [sys.executable]
        for command in ([["py", "-3.%d" % minor]] if os.name == "nt" else []) + [["python3.%d" % minor]]:
            try:
                shown = subprocess.run(command + ["-c", "import sys; print(*sys.version_info[:2])"],
                                       capture_output=True, text=True, timeout=30)
            except (OSError, subprocess.TimeoutExpired):
                continue
            if shown.returncode == 0 and supported([int(part) for part in shown.stdout.split()]):
                return command
    raise SetupError("The course needs Python 3.%d to 3.%d; this is Python %s and no other was found.\n"
                     "Install Python 3.12 from python.org and run: python3.12 course.py"
                     % (min(minors or (11,)), max(minors or (13,)), platform.python_version()))


def enter_lane(name):
    """Lets everything after this happen in the environment of a lane."""
    global LANE, VENV, STAMP, LOG, REQUIREMENTS
    if name not in LANES:
        raise SetupError("There is no lane %r; there are: %s." % (name, ", ".join(LANES)))
    LANE, VENV = name, ROOT / (".venv-" + name)
    STAMP, LOG = VENV / STAMP.name, VENV / LOG.name
    REQUIREMENTS = [ROOT / "constraints" / file for file in LANES[name][:2]]


def venv_python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def site_packages():
    if os.name == "nt":
        return VENV / "Lib" / "site-packages"
    found = sorted((VENV / "lib").glob("python3*/site-packages"))
    return found[-1] if found else VENV / "lib" / "site-packages"


def environment(**more):
    """The environment of everything started inside .venv: nothing from outside leaks in."""
    inherited = {key: value for key, value in os.environ.items()
                 if key not in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")}
    scripts = str(venv_python().parent)
    inherited["PATH"] = scripts + os.pathsep + inherited.get("PATH", "")
    inherited.update(VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", PYTHONNOUSERSITE="1", PYTHONUNBUFFERED="1",
                     JUPYTER_PLATFORM_DIRS="1")
    inherited.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    inherited.update(more)
    return inherited


def call(arguments, **more):
    """Runs .venv's Python with its output on the screen; returns the exit code."""
    process = subprocess.Popen([str(venv_python()), *arguments], cwd=ROOT, env=environment(**more))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue              # Ctrl+C reached the program too: let it save and close by itself


# ---- the steps and their stamp
def digest(paths):
    """A fingerprint of files: a step is repeated when its inputs change."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode())
        total.update(path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b"-")
    return total.hexdigest()[:16]


def read_stamp():
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if stamp.get("venv") == str(VENV) and venv_python().exists() else {}


def write_stamp(**done):
    temporary = STAMP.with_suffix(".part")
    temporary.write_text(json.dumps(dict(read_stamp(), venv=str(VENV), **done), indent=1), encoding="utf-8")
    os.replace(temporary, STAMP)


def set_up():
    """Brings .venv to the state that this checkout asks for; does nothing when it is there."""
    wanted = {"packages": digest(REQUIREMENTS), "kernel": KERNEL, "assets": digest(ASSETS)}
    stamp = read_stamp()
    missing = [step for step in wanted if stamp.get(step) != wanted[step] and not (LANE and step != "packages")]
    started = time.monotonic()
    if not missing:
        return
    say("Setting up the course in %s" % VENV)
    if PACK:
        check_pack([str(venv_python())] if stamp else find_python())
    if "packages" in missing:
        if not stamp:
            make_venv()
        install_packages()
        write_stamp(packages=wanted["packages"])
    if "kernel" in missing:
        say("[3/4] Registering the notebook kernel")
        run_logged(["-m", "ipykernel", "install", "--prefix", str(VENV), "--name", KERNEL,
                    "--display-name", "DDSP curriculum"])
        write_stamp(kernel=wanted["kernel"])
    if "assets" in missing and prepare_assets():
        write_stamp(assets=wanted["assets"])
    say("Set up in %s.\n" % duration(time.monotonic() - started))


def check_pack(python):
    """Makes sure that the offline pack is whole, and for this course and this computer."""
    found = subprocess.run(python + ["-m", "ddsp_helpers.classroom.stick", "--check", str(PACK)], cwd=ROOT)
    if found.returncode:
        raise SetupError("Nothing was installed.")


def make_venv():
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    if free_gb < NEEDED_GB:
        raise SetupError("The set-up needs %d GB on this disk and %.1f GB are free." % (NEEDED_GB, free_gb))
    command = find_python(LANES[LANE][2] if LANE else ())
    say("[1/4] Making a private Python environment (%s)" % " ".join(command))
    if VENV.exists():
        shutil.rmtree(VENV)       # of another Python, moved, or never finished: pip cannot repair those
    made = subprocess.run(command + ["-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        said = (made.stdout + made.stderr).strip()[-600:]
        raise SetupError("The environment could not be made.\n%s\n%s" % (said, advice(said)))
    write_stamp()


def install_packages():
    say("[2/4] Installing packages (%s)" % ("from %s, without a network: 2 to 4 minutes" % PACK if PACK else
                                           "about 600 MB to download, 3 to 6 minutes the first time"))
    for name in remove_broken():
        say("      repairing %s, which an interrupted set-up left incomplete" % name)
    source = ["--no-index", "--find-links", str(PACK / "wheels")] if PACK else []
    run_logged(["-m", "pip", "install", "--disable-pip-version-check", "--prefer-binary", "--progress-bar=off", *source,
                "-r", str(REQUIREMENTS[0]), "-c", str(REQUIREMENTS[1])], pip_progress)
    if not LANE:        # a lane proves that the package arrives by itself
        (site_packages() / "ddsp_curriculum.pth").write_text(str(ROOT) + "\n", encoding="utf-8")


def remove_broken():
    """Forgets half-installed packages, so that pip installs them again.

    pip believes a package's folder of metadata. Where an install was interrupted
    that folder can be there while its files are not, or are cut short.
    """
    broken = []
    for folder in site_packages().glob("*.dist-info"):
        if not complete(folder):
            broken.append(folder.name.split("-")[0])
            shutil.rmtree(folder, ignore_errors=True)
    return broken


def complete(folder):
    """Whether every file that pip recorded for an installed package is there, whole."""
    try:
        with (folder / "RECORD").open(encoding="utf-8", newline="") as record:
            sizes = [(folder.parent / row[0], int(row[2])) for row in csv.reader(record) if row[2]]
    except (OSError, ValueError, IndexError):
        return False
    return all(path.is_file() and path.stat().st_size == size for path, size in sizes)


def prepare_assets():
    say("[4/4] %s recordings (once; kept in a cache)" % ("Copying" if PACK else "Fetching"))
    source = ["--from", str(PACK / "recordings")] if PACK else []
    if call(["-m", "ddsp_helpers", "assets", "all", *source]) == 0:
        return True
    say("      Not all recordings could be fetched. Lessons fetch what they need when they need it;\n"
        "      with a network, `python course.py setup` tries again.")
    return False


# ---- running programs visibly
def duration(seconds):
    return "%d min %02d s" % divmod(round(seconds), 60) if seconds >= 60 else "%.1f s" % seconds


def pip_progress(line):
    """What a learner wants to see of pip: the large downloads, and the long unpacking at the end."""
    download = re.match(r"\s+Downloading (\S+?)-\d\S* \((\d\d+(?:\.\d+)?) MB\)", line)
    if download:
        return "downloading %s, %s MB" % download.groups()
    if line.startswith("Installing collected packages"):
        return "unpacking %d packages" % (line.count(",") + 1)
    return None


def run_logged(arguments, show=lambda line: None):
    """Runs .venv's Python quietly: output to the log, `show(line)` and a heartbeat to the screen.

    Raises:
      SetupError: it failed; with the end of what it printed and what to do next.
    """
    command = [str(venv_python()), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), encoding="utf-8", errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines, output, started = queue.Queue(), [], time.monotonic()
    threading.Thread(target=lambda: [lines.put(line) for line in itertools.chain(process.stdout, [None])],
                     daemon=True).start()
    with LOG.open("a", encoding="utf-8") as log:
        while True:
            try:
                line = lines.get(timeout=20)
            except queue.Empty:
                say("      ... still working, %s" % duration(time.monotonic() - started))
                continue
            except KeyboardInterrupt:
                process.terminate()
                raise
            if line is None:
                break
            log.write(line)
            output.append(line)
            shown = show(line)
            if shown:
                say("      " + shown)
    if process.wait():
        raise SetupError("%s\n\nThe set-up stopped. %s\n(The whole story: %s)" % (
            "".join(output[-12:]).strip(), advice("".join(output[-60:])), LOG))


# ---- the words
def open_course(arguments):
    """JupyterLab at lesson 00; prints its address for computers without a browser."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 8888))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
    page = "lab/tree/" + LESSON
    command = ["-m", "jupyterlab", "--ServerApp.root_dir=" + str(ROOT), "--LabApp.default_url=/" + page,
               "--ServerApp.port=%d" % port, "--ServerApp.answer_yes=True", "--log-level=WARN", *arguments]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        webbrowser.get()
    except webbrowser.Error:
        command.append("--no-browser")
    say("The course is opening. If no browser window appears, open this address:\n\n"
        "  http://127.0.0.1:%d/%s?token=%s\n\nCtrl+C here ends it." % (port, page, token))
    return call(command, JUPYTER_TOKEN=token)


def test(arguments):
    """All tests, then every notebook in both editions; a summary at the end."""
    lane = ["--lane", LANE] if LANE else []
    return call(["-m", "ddsp_helpers.classroom.run_tests", *lane, *arguments], TF_CPP_MIN_LOG_LEVEL="3")


def pins(pairs):
    return {re.sub(r"[-_.]+", "-", name).lower() + "==" + version for name, version in pairs}


def doctor(arguments):
    """What is installed, what is missing, what to do. Changes nothing."""
    stamp, remedies = read_stamp(), {}

    def check(label, ok, shown, remedy="Run: python course.py setup"):
        say("  %-9s %-16s %s" % ("ok" if ok else "MISSING", label, shown))
        if not ok:
            remedies[remedy] = True

    say("%s, %s\n" % (platform.platform(), platform.machine()))
    check("Python", supported(sys.version_info), platform.python_version(), "Install Python 3.12.")
    check("environment", bool(stamp), VENV)
    folders = filter(complete, site_packages().glob("*.dist-info"))
    installed = pins(folder.name.removesuffix(".dist-info").split("-") for folder in folders)
    wanted = pins(re.findall(r"(?m)^([\w.-]+)==([\w.]+)", REQUIREMENTS[0].read_text(encoding="utf-8")))
    wrong = sorted(wanted - installed)
    check("packages", not wrong and stamp.get("packages") == digest(REQUIREMENTS),
          "%d of %d installed" % (len(wanted) - len(wrong), len(wanted)))
    if stamp and wrong:
        say("            missing, incomplete or of another version: " + " ".join(wrong))
    check("notebook kernel", stamp.get("kernel") == KERNEL, KERNEL)
    check("recordings", stamp.get("assets") == digest(ASSETS), "fetched once, kept in a cache")
    check("lesson 00", (ROOT / LESSON).exists(), LESSON, "Run: python course.py lessons")
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    check("disk", bool(stamp) or free_gb >= NEEDED_GB, "%.0f GB free" % free_gb, "Free 6 GB on this disk.")
    say("\n" + ("\n".join(remedies) or "All is well. Run: python course.py"))
    return int(bool(remedies))


def take_options(arguments):
    """Acts on --lane NAME and --offline [FOLDER]; returns the other arguments."""
    global PACK
    rest = list(arguments)
    if "--lane" in rest:
        at = rest.index("--lane")
        enter_lane((rest[at + 1:at + 2] or ["without a name"])[0])
        del rest[at:at + 2]
    if "--offline" in rest:
        at = rest.index("--offline")
        named = [item for item in rest[at + 1:at + 2] if item not in WORDS and not item.startswith("-")]
        del rest[at:at + 1 + len(named)]
        places = [Path(named[0]).expanduser().resolve()] if named else [ROOT.parent, ROOT / "out" / "pack"]
        PACK = next((place for place in places if (place / "pack.json").is_file()), places[-1])
        if LANE:
            raise SetupError("A pack holds the course's own versions; --lane needs a network.")
    return rest


WORDS = {"test": test, "doctor": doctor, "setup": lambda rest: 0,
         "tour": lambda rest: call(["-m", "ddsp_helpers", "tour", *rest]),
         "site": lambda rest: call(["-m", "docs", *rest]),
         "pack": lambda rest: call(["-m", "ddsp_helpers.classroom.stick", *rest]),
         "lessons": lambda rest: call(["-m", "ddsp_helpers.classroom.notebooks", *rest])}


def main(arguments):
    try:
        arguments = take_options(arguments)
        word = arguments[0] if arguments else ""
        if word in ("-h", "--help", "help"):
            say(__doc__)
            return 0
        if word and word not in WORDS and not word.startswith("-"):
            say("course.py does not know the word %r.\n%s" % (word, __doc__))
            return 2
        if word != "doctor":
            set_up()
        return WORDS[word](arguments[1:]) if word in WORDS else open_course(arguments)
    except SetupError as error:
        say("\n%s" % error)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
