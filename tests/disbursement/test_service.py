"""Acts on batches and on the bank's answers: money, status, trail."""

import io
import random
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from fundapp.advances import queries as advances
from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus, Channel
from fundapp.cases import service as cases
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.custody import service as custody
from fundapp.disbursement import service
from fundapp.disbursement.models import Batch, BatchLine, ResultFile
from fundapp.disbursement.rules import PAYMENT_HEADERS, RESULT_HEADERS, BatchStatus, LineStatus
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import ReservationState
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.advances import an_advance, an_approved_advance
from tests.builders.cases import a_case, an_account
from tests.builders.custody import a_case_receipt, a_paid_payout, an_approved_payout
from tests.builders.disbursement import (
    PAYING_NUMBER,
    a_batch,
    a_sent_batch,
    a_signed_batch,
    imported,
    result_csv,
    result_xlsx,
    the_paying_account,
    told,
)
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder
from tests.builders.recovery import allocated

pytestmark = pytest.mark.usefixtures("app")


def clerk():
    return the_holder(Role.FINANCE_CLERK)


def reviewer():
    return the_holder(Role.FINANCE_REVIEWER)


def build(*chosen, actor=None, day=None):
    actor = actor or clerk()
    with transaction(actor.court_code):
        return service.build([one.id for one in chosen], business_date=day or clock.today(), actor=actor)


def sign(batch, *, actor=None, seen_version=None):
    actor = actor or reviewer()
    with transaction(COURT):
        return service.sign(batch.id, seen_version=seen_version or batch.version, actor=actor)


def export(batch):
    with transaction(COURT):
        return service.payment_file(batch.id, actor=clerk())


def cancel(batch, actor=None):
    with transaction(COURT):
        return service.cancel(batch.id, reason="收款人来电要求改期", seen_version=batch.version, actor=actor or clerk())


def read(data, name="回执.csv"):
    actor = clerk()
    with transaction(COURT):
        return service.import_result(data, name, actor=actor)


def resolve(line, outcome, *, actor=None, **changes):
    told_by_bank = {"reason": "工行测试支行书面答复第3号", "bank_reference": "BK-DF-3"} | changes
    with transaction(COURT):
        return service.resolve_unknown(
            line.id, outcome=outcome, seen_version=line.batch.version, actor=actor or reviewer(), **told_by_bank
        )


def events(*subjects):
    return [entry.event for entry in trail.history(*subjects)]


def vouchers():
    return db.session.scalar(select(func.count()).select_from(Voucher).where(Voucher.name.like("advance:%")))


def problems(file):
    return {line.row: line.problem for line in file.lines if line.problem}


# ------------------------------------------------------------------------------------------------------------ building


def test_a_batch_freezes_approved_advances_and_puts_them_on_their_way():
    first, second = an_approved_advance("8000.00"), an_approved_advance("16409.02")
    batch = a_batch(advances=[first, second])
    assert batch.number == f"FF{clock.today().year}-001"
    assert (batch.status, batch.total, batch.line_count) == (BatchStatus.BUILT, yuan("24409.02"), 2)
    assert [line.key for line in batch.lines] == [f"{batch.number}-0001", f"{batch.number}-0002"]
    line = batch.lines[0]
    assert (line.payee, line.account_number) == (first.account.holder, first.account.number)
    assert (line.case_number, line.amount, line.status) == (first.case.number, yuan("8000.00"), LineStatus.WAITING)
    assert {first.status, second.status} == {AdvanceStatus.PAYING}
    [entry] = trail.history(batch.subject)
    assert entry.event is Event.BATCH_BUILT
    assert entry.told["digest"] == batch.digest and entry.told["total"] == "24409.02"


def test_batches_are_numbered_per_court_and_year_without_gaps():
    a_batch()
    cancel(a_batch())
    assert a_batch().number.endswith("-003")
    assert a_batch(court_code=OTHER_COURT).number.endswith("-001")
    later = date(clock.today().year + 1, 1, 2)
    with clock.at(later):
        assert build(an_approved_advance()).number == f"FF{later.year}-001"


