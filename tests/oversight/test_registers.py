"""``verify`` holds the registers against the trail: who did what, when, how much and why, row by row."""

from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy import text

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.ledger.rules import CorrectionMethod, Movement, booked
from fundapp.oversight import checks, proofs, registers
from fundapp.trail import service as trail
from fundapp.users.rules import Role
from tests import attacker
from tests.builders.auditing import a_finding, a_note, a_sample, answered, proved, put_right
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_confirmed_correction, a_correction
from tests.builders.people import COURT, the_holder
from tests.builders.yearend import a_year, december_closed, reopened, year_closed


class Undo(Exception):
    """Takes back what a break-in did, triggers and all."""


QUESTIONS = {
    "每项余额不得反向的方向与科目表一致",
    "反结账时的末号与操作留痕相符",
    "年终结账的结转凭证与其名称相符",
    "到账登记的金额、日期和来源等于凭证",
    "导入的案件与导入记录相符",
    "每笔垫付付款有其银行明细或现场发放记录",
    "银行回执的笔数等于其明细",
    "注销凭证的分录与其原凭证相反",
    "更正、冲销凭证各有其申请和复核",
    "同意的更正各有其凭证",
    "台账日期与凭证一致",
}
BROKEN = QUESTIONS | {"登记簿各行与操作留痕相符", "审计样本与抽取时的校验码相符", "附件与上传时的文件相符"}
"""The checks that are broken here."""


def told() -> list[str]:
    """What the checks of the registers say."""
    asked = [checks._answer(check) for check in checks.CHECKS if check.name in QUESTIONS]
    walked = (registers.first_untold(), registers.first_other_sample(), proofs.first_other_paper())
    return [one for one in (*walked, *asked) if one]


def after(*statements: str) -> str:
    """What they say after these statements, which are taken back again."""
    found: list[str] = []
    with suppress(Undo), attacker.in_place_of_the_application(), transaction():
        attacker.drop_guards(db.session.connection())
        for statement in statements:
            db.session.execute(text(statement))
        found += told()
        raise Undo
    return " ".join(found)


