"""``verify`` finds what was changed behind the services' back, and names it."""

from contextlib import suppress

from sqlalchemy import text

from fundapp.core.db import db, on_sqlite, transaction
from fundapp.oversight import checks
from tests import attacker
from tests.builders.people import COURT
from tests.builders.yearend import a_year, year_closed
from tests.oversight.test_booked import GRANTED
from tests.oversight.test_registers import BROKEN


class Undo(Exception):
    """Takes back what a break-in did, triggers and all."""


def problems() -> dict[str, str]:
    return {name: problem for name, problem in checks.checks() if problem is not None}


def after(*statements: str, asked: str) -> str:
    """What this check of ``verify`` says after these statements, which are taken back again; none after it is asked."""
    found: list[str] = []
    with suppress(Undo), attacker.in_place_of_the_application(), transaction():
        attacker.drop_guards(db.session.connection())
        for statement in statements:
            db.session.execute(text(statement))
        found += next((problem or "" for name, problem in checks.checks() if name == asked), "")
        raise Undo
    return "".join(found)


FIRST_LINE = "WHERE id = (SELECT MIN(id) FROM posting_lines)"
CHAIN = f"{COURT} {checks.TRAIL_IS_WHOLE}"
SEALED = f"{COURT} {checks.VOUCHERS_ARE_WHOLE}"
NUMBERS = "凭证号连续，总号和各类分号都没有缺号"
DAYS = "每日余额等于分录累计"
RETURNED = "(SELECT id FROM vouchers WHERE name LIKE '%cash-returned')"

