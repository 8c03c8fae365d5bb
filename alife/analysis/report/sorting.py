"""Sorting of tables on the page: the one script that it may run, and the policy that forbids every other.

Without JavaScript the tables are as they are.
"""

from __future__ import annotations

import base64
import hashlib

SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  table.tHead.querySelectorAll("th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === (head.classList.contains("number") ? "descending" : "ascending");
      const order = (head.classList.contains("number") ? !down : down) ? -1 : 1;
      const value = (row) => {
        const cell = row.cells[column], number = parseFloat(cell.dataset.value);
        return Number.isNaN(number) ? cell.textContent.trim() : number;
      };
      const rows = [...table.tBodies[0].rows].map((row) => [value(row), row]);
      rows.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === "");
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return order * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order === 1 ? "ascending" : "descending");
    });
  });
}
"""


def policy() -> str:
    """Returns the page's Content-Security-Policy: nothing is loaded, and no script runs but `SCRIPT`."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
