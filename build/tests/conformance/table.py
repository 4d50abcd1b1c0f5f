"""The table of explained differences: a Markdown file whose rows are read, compared and, on request, added to.

Cells are patterns: * stands for anything."""
import re

COLUMNS = 6
SIDES = {'localcloud', 'moto', 'both', 'neither'}


class Table:
    def __init__(self, path):
        self.path = path
        self.lines = path.read_text().splitlines() if path.exists() else []
        self.rows = [cells for line in self.lines if (cells := row(line))]

    def check(self, found):
        """The sentences of what is wrong with the table."""
        out = []
        used = set()
        for difference in found:
            at = next((i for i, r in enumerate(self.rows) if fits(r, difference)), None)
            if at is None:
                out.append('not explained: ' + ' | '.join(difference))
            used.update(i for i, r in enumerate(self.rows) if fits(r, difference))
        for i, r in enumerate(self.rows):
            if i not in used:
                out.append('no such difference any more: ' + ' | '.join(r[:4]))
            if r[4] not in SIDES or len(r[5]) < 15:
                out.append('say who follows AWS (localcloud, moto, both, neither), and why: ' + ' | '.join(r))
        return out

    def write(self, found):
        new = [d for d in found if not any(fits(r, d) for r in self.rows)]
        lines = self.lines + ['| ' + ' | '.join([*map(escape, d), '?', '?']) + ' |' for d in new]
        self.path.write_text('\n'.join(lines) + '\n')


def escape(cell):
    return '`' + cell.replace('|', '/').replace('`', "'") + '`'


def row(line):
    cells = [c.strip().strip('`') for c in line.strip().strip('|').split('|')]
    if not line.startswith('|') or len(cells) != COLUMNS or cells[0] in ('Step', '---') or set(cells[0]) == {'-'}:
        return None
    return cells


def fits(cells, difference):
    return all(like(pattern, value.replace('|', '/').replace('`', "'")) for pattern, value in zip(cells[:4], difference))


def like(pattern, value):
    """* stands for anything, / for a choice between patterns that a row holds for."""
    return any(re.fullmatch('.*'.join(map(re.escape, one.split('*'))), value, re.S) for one in pattern.split(' or '))
