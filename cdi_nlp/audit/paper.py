"""The report as a PDF on A4: the same words, charts and tables as the page."""

from functools import partial
from html import escape
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Polygon, Rect, String
from reportlab.graphics.shapes import Line as Stroke
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from cdi_nlp.audit.charts import GRID, INK, SOFT, WIDTH, Box, Chart, Dot, Line, Shape
from cdi_nlp.audit.report import Grid, Report, Section

MARGIN = 16 * mm
INSIDE = A4[0] - 2 * MARGIN
PLAIN = ParagraphStyle("plain", fontName="Helvetica", fontSize=9.5, leading=13, textColor=HexColor(INK), spaceAfter=5)
CELL = ParagraphStyle("cell", parent=PLAIN, fontSize=7.6, leading=9.6, spaceAfter=0, splitLongWords=True)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold", textColor=HexColor(SOFT))
CAPTION = ParagraphStyle("caption", parent=PLAIN, fontName="Helvetica-Bold", fontSize=8.6, textColor=HexColor(SOFT))
FIRST = ParagraphStyle("first", parent=PLAIN, fontName="Helvetica-Bold", fontSize=12, leading=16)
TITLE = ParagraphStyle("title", parent=PLAIN, fontName="Helvetica-Bold", fontSize=17, leading=21)
SECTION = ParagraphStyle("section", parent=PLAIN, fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=10)
ROWS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEABOVE", (0, 1), (-1, -1), 0.5, HexColor(GRID)),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)
NARROWEST = 34.0
"""Points that a column has at least, whatever it holds."""


def as_pdf(report: Report) -> bytes:
    """Return the report as a PDF, the same bytes for the same report."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=report.title,
        author="cdi_nlp",
        subject=report.of,
        lang="en-GB",
        invariant=1,
    )
    story: list[Flowable] = [Paragraph(_text(report.title), TITLE), Paragraph(_text(report.of), PLAIN)]
    for number, section in enumerate(report.sections):
        story += _section(section, first=number == 0)
    footer = partial(_footer, of=report.title)
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _section(section: Section, *, first: bool) -> list[Flowable]:
    words = [Paragraph(_text(one), FIRST if first and not at else PLAIN) for at, one in enumerate(section.words)]
    charts = [_chart(chart) for chart in section.charts]
    opening = [*words, *charts[0]] if charts else words[:1]
    story: list[Flowable] = [KeepTogether([Paragraph(_text(section.title), SECTION), *opening])]
    story += [KeepTogether(chart) for chart in charts[1:]] if charts else words[1:]
    for grid in section.grids:
        story += _grid(grid)
    return story


def _chart(chart: Chart) -> list[Flowable]:
    return [Paragraph(_text(chart.title), CAPTION), _drawing(chart), Spacer(1, 4)]


def _grid(grid: Grid) -> list[Flowable]:
    if not grid.rows:
        return [Paragraph(_text(f"{grid.caption}: nothing to show."), PLAIN)]
    head = [Paragraph(_text(column), HEAD) for column in grid.columns]
    rows = [[Paragraph(_text(cell), CELL) for cell in row] for row in grid.rows]
    table = LongTable([head, *rows], colWidths=_widths(grid), repeatRows=1, hAlign="LEFT")
    table.setStyle(ROWS)
    caption = Paragraph(_text(grid.caption), CAPTION)
    caption.keepWithNext = 1
    return [caption, table, Spacer(1, 9)]


def _widths(grid: Grid) -> list[float]:
    """Columns as wide as what they hold asks for, together as wide as the page."""
    asked = []
    for column in range(len(grid.columns)):
        cells = [grid.columns[column], *(row[column] for row in grid.rows)]
        longest = max(max(map(len, cell.split()), default=0) for cell in cells)
        usual = sum(len(cell) for cell in cells) / len(cells)
        asked.append(max(NARROWEST, 4.2 * min(40, max(longest, 1.3 * usual))))
    return [INSIDE * one / sum(asked) for one in asked]


def _drawing(chart: Chart) -> Drawing:
    scale = INSIDE / WIDTH
    drawing = Drawing(INSIDE, chart.height * scale)
    for shape in chart.shapes:
        drawing.add(_shape(shape, chart.height))
    drawing.scale(scale, scale)
    return drawing


def _shape(shape: Shape, height: float) -> Any:  # noqa: ANN401  ReportLab has no types
    """The shape in ReportLab's terms, whose y runs upwards."""
    colour = HexColor(shape.colour)
    if isinstance(shape, Line):
        ends = (shape.x1, height - shape.y1, shape.x2, height - shape.y2)
        dashes = [5, 4] if shape.dashed else None
        return Stroke(*ends, strokeColor=colour, strokeWidth=shape.width, strokeDashArray=dashes)
    if isinstance(shape, Box):
        low = height - shape.y - shape.height
        return Rect(shape.x, low, shape.width, shape.height, fillColor=colour, strokeColor=None)
    if isinstance(shape, Dot):
        x, y = shape.x, height - shape.y
        if shape.diamond:
            return Polygon([x, y - 7, x + 7, y, x, y + 7, x - 7, y], fillColor=colour, strokeColor=None)
        return Circle(x, y, 4.5, fillColor=colour, strokeColor=None)
    place = {"textAnchor": shape.anchor, "fillColor": colour, "fontName": "Helvetica", "fontSize": shape.size}
    return String(shape.x, height - shape.y, _known(shape.text), **place)


def _footer(canvas: Canvas, document: SimpleDocTemplate, *, of: str) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(HexColor(SOFT))
    canvas.drawString(MARGIN, 9 * mm, _known(of))
    canvas.drawRightString(A4[0] - MARGIN, 9 * mm, f"page {document.page}")
    canvas.restoreState()


def _text(words: str) -> str:
    return escape(_known(words), quote=False)


def _known(words: str) -> str:
    """The words in the letters that a PDF's own typefaces have; another letter becomes a question mark."""
    return words.encode("cp1252", "replace").decode("cp1252")
