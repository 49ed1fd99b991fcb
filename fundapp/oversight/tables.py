"""Tables of the audit package: anchor sheets handed out, and what verifications found."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.courts import queries as courts
from fundapp.oversight.models import AnchorSheet, Verification
from fundapp.oversight.rules import readable_problems
from fundapp.users.models import User


@table(
    "anchor_sheets", "存证单", "trail",
    "已交付的存证单，截至制作本包时",
    "Anchor sheets handed out up to the moment when the package was made",
    ID,
    COURT,
    Column("length", "留痕条数", "length of the court's chain on the sheet", "number",
           told="存证时本院操作留痕的条数"),
    Column("recipient", "接收单位", "to whom", told="交给谁"),
    Column("kept_at", "保管处", "where it is kept"),
    Column("vouchers", "凭证数", "vouchers at that moment", "number"),
    amount_column("posted", "记账金额", "what they came to", is_summed=False, told="截至当时凭证合计金额"),
    amount_column("debit", "借方", "debit side of the trial balance", is_summed=False, told="试算平衡借方合计"),
    amount_column("credit", "贷方", "credit side", is_summed=False, told="试算平衡贷方合计"),
    amount_column("deposit", "专户存款", "the fund's money in the bank", is_summed=False, told="截至当时资金专户存款"),
    Column("handed_out_by", "交付人", "who handed it out"),
    Column("handed_out_at", "交付时间", "when", "moment"),
)  # fmt: skip
def _anchor_sheets(scope: Scope) -> Iterable[Row]:
    query = select(
        AnchorSheet.id, AnchorSheet.court_code, AnchorSheet.length, AnchorSheet.recipient, AnchorSheet.kept_at,
        AnchorSheet.vouchers, AnchorSheet.posted, AnchorSheet.debit, AnchorSheet.credit, AnchorSheet.deposit,
        User.username, AnchorSheet.handed_out_at,
    ).join(User, User.id == AnchorSheet.handed_out_by_id)  # fmt: skip
    return Stream(query.where(within(AnchorSheet.court_code, scope)).order_by(AnchorSheet.id))


@table(
    "verifications", "核验记录", "trail",
    "历次账簿核验，截至制作本包时",
    "Every verification of the books, up to the moment when the package was made",
    ID,
    Column("verified_at", "核验时间", "when", "moment"),
    Column("checks", "核验项", "checks that were made, over all courts of the system", "number",
           told="全系统核验的项数"),
    Column("is_ok", "通过", "1: nothing was found in any court", "number", told="1：各法院均未发现问题"),
    Column("problems", "未通过", "what was found in the courts of this package", told="本包所含法院的问题"),
)  # fmt: skip
def _verifications(scope: Scope) -> Iterable[Row]:
    hidden = courts.codes() - set(scope.court_codes)
    query = select(
        Verification.id, Verification.verified_at, Verification.checks, Verification.is_ok, Verification.problems
    )
    for *facts, problems in Stream(query.order_by(Verification.id)):
        yield *facts, "\n".join(readable_problems(problems, hidden=hidden))
