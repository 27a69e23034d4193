"""The data folder with some cells of one published figure changed, for tests."""


class Changed:
    """A data folder with some cells of `published` changed."""

    def __init__(self, evidence, row, **cells):
        self.evidence, self.row, self.cells = evidence, row, cells

    def table(self, name):
        frame = self.evidence.table(name)
        if name == "published":
            for column, value in self.cells.items():
                frame.loc[frame["estimate_id"] == self.row, column] = value
        return frame
