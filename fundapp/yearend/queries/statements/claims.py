"""垫付款账龄分析表: what the fund had not got back on December 31."""

from collections.abc import Sequence
from datetime import date

from fundapp.core.money import Money, total
from fundapp.core.statements import Note, Statement, statement
from fundapp.core.words import N_
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model
from fundapp.recovery.queries.claims import claims
from fundapp.yearend.queries.statements.bounds import courts_of, models_of, notes_of, year_end
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import Ageing

RECEIVABLE = Account.ADVANCES_RECEIVABLE


@statement("ageing", N_("垫付款账龄分析表"), N_("年末未收回的垫付款，按账龄分段并逐笔列示。"), place=20)
def of_claims(codes: Sequence[str], year: int) -> Statement:
    models = models_of(codes)
    ageing = Ageing(year, claims(codes, year_end(year)), claims(codes, year_end(year - 1)), models)
    notes = [
        Note(N_("账龄自付款日起算至12月31日，满1年、2年、3年的当日仍计入前一档；期初导入的自期初余额日期起算。")),
        *notes_of(codes, year),
    ]
    if Model.CUSTODIAL in models.values():
        notes.insert(1, Note(N_("甲类模式的垫付款不在账内核算，列于本表备查。")))
    has_account = Model.OWN_FUNDS in models.values()
    receivable = _receivable(codes, year_end(year)) if has_account else None
    return rules.ageing_statement(courts_of(codes), ageing, receivable=receivable, notes=notes)


def _receivable(codes: Sequence[str], day: date) -> Money:
    lines = books.trial_balance(codes, as_of=day)
    return total(line.closing_debit - line.closing_credit for line in lines if line.account is RECEIVABLE)