# What is done by hand, the check that must fail, and what it must name.
BREAKS: dict[str, tuple[str, str]] = {
    f"UPDATE posting_lines SET amount = amount + 1 {FIRST_LINE}": (SEALED, "湘0602 2018-0001"),
    f"UPDATE posting_lines SET amount = amount - 1 {FIRST_LINE}": ("凭证金额等于分录合计", "湘0602 2018-0001"),
    f"UPDATE posting_lines SET amount = amount + 2 {FIRST_LINE}": (
        DAYS,
        "湘0602科目1002.01 在2018-03-01",
    ),
    f"UPDATE posting_lines SET amount = amount + 3 {FIRST_LINE}": ("科目余额及分项余额等于分录合计", "湘0602 1002.01"),
    f"UPDATE posting_lines SET debtor_ref = 'party:1' {FIRST_LINE}": (SEALED, "湘0602 2018-0001"),
    f"UPDATE posting_lines SET case_ref = 'case:9' {FIRST_LINE}": (SEALED, "湘0602 2018-0001"),
    "UPDATE vouchers SET number = 99 WHERE number = 3": (NUMBERS, "湘0602 2018年（all）"),
    "UPDATE vouchers SET kind_number = 99 WHERE number = 3": (NUMBERS, "最大第99号"),
    "UPDATE vouchers SET kind = 'other' WHERE number = 3": (NUMBERS, "湘0602 2018年"),
    "UPDATE posting_lines SET debit = '9999' WHERE id = 3": ("科目余额及分项余额等于分录合计", "科目表以外"),
    "UPDATE vouchers SET number = 98 WHERE number = 3": (SEALED, "湘0602 2018-0098"),
    "UPDATE vouchers SET digest = 'x' WHERE number = 3": (SEALED, "湘0602 2018-0003"),
    "UPDATE vouchers SET summary = '改写' WHERE number = 4": (SEALED, "湘0602 2018-0004"),
    "UPDATE vouchers SET cashier_id = prepared_by_id + 1 WHERE number = 5": (SEALED, "湘0602 2018-0005"),
    "UPDATE vouchers SET recorded_at = '2018-01-01 00:00:00.000000+00' WHERE number = 6": (SEALED, "湘0602 2018-0006"),
    "UPDATE vouchers SET ink = 'red' WHERE number = 1": (DAYS, "湘0602科目"),
    "UPDATE vouchers SET month = '2018-04' WHERE number = 1": (
        "凭证由两人制单和审核，记账日期在其年度和期间内、不早于业务日期",
        "湘0602 2018-0001",
    ),
    "UPDATE number_series SET last_number = last_number + 1": (NUMBERS, "湘0602 2018年"),
    f"DELETE FROM posting_lines WHERE voucher_id = {RETURNED}": ("分录金额大于零且借贷科目不同", "湘0602 2018-"),
    f"DELETE FROM posting_lines WHERE voucher_id = {RETURNED}; DELETE FROM vouchers WHERE id = {RETURNED}": (
        SEALED,
        "与操作留痕不符",
    ),
    "UPDATE standing_balances SET debit = debit + 1, credit = credit + 1 WHERE account = '1002.01' AND part = ''": (
        "科目余额及分项余额等于分录合计",
        "湘0602 1002.01",
    ),
    "UPDATE standing_balances SET debit = debit + 1 WHERE account = '1002.01' AND part = 'source:1'": (
        "科目余额及分项余额等于分录合计",
        "湘0602 1002.01 source:1",
    ),
    "DELETE FROM standing_balances WHERE account = '3001'": ("科目余额及分项余额等于分录合计", "湘0602 3001"),
    "UPDATE standing_balances SET debit = debit + 1 WHERE account = '1002.01' AND part = '' ": (
        "借方合计等于贷方合计",
        "湘0602",
    ),
    "UPDATE standing_balances SET held = held + 1 WHERE account = '1002.01' AND part = ''": (
        "预留金额等于未了结的预留合计",
        "湘0602科目1002.01",
    ),
    "UPDATE day_totals SET credit = credit + 1 WHERE account = '4001'": (DAYS, "湘0602科目4001 在2018-03"),
    "UPDATE day_totals SET credit = debit + 1 WHERE account = '1002.01' AND part = '' AND day = "
    "(SELECT MIN(day) FROM day_totals)": ("每日日终的资产和负债余额不反向", "湘0602科目1002.01 在2018-"),
    "DELETE FROM day_totals WHERE part = 'source:1'": (DAYS, "source:1在2018-"),
    "UPDATE vouchers SET name = 'opening:9:x' WHERE number = 1": ("期初余额凭证与导入明细相符", "湘0602科目1002.01"),
    "INSERT INTO openings (court_code, day, file_name, digest, status, line_count, debit, credit, fault_count, "
    "requested_by_id, requested_at, reviewed_by_id, reason, version) "
    "SELECT '湘0602', '2018-03-31', 'x', 'x', 'posted', 0, 0, 0, 0, MIN(id), '2018-01-01 00:00:00+00', MAX(id), '', 1 "
    "FROM users": (
        "业务凭证都记在期初余额日期之后",
        "湘0602 2018-0001",
    ),
    "INSERT INTO openings (id, court_code, day, file_name, digest, status, line_count, debit, credit, fault_count, "
    "requested_by_id, requested_at, reason, version) SELECT 8 + u.id, '湘0602', '2017-12-31', 'x', u.username, "
    "'requested', 1, 0, 0, 0, u.id, '2018-01-01 00:00:00+00', '', 1 FROM users u WHERE u.id IN (1, 2); "
    "INSERT INTO opening_lines (opening_id, line, account, side, amount, case_ref, source_ref, note) "
    "SELECT id, 2, '1002.01', 'debit', 1, '', 'source:1', '' FROM openings": (
        "同一余额只由一次期初导入带入",
        "湘0602科目1002.01  source:1由期初导入第9号和第10号重复带入",
    ),
    "INSERT INTO standing_balances VALUES ('湘0602', '0000', '', 1, 0, 0, '')": ("期初余额过渡科目为零", "还有1分"),
    "UPDATE closed_months SET closed_at = '2018-01-01 00:00:00+00' WHERE month = '2018-03'": (
        "结账后未再记入凭证",
        "湘0602 2018-0001",
    ),
    "UPDATE closed_months SET vouchers = 1 WHERE month = '2018-03'": ("已结账月份的凭证数不变", "湘0602 2018-03"),
    "UPDATE closed_months SET last_number = 0 WHERE month = '2018-03'": ("结账后未再记入凭证", "湘0602 2018-0001"),
    "UPDATE closed_months SET digest = 'x' WHERE month = '2018-03'": (
        "已结账月份的凭证与结账时和操作留痕相符",
        "湘0602 2018-03: 凭证与结账时的校验码不符",
    ),
    "INSERT INTO reopened_months (closing_id, court_code, reason, last_number, requested_by_id, agreed_by_id, "
    "reopened_at) SELECT id, court_code, '', last_number, 1, 2, closed_at FROM closed_months "
    "WHERE month = '2018-12'": ("反结账均经申请和他人同意，年度的另经审计同意", "湘0602 2018-12反结账没有"),
    "UPDATE closed_years SET prepared_by_id = closed_by_id": ("年终结账由一人申请、另一人批准", "湘0602 2018年第1次"),
    "UPDATE year_close_requests SET requested_by_id = (SELECT MIN(id) FROM users)": (
        "年终结账由一人申请、另一人批准",
        "湘0602 2018年第1次年终结账与申请、批准不符",
    ),
    "DELETE FROM year_close_decisions": ("年终结账由一人申请、另一人批准", "湘0602 2018年第1次"),
    "DELETE FROM closed_months WHERE month = '2018-05'": ("只有完成年终结账的年度登记为已结账", "湘0602 2018"),
    "UPDATE vouchers SET adjusts_id = 1 WHERE id = 2; UPDATE vouchers SET reverses_id = 2 WHERE id = 3": (
        "调整凭证只与其原凭证一并注销",
        "湘0602 2018-0002",
    ),
    "UPDATE advances SET status = 'withdrawn' WHERE id = 1": ("每笔垫付最多支付一次，状态与付款一致", "advance:1"),
    "UPDATE advance_payments SET amount = amount + 1 WHERE advance_id = 1": (
        "应收垫付款等于垫付减追回（分案，乙类）",
        "湘0602 case:1",
    ),
    "UPDATE advance_payments SET amount = 900000 WHERE advance_id = 1": ("每笔垫付的追回不超过垫付", "advance:1"),
    "UPDATE reservations SET ended_at = NULL WHERE id = (SELECT MIN(id) FROM reservations WHERE state = 'settled')": (
        "预留只了结一次",
        "advance:",
    ),
    "UPDATE reservations SET state = 'released', ended_at = opened_at WHERE state = 'open'": (
        "已批未付的垫付各有一笔预留",
        "状态为approved",
    ),
    "UPDATE payouts SET status = 'approved' WHERE id = 1": ("已批未付的案款各有一笔预留", "payout:1"),
    "UPDATE reservations SET name = 'nobody' WHERE id = (SELECT MAX(id) FROM reservations WHERE state = 'open')": (
        "没有无主的预留",
        "nobody",
    ),
    "UPDATE case_receipts SET amount = amount + 1 WHERE id = 1": ("案款结存等于到账减发放减归还（分案）", "case:1"),
    "UPDATE case_receipts SET status = 'cancelled' WHERE id = 1": ("已入账的登记都有凭证", "case-receipt:1"),
    "UPDATE fund_receipts SET voucher_id = NULL WHERE id = 1": ("已入账的登记都有凭证", "fund-receipt:1"),
    "UPDATE decisions SET actor_id = (SELECT prepared_by_id FROM advances WHERE id = 1) WHERE id = 1": (
        "经办人不审批自己的申请，一人在一轮中只签一次",
        "advance:1",
    ),
    "UPDATE decisions SET outcome = 'refused' WHERE subject = 'advance:1'": (
        "已批准的垫付审批齐全，签署内容与付款要素一致",
        "一致的0人",
    ),
    "UPDATE decisions SET payload_digest = 'x' WHERE id = 1": (
        "已批准的垫付审批齐全，签署内容与付款要素一致",
        "advance:1",
    ),
    "UPDATE batch_lines SET amount = amount + 1 WHERE id = 1": ("批次合计和笔数等于明细", "湘0602批次"),
    "UPDATE batch_lines SET status = 'failed' WHERE id = 1": ("付款成功的明细与垫付付款一一对应", "第1笔"),
    "UPDATE batch_lines SET payee = '王某' WHERE id = 2": ("批次与签发时的内容相符", "第2笔"),
    "UPDATE paying_accounts SET number = '1'": ("批次与签发时的内容相符", "湘0602批次"),
    "UPDATE ceremonies SET fund_cash_returned = fund_cash_returned - 1": (
        "兑现大会提取的现金等于发放加交回",
        "ceremony:1",
    ),
    "UPDATE ceremony_lines SET amount = amount + 1 WHERE source = 'case_money'": (
        "兑现大会提取的现金等于发放加交回",
        "ceremony:1",
    ),
    "DELETE FROM trail_entries WHERE seq = 5": (CHAIN, "entry 5 is missing"),
    "DELETE FROM trail_entries WHERE seq = (SELECT MAX(seq) FROM trail_entries)": (CHAIN, "the chain ends at entry"),
    "UPDATE trail_entries SET subject = 'case:9' WHERE seq = 5": (CHAIN, "entry 5 "),
    "DELETE FROM books": (CHAIN, "湘0602: 登记留痕末端的账簿行已不存在"),
    "DELETE FROM books; UPDATE vouchers SET summary = '改写' WHERE number = 4": (SEALED, "湘0602 2018-0004"),
    "DELETE FROM books; UPDATE trail_entries SET subject = 'case:9' WHERE seq = 5": (CHAIN, "entry 5 "),
    "UPDATE trail_entries SET actor_id = (SELECT MAX(id) FROM users) WHERE seq = 2": (CHAIN, "entry 2 "),
}