def test_only_approved_advances_are_built_in_and_only_once():
    the_paying_account()
    with pytest.raises(RuleViolation, match="审批中"):
        build(an_advance())
    approved = an_approved_advance()
    build(approved)
    with pytest.raises(RuleViolation, match="发放中"):
        build(approved)
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 1


def test_one_bad_advance_keeps_the_whole_batch_from_being_built():
    the_paying_account()
    good, bad = an_approved_advance(), an_advance()
    with pytest.raises(RuleViolation):
        build(good, bad)
    assert good.status is AdvanceStatus.APPROVED
    assert build(good).number.endswith("-001")


def test_another_courts_advance_is_not_built_in():
    foreign = an_approved_advance(court_code=OTHER_COURT)
    the_paying_account()
    with pytest.raises((RuleViolation, NotFound)):
        build(foreign)
    assert foreign.status is AdvanceStatus.APPROVED


def test_without_a_paying_account_nothing_is_built():
    approved = an_approved_advance()
    with pytest.raises(RuleViolation, match="可用的付款账户"):
        build(approved)
    assert approved.status is AdvanceStatus.APPROVED


def test_a_payees_account_changed_after_approval_is_not_paid_to():
    approved = an_approved_advance()
    the_paying_account()
    creditor, handler = approved.creditor, the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        account = cases.register_account(creditor.id, an_account(creditor.name), actor=handler)
        cases.verify_account(account.id, how="电话回访，本人确认", actor=clerk())
    with pytest.raises(RuleViolation):
        build(approved)
    assert approved.status is AdvanceStatus.APPROVED


