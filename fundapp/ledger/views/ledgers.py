"""Journals and ledgers: day books of cash and bank, the general ledger, the ledgers of accounts and of their parts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock, listing, naming
from fundapp.core.db import LARGEST_ID
from fundapp.core.doors import require
from fundapp.core.errors import NotFound
from fundapp.core.forms import FilterForm, choice
from fundapp.core.listing import About, Column, Page
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.ledger import papers, printing, queries, rules
from fundapp.ledger.forms import AccountsFilter, GeneralLedgerFilter, JournalLedgerFilter, LedgerFilter, PrintForm
from fundapp.ledger.queries import LedgerOf, Place
from fundapp.ledger.rules import DIVIDED_BY, MONEY, Account, BookKind, Dimension, LedgerLine
from fundapp.ledger.views.blueprint import Answer, account_words, bp, readable_courts
from fundapp.users.rules import Permission

PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,10})", re.ASCII)


def narrowed(form: FilterForm) -> tuple[str, int]:
    """The filter as read: always one court, the reader's own unless another is chosen, and one year, the last with
    vouchers."""
    form.court.choices = readable_courts()
    asked = form.court.data if form.court.data in g.user.scope else g.user.court_code
    this_year = clock.today().year
    found = [*queries.voucher_years(g.user.scope), this_year]
    years = range(min(found), max(found) + 1)
    form.year.choices = [choice(year, str(year)) for year in reversed(years)]
    if "month" in form:
        months = [choice(month, _("%(month)s月", month=month)) for month in range(1, 13)]
        form.month.choices = [choice("", _("全年")), *months]
    form.read()
    last = max(queries.voucher_years([asked]), default=this_year)
    year = int(form.year.data) if str(form.year.data) in map(str, years) else last
    form.court.data, form.year.data = asked, str(year)
    if len(g.user.scope) == 1:
        del form.court
    return asked, year


def _months(form: FilterForm) -> tuple[int, int]:
    month = form.month.picked(int)
    return (month, month) if month else (1, 12)


@dataclass(frozen=True)
class NamedLine:
    """A line of a ledger with the names of what it concerns."""

    line: LedgerLine
    names: papers.Names

    def named(self, reference: str) -> str | None:
        entry = self.line.entry
        found = getattr(entry, reference) if entry else None
        return self.names.at(found, entry.recorded_at) if entry and found else None


def _of_entry(name: str) -> Any:
    return lambda row: getattr(row.line.entry, name) if row.line.entry else None


LEDGER = [
    Column(N_("日期"), lambda row: row.line.day, "day", 12),
    Column(N_("凭证号"), _of_entry("cited"), width=12),
    Column(N_("摘要"), lambda row: row.line.entry.summary if row.line.entry else label(row.line.kind), width=40),
    Column(N_("对方科目"), lambda row: account_words(row.line.entry.contra) if row.line.entry else None, width=32),
    Column(N_("案件"), lambda row: row.named("case_ref"), width=24),
    Column(N_("资金来源"), lambda row: row.named("source_ref"), width=24),
    Column(N_("被执行人"), lambda row: row.named("debtor_ref"), width=16),
    Column(N_("借方（元）"), lambda row: row.line.debit, "money"),
    Column(N_("贷方（元）"), lambda row: row.line.credit, "money"),
    Column(N_("方向"), lambda row: side_words(row.line), width=8),
    Column(N_("余额（元）"), lambda row: abs(row.line.balance), "money"),
]
GENERAL = [
    Column(N_("会计科目"), lambda row: account_words(row[0]), width=32),
    Column(N_("日期"), lambda row: row[1].day, "day", 12),
    Column(N_("摘要"), lambda row: label(row[1].kind), width=14),
    Column(N_("借方（元）"), lambda row: row[1].debit, "money"),
    Column(N_("贷方（元）"), lambda row: row[1].credit, "money"),
    Column(N_("方向"), lambda row: side_words(row[1]), width=8),
    Column(N_("余额（元）"), lambda row: abs(row[1].balance), "money"),
]


def side_words(line: LedgerLine) -> str:
    return label(line.side) if line.side else _("平")


def named(lines: Iterable[LedgerLine]) -> Iterator[NamedLine]:
    """Lines with the names of what they concern; a workbook masks persons, as pages do."""
    found = list(lines)
    entries = [line.entry for line in found if line.entry]
    names = papers.names_of((ref for one in entries for ref in papers.refs_of(one)), whole=False)
    return (NamedLine(line, names) for line in found)


@bp.get("/journals")
@require(Permission.LEDGER_READ)
def journal() -> Answer:
    """现金日记账、银行存款日记账: each cash or bank account has one."""
    form = JournalLedgerFilter()
    money = sorted(MONEY, key=lambda account: account.value)
    form.account.choices = [choice(account.value, account_words(account)) for account in money]
    court, year = narrowed(form)
    account = form.account.picked(rules.account_coded) or Account.FUND_BANK
    form.account.data = account.value
    kind = rules.journal_kind(account)
    ledger = LedgerOf(court, account, year, *_months(form))
    if request.args.get("format") == "xlsx":
        return _workbook(ledger, kind)
    return render_template("ledger/journal.html", form=form, **_page(ledger, kind))


@bp.get("/accounts")
@require(Permission.LEDGER_READ)
def accounts() -> Answer:
    """The accounts that have ledgers, with the ways to divide them."""
    form = AccountsFilter()
    court, year = narrowed(form)
    lines = queries.trial_balance([court], as_of=rules.month_end(year, 12))
    return render_template(
        "ledger/accounts.html", form=form, lines=lines, court_code=court, year=year, divided_by=DIVIDED_BY
    )


@bp.get("/accounts/<code>")
@require(Permission.LEDGER_READ)
def account(code: str) -> Answer:
    """明细账 of an account, or of one case, source or debtor in it."""
    found = _account_coded(code)
    form = LedgerFilter()
    court, year = narrowed(form)
    ledger = LedgerOf(court, found, year, *_months(form), queries.part_of(court, found, form.subject.data))
    if request.args.get("format") == "xlsx":
        return _workbook(ledger, BookKind.SUBSIDIARY)
    shown = _page(ledger, BookKind.SUBSIDIARY)
    return render_template("ledger/account.html", form=form, dimensions=DIVIDED_BY.get(found, ()), **shown)


def _account_coded(code: str) -> Account:
    found = rules.account_coded(code)
    if found is None:
        raise NotFound("没有代码为“%(code)s”的会计科目，请从试算平衡表重新选择。", code=code[:20])
    return found


def _title(ledger: LedgerOf, kind: BookKind) -> str:
    return f"{label(kind)} {account_words(ledger.account)}"


def _how(ledger: LedgerOf, kind: BookKind) -> dict[str, bool]:
    is_over = queries.is_year_over(ledger.court_code, ledger.year)
    return {"is_daily": kind in rules.JOURNALS, "is_over": is_over}


def _workbook(ledger: LedgerOf, kind: BookKind) -> Response:
    lines = queries.ledger_lines(ledger, **_how(ledger, kind))
    return listing.workbook(_title(ledger, kind), LEDGER, named(lines), about=_about(ledger))


def _about(ledger: LedgerOf) -> About:
    """Whose ledger a workbook has, of which months and of whom; a person's name does not stand in a file's."""
    month = f"-{ledger.month:02d}" if ledger.month else ""
    words = [courts.name(ledger.court_code), f"{ledger.year}{month}"]
    if ledger.dimension is None:
        return About(words, words)
    part = [label(ledger.dimension), naming.names([ledger.part])[ledger.part]]
    return About([*words, *part], [*words, label(ledger.dimension) + ledger.part.partition(":")[2]])


def _page(ledger: LedgerOf, kind: BookKind) -> dict[str, Any]:
    """What the templates of ledgers show: the page of it that the address asks for."""
    page = queries.ledger_page(ledger, **_how(ledger, kind), after=_place("after"), before=_place("before"))
    return {
        "title": _title(ledger, kind),
        "account": ledger.account,
        "ledger": ledger,
        "lines": page.lines,
        "page": Page(
            [line for line in page.lines if line.entry],
            _address() if page.previous else None,
            _address(before=page.previous) if page.previous else None,
            _address(after=page.following) if page.following else None,
        ),
        "printing": print_form(kind, ledger),
    }


def print_form(kind: BookKind, ledger: LedgerOf) -> PrintForm:
    """What the page's print button sends."""
    return PrintForm.of(
        book=kind.value,
        court=ledger.court_code,
        year=ledger.year,
        month=ledger.month or "",
        account=ledger.account.value,
        subject=ledger.part,
    )


