"""年度报表: each on screen, as PDF and as a workbook."""

import hashlib
import io
from collections.abc import Sequence

from flask import g, render_template, send_file
from flask_babel import gettext as _

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.forms import choice
from fundapp.core.statements import Declared, declared, flat
from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.users.rules import Permission
from fundapp.yearend import papers, rules
from fundapp.yearend.forms import StatementFileForm, StatementFilter
from fundapp.yearend.views.blueprint import Answer, bp

ALL = "all"
BOOK = "年度报表"
"""As the trail names all of them together."""
SHOWN = 100
"""Lines of a table on screen; paper and workbook have them all."""
FORMATS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _narrowed() -> tuple[StatementFilter, str, int]:
    """The filter as read: a court, the reader's own unless another is chosen, or with an empty code all of his
    together; and a year, the last that is over and has vouchers unless another is chosen."""
    form = StatementFilter()
    readable = [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    form.court.choices = [choice(ALL, _("全部法院合计")), *readable]
    this_year = clock.today().year
    used = books.voucher_years(g.user.scope)
    years = range(min([*used, this_year - 1]), this_year + 1)
    form.year.choices = [choice(year, str(year)) for year in reversed(years)]
    form.read()
    court = form.court.data if form.court.data in {*g.user.scope, ALL} else g.user.court_code
    usual = max((one for one in used if one < this_year), default=this_year)
    year = int(form.year.data) if form.year.data in map(str, years) else usual
    form.court.data, form.year.data = court, str(year)
    if len(g.user.scope) == 1:
        del form.court
    return form, court, year


def _codes(court: str) -> list[str]:
    """The courts that a choice stands for.

    Raises:
        NotFound: a court whose books this reader does not read.
    """
    if court not in {*g.user.scope, ALL}:
        raise NotFound("没有找到该法院的报表，请返回年度报表重新选择。")
    return sorted(g.user.scope) if court == ALL else [court]


def _found(key: str) -> Declared:
    one = next((one for one in declared() if one.key == key), None)
    if one is None:
        raise NotFound("没有这样的年度报表，请从年度报表目录重新选择。")
    return one


def _files(key: str, court: str, year: int) -> list[tuple[str, StatementFileForm]]:
    """What the page's buttons send: one for paper, one for a workbook."""
    words = {"statement": key, "court": court, "year": year}
    return [
        (_("打印（PDF）"), StatementFileForm.of(**words, format="pdf")),
        (_("导出Excel"), StatementFileForm.of(**words, format="xlsx")),
    ]


@bp.get("/statements")
@require(Permission.LEDGER_READ)
def statements() -> Answer:
    form, court, year = _narrowed()
    return render_template(
        "yearend/statements.html",
        form=form,
        statements=declared(),
        court_code=court,
        year=year,
        files=_files("", court, year),
    )


@bp.get("/statements/<key>")
@require(Permission.LEDGER_READ)
def statement(key: str) -> Answer:
    one = _found(key)
    form, court, year = _narrowed()
    made = one.made(_codes(court), year)
    return render_template(
        "yearend/statement.html",
        form=form,
        one=one,
        statements=declared(),
        made=made,
        tables=[(table, flat(table, most=SHOWN)) for table in made.tables],
        court_code=court,
        year=year,
        files=_files(key, court, year),
    )


@bp.post("/statements/files")
@require(Permission.LEDGER_READ)
def statement_file() -> Answer:
    """The statements as a file; it leaves the house, so it leaves an entry."""
    form = StatementFileForm()
    year = form.year.data or ""
    if not form.submitted() or form.format.data not in FORMATS or not year.isdecimal():
        raise RuleViolation("报表的选择不完整，请返回年度报表，重新选择后再打印或导出。")
    codes, which = _codes(form.court.data), [_found(form.statement.data)] if form.statement.data else declared()
    content, lines = _made(form.format.data, which, codes, rules.check_year(int(year[:5])))
    title = which[0].title if form.statement.data else BOOK
    with transaction(g.user.court_code):
        ledger.record_print(
            g.user.court_code if len(codes) > 1 else codes[0],
            book=title,
            period=rules.statement_period(int(year)),
            lines=lines,
            digest=hashlib.sha256(content).hexdigest(),
            actor=g.user,
        )
    name = f"{title}-{papers.unit_words(codes)}-{year}.{form.format.data}"
    return send_file(io.BytesIO(content), FORMATS[form.format.data], as_attachment=True, download_name=name)


def _made(format_name: str, which: Sequence[Declared], codes: Sequence[str], year: int) -> tuple[bytes, int]:
    return (papers.pdf if format_name == "pdf" else papers.workbook)(which, codes, year)
