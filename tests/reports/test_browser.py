"""The report in a real browser: accessible, one A4 for the director, no script needed. Nothing but files is opened."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sample import Written

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# The rules of axe-core, as one file in a package of which nothing else is used or imported.
_PACKAGE = importlib.util.find_spec("axe_playwright_python")
AXE = Path((_PACKAGE and _PACKAGE.origin) or "nowhere").parent / "axe.min.js"


def _browser(folder: Path, page: Path, *arguments: str) -> str:
    """What chromium prints for a page; it gets a profile of its own that is thrown away."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium is installed")
    done = subprocess.run(
        [program, *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments, page.as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return done.stdout.decode()


def _with(page: str, script: str) -> str:
    """A copy for the test in which a script of ours may run; it writes its result as text into `<pre id=result>`."""
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    return page.replace("</body>", f"<pre id=result></pre><script>{script}</script></body>")


def _result(dumped: str) -> str:
    found = re.search(r'<pre id="result"[^>]*>(.*?)</pre>', dumped, re.S)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("size", ["1200,900", "500,900"])
def test_axe_finds_no_violation_with_everything_opened(code: str, size: str, written: Written, tmp_path: Path) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: run scripts/setup dev")
    run = """
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
    axe.run(document, {resultTypes: ["violations"]}).then(function (r) {
      document.getElementById("result").textContent = JSON.stringify({
        passes: r.passes.length,
        violations: r.violations.map(function (v) {
          return [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary];
        })});
    });"""
    page = written("html", code).decode()
    file = tmp_path / "page.html"
    # axe itself is taken in with its closing tags made harmless.
    file.write_text(_with(page, AXE.read_text(encoding="utf-8").replace("</script", "<\\/script") + ";" + run))
    told = json.loads(
        _result(_browser(tmp_path, file, f"--window-size={size}", "--virtual-time-budget=20000", "--dump-dom"))
    )
    assert told["violations"] == []
    assert told["passes"] > 20


def test_the_policy_lets_our_style_and_script_work_and_nothing_else_complains(written: Written, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(written("html"))
    dumped = _browser(tmp_path, file, "--enable-logging=stderr", "--dump-dom")
    assert 'type="search"' in dumped, "the script did not run under its own policy"
    wide = _with(written("html").decode(), _STYLE)
    file.write_text(wide)
    assert _result(_browser(tmp_path, file, "--dump-dom")) == "rgb(21, 66, 115)"


_STYLE = """document.getElementById("result").textContent =
    getComputedStyle(document.querySelector("ol.actions li"), "::before").backgroundColor;"""


def test_a_narrow_screen_never_scrolls_sideways(written: Written, tmp_path: Path) -> None:
    wide = """document.querySelectorAll("details").forEach(function (d) { d.open = true; });
    document.getElementById("result").textContent =
      document.documentElement.scrollWidth + " " + document.documentElement.clientWidth;"""
    file = tmp_path / "frame.html"
    page = tmp_path / "page.html"
    page.write_text(
        _with(
            written("html").decode(), wide + 'parent.postMessage(document.getElementById("result").textContent, "*");'
        )
    )
    # A headless window is never narrower than 500 pixels; a frame is.
    file.write_text(
        f'<iframe src="{page.as_uri()}" width=390 height=800></iframe><pre id=result></pre><script>'
        'addEventListener("message", function (e) { document.querySelector("pre").textContent = e.data; });</script>'
    )
    scroll, client = _result(_browser(tmp_path, file, "--virtual-time-budget=5000", "--dump-dom")).split()
    assert int(scroll) <= int(client)


def test_page_one_is_one_a4_and_print_opens_every_finding(written: Written, tmp_path: Path) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext (poppler) is not installed")
    file, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_bytes(written("html"))
    _browser(tmp_path, file, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    done = subprocess.run([reader, printed, "-"], capture_output=True, timeout=60, check=True)
    first, second, *rest = done.stdout.decode().split("\f")
    one = " ".join(first.split())
    for told in ("Wat u nu moet weten", "De acht maatregelen", "Loggen", "Niet bekeken, en waarom", "juridisch advies"):
        assert told in one
    assert "Per maatregel" in second, "page one runs over into page two"
    assert "De laatste goede back-up is te oud" in second
    assert any("tool --mend" in page for page in (second, *rest)), "a closed finding was not opened for print"