def _place(name: str) -> Place | None:
    """A place of the ledger from the address; what cannot be one is passed over."""
    found = PLACE.fullmatch(request.args.get(name, ""))
    if found is None or int(found[2]) > LARGEST_ID:
        return None
    year, month, day = (int(part) for part in found[1].split("-"))
    is_day = year > 0 and 1 <= month <= 12 and 1 <= day <= rules.month_end(year, month).day
    return Place(date(year, month, day), int(found[2])) if is_day else None


def _address(**places: Place) -> str:
    kept = {name: value for name, value in request.args.items() if name not in ("after", "before", "format")}
    named_places = {name: f"{place.day.isoformat()}.{place.id}" for name, place in places.items()}
    return f"{request.script_root}{request.path}?{urlencode(kept | named_places)}"


@bp.get("/general")
@require(Permission.LEDGER_READ)
def general() -> Answer:
    """总分类账: each account's year, month by month."""
    form = GeneralLedgerFilter()
    codes = [choice(one.value, account_words(one)) for one in Account]
    form.account.choices = [choice("", _("全部科目")), *codes]
    court, year = narrowed(form)
    picked = form.account.picked(rules.account_coded)
    accounts = printing.general_ledger(court, year, picked)
    if request.args.get("format") == "xlsx":
        rows = [(one.account, line) for one in accounts for line in one.lines]
        whose = [courts.name(court), str(year)]
        return listing.workbook(label(BookKind.GENERAL), GENERAL, rows, about=About(whose, whose))
    code = picked.value if picked else ""
    to_print = PrintForm.of(book=BookKind.GENERAL.value, court=court, year=year, account=code)
    return render_template(
        "ledger/general.html", form=form, accounts=accounts, court_code=court, year=year, printing=to_print
    )


