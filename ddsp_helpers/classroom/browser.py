"""The browser that the tests of the widgets and pages drive: found here, and fetched where there is none.

    python -m ddsp_helpers.classroom.browser         says which one; gets one if need be

Any Chromium will do: Chromium, Chrome or Edge.  DDSP_BROWSER=/path/to/it chooses.  Only the standard library is needed.
"""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe",
            "Chromium/Application/chrome.exe")
_MACOS = ("Google Chrome", "Chromium", "Microsoft Edge")
WHAT_TO_DO = ("The tests of the widgets need Chromium, Chrome or Edge, and none was found or could be fetched. Install "
              "one (Debian, Ubuntu: sudo apt install chromium), or set DDSP_BROWSER to the path of its program.")


def find():
    """Path of a browser that starts, or None.

    Raises:
      ValueError: DDSP_BROWSER names something that is not a program.
    """
    chosen = os.environ.get("DDSP_BROWSER")
    if chosen:
        if not shutil.which(chosen):
            raise ValueError(f"DDSP_BROWSER came as {chosen!r}, which is no program; the path of Chromium, Chrome "
                             "or Edge was wanted.")
        return shutil.which(chosen)
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates():
    """Programs that may be a browser, the likeliest first."""
    yield from filter(None, map(shutil.which, NAMES))
    homes = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [pathlib.Path(home) / program for home in homes if home for program in _WINDOWS]
    places += [pathlib.Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _MACOS]
    yield from (str(place) for place in places if place.is_file())
    yield from filter(os.path.isfile, filter(None, [_of_playwright()]))


def _of_playwright():
    """Where Playwright keeps its own Chromium, once `playwright install chromium` has fetched it."""
    if importlib.util.find_spec("playwright") is None:
        return None
    code = ("from playwright.sync_api import sync_playwright\n"
            "with sync_playwright() as play: print(play.chromium.executable_path)")
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def _starts(path):
    """Whether a program answers; Ubuntu's `chromium-browser` may only be a hint to install it."""
    if sys.platform == "win32":
        return True             # there --version would open a window
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def need(*, say=print):
    """Path of a browser; fetched first where there is none.

    As root on Debian and Ubuntu it comes from apt-get, elsewhere from Playwright (which keeps it in the user's cache).

    Raises:
      ValueError: there is none and none could be fetched.
    """
    found = find()
    for command in [] if found else _ways():
        say(f"No browser for the tests of the widgets yet: {' '.join(command)}")
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:]
            say(f"  failed: {''.join(said) or 'no message'}")
        found = found or find()
        if found:
            break
    if not found:
        raise ValueError(WHAT_TO_DO)
    return found


def _ways():
    """Commands that get a browser on this computer, to be tried in turn."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if shutil.which("apt-get") and root:
        yield ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    if importlib.util.find_spec("playwright"):
        with_libraries = ["--with-deps"] if shutil.which("apt-get") and root else []
        yield [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]


if __name__ == "__main__":
    try:
        print(need())
    except ValueError as error:
        sys.exit(str(error))
