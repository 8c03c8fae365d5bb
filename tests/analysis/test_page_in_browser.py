"""The page in a headless Chromium: nothing wider than the screen, no error, no request, tables that sort."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alife.analysis.report.finding import Finding, Link, Picture, Table
from alife.analysis.report.page import page
from alife.analysis.report.report import inspect
from tests.helpers.browser import Browser, program

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
WIDER = """[...document.querySelectorAll("main, main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !one.closest(".scroll, pre, svg");
}).map((one) => one.tagName + " " + one.textContent.slice(0, 40))"""
COLUMN = '[...document.querySelectorAll("tbody tr")].map((row) => row.cells[%d].textContent)'
SORT = 'document.querySelectorAll("th button")[%d].click()'


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_a_report_fits_the_screen_and_stays_at_home(browser: Browser, tmp_path: Path) -> None:
    inspect(Path("mushrooms"), tmp_path / "page.html", only=("card", "behaviour"), beside=Path("recall"))
    for width in (390, 768, 1280):
        for dark in (False, True):
            browser.open(tmp_path / "page.html", width, dark)
            assert browser.errors == [] and browser.value(WIDER) == []
            assert browser.value("document.documentElement.scrollWidth <= innerWidth")
            others = [address for address in browser.requests if not address.startswith("data:")]
            assert others == [(tmp_path / "page.html").as_uri()]
    paper, ink = ("getComputedStyle(document.body).backgroundColor", "getComputedStyle(document.body).color")
    assert browser.value(paper) == "rgb(27, 26, 23)" and browser.value(ink) == "rgb(233, 228, 216)"
    assert browser.value('[...document.querySelectorAll("figure svg [style*=stroke]")].length') > 10
    black = """[...document.querySelectorAll("figure svg text, figure svg path")].filter((one) =>
        [getComputedStyle(one).fill, getComputedStyle(one).stroke].includes("rgb(0, 0, 0)") && !one.closest("defs") &&
        getComputedStyle(one).fill !== "none" && one.getBoundingClientRect().width).length"""
    assert browser.value(black) == 0


def test_tables_sort_by_number_and_text_with_empty_cells_last(browser: Browser, tmp_path: Path) -> None:
    rows = ((Link(Path("b2")), 10_000.4), (Link(Path("b10")), -3), (Link(Path("a")), ""), (Link(Path("c")), 10_000.6))
    table = Table("All", ("name", "value"), rows, sortable=True)
    hostile = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
    finding = Finding("Any", hostile, tables=[table], pictures=[Picture("none", "<svg></svg>", table)])
    (tmp_path / "page.html").write_text(page("t", hostile, [finding], tmp_path))
    browser.open(tmp_path / "page.html", 768)
    browser.value(SORT % 1)
    assert browser.value(COLUMN % 0)[:4] == ["c", "b2", "b10", "a"]
    browser.value(SORT % 1)
    assert browser.value(COLUMN % 0)[:4] == ["b10", "b2", "c", "a"]
    browser.value(SORT % 0)
    assert browser.value(COLUMN % 0)[:4] == ["a", "b2", "b10", "c"]
    assert browser.value("document.title") == "t" and browser.errors == []
