"""The report as one page of HTML that needs nothing else, runs nothing and prints on A4."""

from importlib.resources import files
from itertools import count

import jinja2
from markupsafe import Markup

from cdi_nlp.audit.charts import Chart, as_svg
from cdi_nlp.audit.report import Report


def as_html(report: Report) -> str:
    """Return the report as a page; every word is escaped by the template, those of the charts by the charts."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string((files("cdi_nlp.audit") / "report.html.jinja").read_text(encoding="utf-8"))
    numbers = count(1)

    def svg(chart: Chart) -> Markup:
        return Markup(as_svg(chart, number=next(numbers)))  # noqa: S704  as_svg escapes what it writes

    return template.render(report=report, svg=svg)
