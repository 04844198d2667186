"""Where the entries of a matrix stand on the screen: in cells, a long row of them folded into lines."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

Entry = tuple[int, int]
"""Row and column in a matrix."""


class Grid(Struct, frozen=True):
    """A matrix in cells of `down` times `across` entries, counted from the upper left.

    `fold` is how many cells stand in a line where the only row of cells goes on over several; 0 elsewhere.
    """

    height: int
    width: int
    down: int = 1
    across: int = 1
    fold: int = 0

    @property
    def cells_down(self) -> int:
        """Rows of cells."""
        return -(-self.height // self.down)

    @property
    def cells_across(self) -> int:
        """Cells in a row."""
        return -(-self.width // self.across)

    @property
    def lines(self) -> int:
        """How many lines the cells take."""
        return -(-self.cells_across // self.fold) if self.fold else self.cells_down

    @property
    def columns(self) -> int:
        """How many cells the longest line has."""
        return self.fold or self.cells_across

    def place(self, entry: Entry) -> Entry:
        """Line and column of the cell that an entry is in."""
        row, column = entry[0] // self.down, entry[1] // self.across
        return divmod(column, self.fold) if self.fold else (row, column)

    def first(self, place: Entry) -> Entry:
        """The first entry of the cell at a place, or of the one next to it where there is none."""
        line, column = max(place[0], 0), max(place[1], 0)
        row, column = (0, line * self.fold + min(column, self.fold - 1)) if self.fold else (line, column)
        row, column = min(row, self.cells_down - 1), min(column, self.cells_across - 1)
        return row * self.down, column * self.across


def folded(grid: Grid, columns: int) -> Grid:
    """The grid with its only row of cells folded into lines of so many, if it is longer."""
    if grid.cells_down == 1 and grid.cells_across > columns > 0:
        return replace(grid, fold=columns)
    return grid


def pooled(height: int, width: int, lines: int, columns: int) -> Grid:
    """The grid whose cells are the smallest with which a matrix is whole in so many lines and columns."""
    lines, columns = max(lines, 1), max(columns, 1)
    if height == 1:
        return folded(Grid(height, width, 1, max(-(-width // (lines * columns)), 1)), columns)
    down, across = -(-height // lines), -(-width // columns)
    return Grid(height, width, max(down, 1), max(across, 1))