SOMEBODY = "(SELECT MIN(id) FROM users)"
NO_GUESTS = "DELETE FROM ceremony_lines; DELETE FROM witnesses"
NO_ANSWERS = "DELETE FROM result_lines; DELETE FROM result_files"
# What is done by hand, and what must be named.
BREAKS = {
    "UPDATE fund_receipts SET amount = amount + 1 WHERE id = 1": "fund-receipt:1的金额、日期或来源与凭证不符",
    "UPDATE fund_receipts SET business_date = '2018-03-02' WHERE id = 1": "fund-receipt:1的金额、日期或来源与凭证不符",
    "UPDATE fund_receipts SET source_id = 2 WHERE id = 1": "fund-receipt:1的金额、日期或来源与凭证不符",
    f"UPDATE fund_receipts SET recorded_by_id = {SOMEBODY} WHERE id = 1": "fund-receipt:1的登记与操作留痕不符",
    "UPDATE fund_receipts SET status = 'returned' WHERE id = 2": "fund-receipt:2（funding.receipt.confirmed）没有",
    "DELETE FROM fund_receipts WHERE id = 2": "操作留痕所记fund-receipt:2（funding.receipt.recorded）没有相符的登记",
    "UPDATE sources SET kind = 'other' WHERE id = 1": "source:1的登记与操作留痕不符",
    "UPDATE corrections SET restated_amount = restated_amount + 1": "的登记与操作留痕不符（ledger.correction",
    "UPDATE corrections SET method = 'restate'": "的登记与操作留痕不符（ledger.correction",
    "UPDATE corrections SET reason = 'x'": "的登记与操作留痕不符（ledger.correction",
    "UPDATE closed_months SET explanation = 'x' WHERE month = '2018-03'": "month:湘0602:2018-03的登记与操作留痕不符",
    "UPDATE closed_months SET suspense = 100, explanation = 'x' WHERE month = '2018-03'": "month:湘0602:2018-03的登记",
    f"UPDATE closed_months SET closed_by_id = {SOMEBODY} WHERE month = '2018-03'": "month:湘0602:2018-03的登记",
    "UPDATE reopened_months SET reason = 'x'": "month:湘0602:2018-12的登记与操作留痕不符（yearend.month.reopened）",
    "UPDATE reopened_months SET last_number = last_number - 1": "2018-12反结账时的末号与操作留痕不符",
    "UPDATE reopening_requests SET reason = 'x'": "month:湘0602:2018-12的登记与操作留痕不符",
    "UPDATE reopening_decisions SET opinion = 'x' WHERE step = 'audit'": "month:湘0602:2018-12的登记",
    f"UPDATE reopening_decisions SET decided_by_id = {SOMEBODY} WHERE step = 'approval'": "month:湘0602:2018-12的登记",
    f"UPDATE closed_years SET closed_by_id = {SOMEBODY}": "year:湘0602:2018的登记与操作留痕不符",
    "UPDATE closed_years SET result_voucher_id = NULL": "2018年终结账登记的结转凭证或制单人与凭证不符",
    f"UPDATE closed_years SET prepared_by_id = {SOMEBODY}": "2018年终结账登记的结转凭证或制单人与凭证不符",
    "UPDATE booking_models SET model = 'A'": "court:湘0602的登记与操作留痕不符",
    "UPDATE standing_balances SET guard = '' WHERE account = '1002.01'": "科目1002.01 不得反向的方向被改动",
    f"UPDATE decisions SET actor_id = {SOMEBODY} WHERE id = 1": "advance:1的登记与操作留痕不符",
    "UPDATE decisions SET opinion = '改写的意见' WHERE id = 1": "advance:1的登记与操作留痕不符",
    "UPDATE ladder_issues SET president_above = 1": "ladder:1的登记与操作留痕不符",
    "UPDATE advance_payments SET amount = amount + 1 WHERE id = 1": "advance:1的登记与操作留痕不符",
    f"UPDATE ceremonies SET closed_by_id = {SOMEBODY}": "ceremony:1的登记与操作留痕不符",
    "INSERT INTO case_imports "
    "(court_code, file_name, digest, new, known, rejected, is_done, imported_by_id, imported_at) "
    "SELECT '湘0602', 'x', 'x', 1, 0, 0, TRUE, MIN(id), '2018-01-01 00:00:00+00' FROM users": "登记了1件案件，现有0件",
    "UPDATE findings SET title = '改写' WHERE id = 1": "finding:1的登记与操作留痕不符",
    "DELETE FROM finding_steps WHERE kind = 'closed'": "finding:1（auditing.finding.closed）没有相符的登记",
    "UPDATE finding_steps SET text = '改写' WHERE kind = 'evidence'": "finding:1的登记与操作留痕不符",
    "DELETE FROM notes": "note:1（auditing.note.written）没有相符的登记",
    "UPDATE notes SET text = '改写'": "note:1的登记与操作留痕不符",
    "DELETE FROM sample_items WHERE place = 2": "sample:1与抽取时的校验码不符",
    "UPDATE samples SET seed = '2019'": "sample:1",
    "UPDATE attachments SET content = substr(content, 1, 5)": "fund-receipt:1的附件“进账单.pdf”与上传时的校验码不符",
    "UPDATE attachments SET file_name = 'x.pdf'": "fund-receipt:1的登记与操作留痕不符（trail.paper.attached）",
    "UPDATE attachments SET digest = 'x'": "fund-receipt:1的登记与操作留痕不符（trail.paper.attached）",
    f"UPDATE attachments SET attached_by_id = {SOMEBODY}": "fund-receipt:1的登记与操作留痕不符",
    f"{NO_ANSWERS}; DELETE FROM batch_lines; DELETE FROM batches": "batch:1（disbursement.batch.built）没有",
    "UPDATE batches SET file_digest = 'x'": "batch:1的登记与操作留痕不符（disbursement.batch.exported）",
    "UPDATE batches SET status = 'cancelled'": "batch:1（disbursement.batch.exported）没有相符的登记",
    f"{NO_GUESTS}; DELETE FROM ceremonies": "ceremony:1（ceremonies.ceremony.planned）",
    NO_ANSWERS: "操作留痕所记result-file:1（disbursement.result.imported）没有相符的登记",
    "UPDATE result_files SET digest = 'x'": "result-file:1的登记与操作留痕不符",
    "DELETE FROM result_lines": "result-file:1的笔数与明细不符",
    f"{NO_ANSWERS}; DELETE FROM batch_lines": "advance:1的付款没有相符的银行明细或现场发放记录",
    "UPDATE advance_payments SET paid_through = 'ceremony-line:9' WHERE channel <> 'bank_batch'": "advance:3的付款没有",
    "UPDATE corrections SET status = 'returned'": "不属于任何已复核的更正、期初冲销或反结账",
    "UPDATE corrections SET business_date = '2018-12-21'": "第1号更正申请与其更正凭证不符",
    "UPDATE corrections SET corrected_by_id = 1": "第1号更正申请与其更正凭证不符",
    f"UPDATE reopened_months SET agreed_by_id = {SOMEBODY}": "不属于任何已复核的更正、期初冲销或反结账",
    "UPDATE posting_lines SET case_ref = 'case:1' WHERE voucher_id = "
    "(SELECT id FROM vouchers WHERE reverses_id IS NOT NULL)": "注销的内容不是其原凭证的内容",
    "UPDATE advance_payments SET paid_on = '2018-06-20' WHERE id = 1": "advance:1的日期与凭证的业务日期不符",
    "UPDATE payouts SET paid_on = NULL WHERE id = 1": "payout:1的日期与凭证的业务日期不符",
    "UPDATE case_receipts SET business_date = '2018-06-20' WHERE id = 1": "case-receipt:1的日期与凭证的业务日期不符",
    "UPDATE allocations SET business_date = '2018-06-20'": "allocation:1的日期与凭证的业务日期不符",
    "DELETE FROM attachments": "操作留痕所记fund-receipt:1（trail.paper.attached）没有相符的登记",
}


def test_what_is_changed_in_a_register_by_hand_is_found_and_named(app):
    a_year()
    with clock.at(date(2018, 12, 20)):
        receipt = a_receipt("500.00")
        less = booked(Movement.APPROPRIATION_RECEIVED, yuan("400.00"), source=receipt.source.subject)
        voucher = books.voucher(receipt.voucher_id, frozenset({COURT}))
        a_confirmed_correction(a_correction(voucher, method=CorrectionMethod.DIFFERENCE, restated=less))
        a_sample()
        put_right(proved(answered(a_finding(voucher.cited, due_on=date(2018, 12, 20) + timedelta(days=5)))))
        a_note(voucher.subject, "与对账单核对，金额相符")
        with transaction(COURT):
            clerk = the_holder(Role.FINANCE_CLERK)
            paper = {"file_name": "进账单.pdf", "content": b"%PDF-1"}
            trail.attach("fund-receipt:1", **paper, court_code=COURT, actor=clerk)
    year_closed()
    with clock.at(date(2019, 1, 10)):
        reopened("2018-12")
    december_closed(on=date(2019, 1, 11))
    assert told() == []
    for done, named in BREAKS.items():
        found = after(*done.split("; "))
        assert named in found, (done, found)
    assert told() == []
