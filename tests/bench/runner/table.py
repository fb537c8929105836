# SPDX-License-Identifier: Apache-2.0
"""The results as text."""

import statistics


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def bound(figure):
    if figure.at_least is not None:
        return f">= {figure.at_least:g}"
    return f"<= {figure.at_most:g}" if figure.at_most is not None else ""


def verdict(figure, disturbed):
    if not bound(figure):
        return ""
    return ("ok" if figure.good else "SHORT") + (" (disturbed)" if disturbed else "")


def row(figure, disturbed):
    if not figure.values:
        return [figure.name, figure.unit, "-", "-", "-", "", bound(figure), verdict(figure, disturbed)]
    spread = f"{min(figure.values):.2f}..{max(figure.values):.2f}" if len(figure.values) > 1 else ""
    return [figure.name, figure.unit, number(statistics.median(figure.loop)),
            number(statistics.median(figure.subject)), f"{figure.median:.2f}", spread, bound(figure),
            verdict(figure, disturbed)]


def watched(result):
    return ", ".join(f"{size / 2**20:.1f} MiB of {name}" for name, size in result.watched.items())


def render(results, loop, subject):
    rows = [["figure", "unit", loop, subject, "ratio", "min..max", "bound", ""]]
    rows += [row(figure, result.disturbed) for result in results for figure in result.figures]
    widths = [max(len(each[column]) for each in rows) for column in range(len(rows[0]))]
    lines = []
    for each in rows:
        texts = [text.ljust(width) if column in (0, 1, 7) else text.rjust(width)
                 for column, (text, width) in enumerate(zip(each, widths))]
        lines.append("  ".join(texts).rstrip())
    lines += [f"note {result.name}: {note}" for result in results for note in dict.fromkeys(result.notes)]
    lines += [f"note {result.name}: the watchers read {watched(result)}" for result in results if result.watched]
    lines += [f"note {result.name}: other processes used up to {result.others:.2f} cores meanwhile"
              for result in results if result.disturbed]
    return "\n".join(lines)