def test_the_database_refuses_an_advance_in_two_live_lines():
    batch = a_batch()
    line = batch.lines[0]
    twin = {column.name: getattr(line, column.name) for column in BatchLine.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(insert(BatchLine).values(**twin | {"sequence": 2}))


def test_the_latest_paying_account_in_force_on_the_day_pays():
    batch = a_batch()
    with transaction(COURT):
        newer = service.set_paying_account(
            bank="中国农业银行测试支行",
            holder="测试人民法院",
            number="1843 0101-0400 12345",
            effective_from=clock.today(),
            document="账户变更批复测字第2号",
            actor=reviewer(),
        )
    assert newer.number == "18430101040012345"
    assert a_batch().paying_account.id == newer.id
    assert batch.paying_account.number == PAYING_NUMBER
    [entry] = trail.history(newer.subject)
    assert entry.event is Event.PAYING_ACCOUNT_SET and entry.told["account"] == "**** 2345"
    with pytest.raises(RuleViolation, match="银行账号"), transaction(COURT):
        service.set_paying_account(
            bank="甲", holder="乙", number="12ab", effective_from=clock.today(), document="丙", actor=reviewer()
        )


# ------------------------------------------------------------------------------------------------------------- signing


def test_another_person_signs_what_was_built():
    batch = sign(a_batch())
    assert (batch.status, batch.signed_by_id) == (BatchStatus.SIGNED, reviewer().id)
    assert events(batch.subject) == [Event.BATCH_BUILT, Event.BATCH_SIGNED]


def test_the_builder_does_not_sign_nor_would_the_database_have_it():
    batch = a_batch()
    with pytest.raises(RuleViolation, match="编制人不能签发"):
        sign(batch, actor=clerk())
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(text("UPDATE batches SET signed_by_id = built_by_id WHERE id = :id"), {"id": batch.id})
    assert batch.status is BatchStatus.BUILT


def test_a_batch_that_was_cancelled_meanwhile_is_not_signed():
    batch = a_batch()
    seen = batch.version
    cancel(batch)
    with pytest.raises(StaleRecord):
        sign(batch, seen_version=seen)


def test_another_courts_reviewer_finds_no_batch():
    batch = a_batch()
    with pytest.raises(NotFound):
        sign(batch, actor=the_holder(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))


CHANGES = {
    "payee": "UPDATE batch_lines SET payee = payee || '1' WHERE batch_id = :id",
    "amount": "UPDATE batch_lines SET amount = amount + 1 WHERE batch_id = :id",
    "case number": "UPDATE batch_lines SET case_number = case_number || ' ' WHERE batch_id = :id",
    "total": "UPDATE batches SET total = total + 1 WHERE id = :id",
    "day": "UPDATE batches SET business_date = '2031-01-01' WHERE id = :id",
    "approved payload": "UPDATE advances SET payload_digest = '0' WHERE id = (SELECT advance_id FROM batch_lines"
    " WHERE batch_id = :id)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_changed_byte_stops_signing_and_payment(change):
    built, signed = a_batch(), a_signed_batch()
    for batch in (built, signed):
        with transaction(COURT):
            db.session.execute(text(CHANGES[change]), {"id": batch.id})
    with pytest.raises(RuleViolation, match="与编制时不一致"):
        sign(built)
    with pytest.raises(RuleViolation, match="与编制时不一致"):
        export(signed)
    assert (built.status, signed.status) == (BatchStatus.BUILT, BatchStatus.SIGNED)


def test_another_account_under_the_seal_stops_payment():
    batch = a_signed_batch()
    with transaction(COURT):
        db.session.execute(update(BatchLine).values(account_number="6222020200112230001"))
    with pytest.raises(RuleViolation, match="与编制时不一致"):
        export(batch)


# ---------------------------------------------------------------------------------------------------------- cancelling


@pytest.mark.parametrize("a_stage", [a_batch, a_signed_batch])
def test_a_cancelled_batch_frees_its_advances(a_stage):
    batch = cancel(a_stage())
    advance_id = batch.lines[0].advance_id
    assert batch.status is BatchStatus.CANCELLED
    assert (batch.lines[0].status, batch.lines[0].live_advance_id) == (LineStatus.CANCELLED, None)
    again = db.session.get_one(Advance, advance_id)
    assert again.status is AdvanceStatus.APPROVED
    assert build(again).status is BatchStatus.BUILT
    assert trail.history(batch.subject)[-1].told == {"number": batch.number, "reason": "收款人来电要求改期"}


def test_what_the_bank_has_is_not_cancelled():
    batch = a_sent_batch()
    with pytest.raises(RuleViolation, match="已送银行"):
        cancel(batch)
    assert batch.lines[0].status is LineStatus.WAITING


# ------------------------------------------------------------------------------------------------------------- sending


def test_the_payment_file_is_what_the_bank_reads_and_the_same_ever_after():
    batch = a_signed_batch("8000.00", "16409.02")
    content = export(batch)
    assert batch.status is BatchStatus.SENT
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    headers, *rows = list(sheet.iter_rows())
    assert tuple(cell.value for cell in headers) == PAYMENT_HEADERS
    assert len(rows) == 2
    for line, row in zip(batch.lines, rows, strict=True):
        cells = dict(zip(PAYMENT_HEADERS, row, strict=True))
        for header, value in {
            "付款账号/卡号": PAYING_NUMBER,
            "收款账号": line.account_number,
            "日期": f"{clock.today():%Y%m%d}",
            "自定义序号": line.key,
        }.items():
            assert (cells[header].value, cells[header].data_type) == (value, "s")
        assert cells["金额"].data_type == "n" and yuan(f"{cells['金额'].value:.2f}") == line.amount
        assert cells["金额"].value * 100 == int(line.amount.amount * 100)
    version = batch.version
    assert export(batch) == content
    assert service.sent_file(batch.id, actor=clerk()) == content
    assert batch.version == version
    assert events(batch.subject) == [Event.BATCH_BUILT, Event.BATCH_SIGNED, Event.BATCH_EXPORTED]
    assert trail.history(batch.subject)[-1].told["digest"] == batch.file_digest


def test_an_unsigned_batch_has_no_file():
    batch = a_batch()
    with pytest.raises(RuleViolation, match="待复核签发"):
        export(batch)
    with pytest.raises(RuleViolation, match="尚未导出"):
        service.sent_file(batch.id, actor=clerk())


def test_a_file_that_would_differ_from_the_first_is_not_given_out():
    batch = a_sent_batch()
    with transaction(COURT):
        db.session.execute(update(Batch).values(file_digest="0" * 64))
    with pytest.raises(RuleViolation, match="与首次导出的不一致"):
        export(batch)


# ----------------------------------------------------------------------------------------------------- bank's answers


def test_a_paid_line_pays_its_advance_posts_it_and_concludes_the_case():
    batch = a_sent_batch("8000.00")
    line = batch.lines[0]
    advance = advances.advance(line.advance_id, frozenset({COURT}))
    reservation = advance.reservation
    file = imported(told(line))
    assert (file.paid, file.failed, file.unknown, file.refused, file.repeated) == (1, 0, 0, 0, 0)
    assert (line.status, line.paid_on, line.bank_reference) == (LineStatus.PAID, clock.today(), f"BK{line.id:08d}")
    assert (batch.status, advance.status) == (BatchStatus.DONE, AdvanceStatus.PAID)
    payment = advances.payment_of(advance.id)
    assert (payment.channel, payment.paid_through) == (Channel.BANK_BATCH, line.subject)
    voucher = books.voucher(payment.voucher_id, frozenset({COURT}))
    assert (voucher.prepared_by_id, voucher.reviewed_by_id) == (batch.built_by_id, batch.signed_by_id)
    assert (voucher.total, voucher.business_date) == (yuan("8000.00"), clock.today())
    assert books.reservation(COURT, reservation).state is ReservationState.SETTLED
    assert books.reserved_in([COURT]) == ZERO
    assert advance.case.concluded_by_advance_on == clock.today()
    assert events(line.subject) == [Event.LINE_PAID]
    assert trail.history(file.subject)[0].told["paid"] == "1"


def test_a_failed_advance_is_paid_again_in_a_new_line_linked_to_it():
    batch = a_sent_batch()
    line = batch.lines[0]
    imported(told(line, "失败"))
    advance = advances.advance(line.advance_id, frozenset({COURT}))
    assert (line.status, line.message, line.live_advance_id) == (LineStatus.FAILED, "账号户名不符", None)
    assert (batch.status, advance.status) == (BatchStatus.DONE, AdvanceStatus.APPROVED)
    assert books.reserved_in([COURT]) == advance.amount
    cancel(a_batch(advances=[advance]))
    again = a_sent_batch(advances=[advance])
    assert again.lines[0].repeats_id == line.id
    imported(told(again.lines[0]))
    assert advance.status is AdvanceStatus.PAID
    assert vouchers() == 1
    tries = db.session.scalars(select(BatchLine).where(BatchLine.advance_id == advance.id).order_by(BatchLine.id))
    assert [one.status for one in tries] == [
        LineStatus.FAILED,
        LineStatus.CANCELLED,
        LineStatus.PAID,
    ]


def test_the_first_lines_late_success_is_not_taken_for_the_seconds():
    line = a_sent_batch().lines[0]
    imported(told(line, "失败"))
    file = imported(told(line))
    assert "此前已登记为“付款失败”" in problems(file)[2]
    assert vouchers() == 0


def test_an_unknown_line_waits_and_is_never_sent_again():
    batch = a_sent_batch()
    line = batch.lines[0]
    file = imported(told(line, "处理中", 失败原因="银行系统处理中"))
    assert file.unknown == 1
    assert (line.status, line.message, batch.status) == (LineStatus.UNKNOWN, "银行系统处理中", BatchStatus.SENT)
    advance = advances.advance(line.advance_id, frozenset({COURT}))
    with pytest.raises(RuleViolation, match="发放中"):
        build(advance)
    with pytest.raises(RuleViolation, match="已送银行"):
        cancel(batch)
    assert imported(told(line)).paid == 1
    assert (line.status, batch.status) == (LineStatus.PAID, BatchStatus.DONE)


def test_the_same_file_is_read_once():
    line = a_sent_batch().lines[0]
    data = result_xlsx(told(line))
    first = read(data, "第一次.xlsx")
    with pytest.raises(RuleViolation) as refused:
        read(data, "第二次.xlsx")
    assert f"{clock.local(first.imported_at):%Y-%m-%d %H:%M}由{clerk().name}导入" in str(refused.value)
    assert "第一次.xlsx" in str(refused.value)
    assert db.session.scalar(select(func.count()).select_from(ResultFile)) == 1


def test_the_same_results_in_another_format_shuffled_change_nothing():
    batch = a_sent_batch("8000.00", "8000.00", "8000.00")
    rows = [told(batch.lines[0]), told(batch.lines[1], "失败"), told(batch.lines[2], "处理中")]
    headers = list(RESULT_HEADERS)
    random.Random(5).shuffle(headers)  # noqa: S311
    first = read(
        result_csv(*reversed(rows), headers=[*headers, "备注"], titles=[["批量支付处理结果"], ["日期", "20180309"]])
    )
    assert (first.paid, first.failed, first.unknown, first.refused) == (1, 1, 1, 0)
    again = read(result_xlsx(*rows), "回执.xlsx")
    assert (again.paid, again.failed, again.unknown, again.refused, again.repeated) == (0, 0, 0, 0, 3)
    assert [line.status for line in batch.lines] == [LineStatus.PAID, LineStatus.FAILED, LineStatus.UNKNOWN]
    assert vouchers() == 1


def test_lines_that_do_not_agree_are_refused_and_the_others_take_effect():
    batch = a_sent_batch("8000.00", "8000.00", "8000.00", "8000.00", "8000.00", "8000.00")
    lines = batch.lines
    file = imported(
        told(lines[0], 金额="8000.01"),
        told(lines[1], 收款账号名称="某某某"),
        told(lines[2], 收款账号="6222020200112230001"),
        told(lines[3], 交易日期=""),
        told(lines[4]),
        told(lines[5]),
        told(lines[5]),
        told(lines[4], 自定义序号="FF2018-999-0001"),
    )
    assert (file.paid, file.refused) == (1, 7)
    found = problems(file)
    for row, what in {
        2: "金额",
        3: "收款人",
        4: "收款账号",
        5: "没有交易日期",
        7: "2次",
        8: "2次",
        9: "不在本院",
    }.items():
        assert what in found[row], found[row]
    waiting = [line.status for line in lines]
    assert waiting == [LineStatus.WAITING] * 4 + [LineStatus.PAID, LineStatus.WAITING]
    assert (batch.status, vouchers()) == (BatchStatus.SENT, 1)


def test_another_serial_number_for_a_paid_line_is_not_swallowed():
    line = a_sent_batch().lines[0]
    imported(told(line))
    file = imported(told(line, 交易流水号="BK-OTHER"))
    assert "可能重复付款" in problems(file)[2]
    assert line.bank_reference != "BK-OTHER"


def test_results_about_a_batch_that_was_not_sent_are_refused():
    line = a_signed_batch().lines[0]
    assert "尚未送银行" in problems(imported(told(line)))[2]
    assert line.status is LineStatus.WAITING


def test_another_courts_lines_are_unknown_here():
    line = a_sent_batch(court_code=OTHER_COURT).lines[0]
    assert "不在本院" in problems(imported(told(line)))[2]
    assert line.status is LineStatus.WAITING


def test_a_payment_in_a_closed_month_is_refused_and_stays_open():
    line = a_sent_batch().lines[0]
    month = f"{clock.today():%Y-%m}"
    with transaction(COURT):
        ledger.close_month(COURT, month, actor=reviewer())
    assert "所在月份已结账" in problems(imported(told(line)))[2]
    assert line.status is LineStatus.WAITING


def test_a_files_name_is_kept_as_the_database_can_keep_it():
    line = a_sent_batch().lines[0]
    assert imported(told(line), name="C:\\回执\0一.xlsx").file_name == "回执一.xlsx"


def test_what_the_debtor_paid_while_the_bank_had_the_order_waits_to_be_split():
    case = a_case("18000.00")
    early = a_case_receipt("1000.00", case)
    line = a_sent_batch(advances=[an_approved_advance("17000.00", case=case)]).lines[0]
    late = a_case_receipt("5000.00", case)
    promised = an_approved_payout("4000.00", case)
    imported(told(line))
    payer = reviewer()
    assert (early.waits_for_allocation, late.waits_for_allocation) == (False, True)
    with pytest.raises(RuleViolation, match="须先分配"), transaction(COURT):
        custody.pay(
            promised.id,
            bank_reference="DF-1",
            paid_on=clock.today(),
            seen_version=promised.version,
            actor=payer,
        )
    handler = the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        custody.withdraw_payout(promised.id, reason="先行分配", seen_version=promised.version, actor=handler)
    [split] = allocated(late)
    assert (split.fund, split.creditor, split.refund) == (yuan("5000.00"), ZERO, ZERO)
    a_paid_payout("1000.00", case)


def test_a_file_that_cannot_be_read_leaves_nothing():
    with pytest.raises(RuleViolation, match="缺少的列"):
        read("甲,乙\r\n1,2\r\n".encode("gb18030"))
    assert db.session.scalar(select(func.count()).select_from(ResultFile)) == 0


# ------------------------------------------------------------------------------------------------------------ resolving


def an_unknown_line():
    line = a_sent_batch().lines[0]
    imported(told(line, "未知"))
    return line


def test_the_banks_written_answer_settles_an_unknown_line():
    line = an_unknown_line()
    resolve(line, LineStatus.PAID, paid_on=clock.today())
    assert (line.status, line.bank_reference) == (LineStatus.PAID, "BK-DF-3")
    assert line.batch.status is BatchStatus.DONE
    assert vouchers() == 1
    assert events(line.subject) == [Event.LINE_UNKNOWN, Event.LINE_PAID, Event.LINE_RESOLVED]


def test_an_answer_that_nothing_was_paid_frees_the_advance():
    line = an_unknown_line()
    resolve(line, LineStatus.FAILED)
    advance = advances.advance(line.advance_id, frozenset({COURT}))
    assert (line.status, advance.status) == (LineStatus.FAILED, AdvanceStatus.APPROVED)
    assert build(advance).lines[0].repeats_id == line.id


def test_who_imported_the_result_does_not_resolve_it():
    line = an_unknown_line()
    with pytest.raises(RuleViolation, match="导入该回执的人员"):
        resolve(line, LineStatus.PAID, actor=clerk(), paid_on=clock.today())
    assert line.status is LineStatus.UNKNOWN


def test_a_line_is_resolved_once_and_only_while_unknown():
    line = an_unknown_line()
    seen = line.batch.version
    with pytest.raises(RuleViolation, match="请填写银行书面答复中的付款日期"):
        resolve(line, LineStatus.PAID)
    with pytest.raises(RuleViolation, match="送银行之日"):
        resolve(line, LineStatus.PAID, paid_on=clock.today() + timedelta(days=1))
    resolve(line, LineStatus.FAILED)
    with pytest.raises(RuleViolation, match="该笔已有结果"):
        resolve(line, LineStatus.PAID, paid_on=clock.today(), actor=a_user(Role.FINANCE_REVIEWER))
    with pytest.raises(StaleRecord), transaction(COURT):
        service.resolve_unknown(
            line.id,
            outcome=LineStatus.PAID,
            reason="答复",
            bank_reference="BK",
            paid_on=clock.today(),
            seen_version=seen,
            actor=reviewer(),
        )


def test_money_that_came_in_since_the_batch_was_built_stops_its_sending(app):
    advance = an_approved_advance("8000.00", case=a_case(claim="8000.00"))
    batch = a_signed_batch(advances=[advance])
    a_case_receipt("8000.00", case=advance.case)
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match=r"第1笔.*已不能付款.*请撤销本批次"), transaction(COURT):
        service.payment_file(batch.id, actor=clerk)
    assert batch.status is BatchStatus.SIGNED