# On SQLite days are text, and may be written in other ways that are read as the same day, or not at all.
OTHER_DAYS = {
    f"UPDATE vouchers SET posted_on = '{day}', business_date = '{day}' WHERE number = 1": (SEALED, "日期的写法不是")
    for day in ("2018-W09-4", "2018-3-01", "2018-02-30")
}


def test_what_is_changed_by_hand_is_found_and_named(app):
    a_year()
    year_closed()
    assert problems() == {}
    for done in OTHER_DAYS if on_sqlite() else ():
        assert after(done, asked="链头签名齐全") == "", "every check has its say, and none breaks down"
    for done, (name, told) in (BREAKS | (OTHER_DAYS if on_sqlite() else {})).items():
        found = after(*done.split("; "), asked=name)
        assert told in found, (done, found)
    assert problems() == {}


def test_every_check_has_been_seen_to_fail():
    """A check that nobody ever broke proves nothing; two are held by constraints that no update gets past, and those of
    the registers and of roles have tests of their own."""
    held = {"登记与复核由两人办理", "资产和负债余额不反向，预留不超过余额", GRANTED}
    seen = {name for name, _ in BREAKS.values()} | held | BROKEN
    assert {check.name for check in checks.CHECKS} | set(checks.WALKS) <= seen


def test_an_empty_system_is_in_order(app):
    assert problems() == {}
