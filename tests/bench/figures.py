"""Measured figures, each with its limit."""

_figures = []


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


class Figure:
    def __init__(self, name, value, unit, limit=None):
        self.name, self.value, self.unit, self.limit = name, value, unit, limit

    def is_within_limit(self):
        return self.limit is None or self.value <= self.limit

    def __str__(self):
        value = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.4g}"
        if self.limit is None:
            return f"{self.name:<66}{value:>12} {self.unit}"
        return (f"{self.name:<66}{value:>12} {self.unit:<13} limit {self.limit:>10,.6g}   "
                f"{'pass' if self.is_within_limit() else 'FAIL'}")


def report(name, value, unit, limit=None):
    """A figure without a limit depends on the machine and is for comparison only."""
    _figures.append(Figure(name, value, unit, limit))
    print(_figures[-1], flush=True)


def report_failures(name, failures):
    """The limit is 0. Prints the first failures."""
    report(name, len(failures), "", 0)
    for failure in list(failures)[:5]:
        print(f"    {failure}", flush=True)


def summary():
    """(number of figures within their limits, number of figures beyond them)"""
    limited = [figure for figure in _figures if figure.limit is not None]
    passed = sum(figure.is_within_limit() for figure in limited)
    return passed, len(limited) - passed
