"""Figures, each with the limit that it has to keep."""

_all = []


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


class Figure:
    def __init__(self, what, value, unit, at_most=None):
        self.what, self.value, self.unit, self.at_most = what, value, unit, at_most

    def is_kept(self):
        return self.at_most is None or self.value <= self.at_most

    def __str__(self):
        value = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.4g}"
        if self.at_most is None:
            return f"{self.what:<66}{value:>12} {self.unit}"
        return (f"{self.what:<66}{value:>12} {self.unit:<13} limit {self.at_most:>10,.6g}   "
                f"{'pass' if self.is_kept() else 'FAIL'}")


def report(what, value, unit, at_most=None):
    """Without a limit it is for comparison only, because it depends on the machine."""
    _all.append(Figure(what, value, unit, at_most))
    print(_all[-1], flush=True)


def report_none(what, these):
    """Nothing of the kind may have happened; what did is shown."""
    report(what, len(these), "", 0)
    for one in list(these)[:5]:
        print(f"    {one}", flush=True)


def summary():
    """(how many were kept, how many were not)"""
    limited = [one for one in _all if one.at_most is not None]
    return sum(one.is_kept() for one in limited), sum(not one.is_kept() for one in limited)