PARTS = [
    Column(N_("名称"), lambda row: row[1], width=40),
    Column(N_("期初余额（元）"), lambda row: row[0].opening, "money"),
    Column(N_("借方（元）"), lambda row: row[0].debit, "money"),
    Column(N_("贷方（元）"), lambda row: row[0].credit, "money"),
    Column(N_("期末余额（元）"), lambda row: row[0].closing, "money"),
]


@bp.get("/accounts/<code>/by/<dimension>")
@require(Permission.LEDGER_READ)
def parts(code: str, dimension: str) -> Answer:
    """The cases, sources or debtors of an account; each leads to its own ledger."""
    found = _account_coded(code)
    by = next((one for one in Dimension if one.value == dimension), None)
    if by is None:
        raise NotFound("没有这样的明细分类，请从明细账重新选择。")
    queries.check_divided(found, by)
    form = LedgerFilter()
    court, year = narrowed(form)
    ledger = LedgerOf(court, found, year, *_months(form))
    if request.args.get("format") == "xlsx":
        return _parts_workbook(ledger, by)
    after = request.args.get("after", "").replace("\0", "")[:40]
    rows = queries.parts_of_account(ledger, by, after=after)
    shown = rows[: queries.LINES_AT_ONCE]
    is_more = len(rows) > len(shown)
    kept = {name: value for name, value in request.args.items() if name != "after"}
    here = f"{request.script_root}{request.path}"
    return render_template(
        "ledger/parts.html",
        form=form,
        account=found,
        ledger=ledger,
        dimension=by,
        dimensions=DIVIDED_BY[found],
        page=Page(
            shown,
            f"{here}?{urlencode(kept)}" if after else None,
            None,
            f"{here}?{urlencode(kept | {'after': shown[-1].part})}" if is_more else None,
        ),
    )


def _parts_workbook(ledger: LedgerOf, by: Dimension) -> Response:
    rows = queries.parts_of_account(ledger, by, size=None)
    names = naming.names(row.part for row in rows)
    title = f"{label(by)} {account_words(ledger.account)}"
    return listing.workbook(title, PARTS, [(row, names[row.part]) for row in rows], about=_about(ledger))
