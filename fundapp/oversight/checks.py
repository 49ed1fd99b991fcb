"""The checks behind ``verify``: the invariants of the books, each recomputed in the database and not believed.

A check is one question in plain SQL, understood by SQLite and PostgreSQL alike, that finds the first row which breaks
an invariant; no row, no problem. What needs a digest or a chain is read once, in order. Nothing here asks the services
or the queries of the features, so that a mistake made there is not repeated here. Reads only.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import text

from fundapp.core.db import db
from fundapp.ledger import rules as ledger
from fundapp.ledger.rules import GUARDED, KEPT
from fundapp.oversight import proofs, registers
from fundapp.oversight.booked import BOOKED, Check
from fundapp.trail import proofs as signatures
from fundapp.trail import queries as trail

BY_SOURCE = ", ".join(f"'{account.value}'" for account, parts in KEPT.items() if ("source",) in parts)
"""The accounts of which each source's part is kept by day, as SQL."""

GUARDS = " ".join(f"WHEN '{account.value}' THEN '{side.value}'" for account, side in GUARDED.items())
"""The side that the balance of each guarded account may not leave, as the arms of a CASE."""

CHECKS: tuple[Check, ...] = (
    Check(
        "分录金额大于零且借贷科目不同",
        """
        SELECT v.court_code, v.year, v.number, p.line
        FROM vouchers v LEFT JOIN posting_lines p ON p.voucher_id = v.id
        WHERE p.id IS NULL OR p.amount <= 0 OR p.debit = p.credit
        ORDER BY v.court_code, v.year, v.number, p.line LIMIT 1
        """,
        "%(voucher)s第%(line)s行分录缺失、金额不大于零或借贷同科目",
    ),
    Check(
        "凭证金额等于分录合计",
        """
        SELECT v.court_code, v.year, v.number, v.total, SUM(p.amount) AS found
        FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id
        GROUP BY v.court_code, v.year, v.number, v.total HAVING v.total <> SUM(p.amount)
        ORDER BY v.court_code, v.year, v.number LIMIT 1
        """,
        "%(voucher)s凭证金额%(total)s分，分录合计%(found)s分",
    ),
    Check(
        "凭证由两人制单和审核，记账日期在其年度和期间内、不早于业务日期",
        """
        SELECT court_code, year, number FROM vouchers
        WHERE prepared_by_id = reviewed_by_id OR cashier_id = reviewed_by_id OR posted_on < business_date
           OR month <> substr(CAST(posted_on AS VARCHAR(10)), 1, 7)
           OR CAST(year AS VARCHAR(4)) <> substr(CAST(posted_on AS VARCHAR(10)), 1, 4)
        ORDER BY court_code, year, number LIMIT 1
        """,
        "%(voucher)s制单、审核、出纳不分，或日期与年度、期间不符",
    ),
    Check(
        "凭证号连续，总号和各类分号都没有缺号",
        """
        SELECT court_code, year, series, last_number, found, highest FROM (
            SELECT s.court_code, s.year, s.kind AS series, s.last_number, COUNT(v.id) AS found,
                MAX(CASE WHEN s.kind = 'all' THEN v.number ELSE v.kind_number END) AS highest
            FROM number_series s LEFT JOIN vouchers v
                ON v.court_code = s.court_code AND v.year = s.year AND (s.kind = 'all' OR v.kind = s.kind)
            GROUP BY s.court_code, s.year, s.kind, s.last_number
            UNION ALL
            SELECT v.court_code, v.year, v.kind, 0, COUNT(*), MAX(v.kind_number) FROM vouchers v
            WHERE NOT EXISTS (SELECT 1 FROM number_series s
                WHERE s.court_code = v.court_code AND s.year = v.year AND s.kind = v.kind)
            GROUP BY v.court_code, v.year, v.kind
        ) counted WHERE found <> last_number OR highest <> last_number
        ORDER BY court_code, year, series LIMIT 1
        """,
        "%(court_code)s %(year)s年（%(series)s）登记到第%(last_number)s号，现有%(found)s张、最大第%(highest)s号",
    ),
    Check(
        "每日余额等于分录累计",
        """
        WITH sides AS (
            SELECT v.court_code, v.posted_on AS day, p.source_ref, p.debit AS account,
                CASE WHEN v.ink = 'red' THEN 0 ELSE p.amount END AS debit,
                CASE WHEN v.ink = 'red' THEN -p.amount ELSE 0 END AS credit
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
            UNION ALL
            SELECT v.court_code, v.posted_on, p.source_ref, p.credit,
                CASE WHEN v.ink = 'red' THEN -p.amount ELSE 0 END, CASE WHEN v.ink = 'red' THEN 0 ELSE p.amount END
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
        ), daily AS (
            SELECT court_code, account, '' AS part, day, SUM(debit) AS debit, SUM(credit) AS credit FROM sides
            GROUP BY court_code, account, day
            UNION ALL
            SELECT court_code, account, source_ref, day, SUM(debit), SUM(credit) FROM sides
            WHERE source_ref IS NOT NULL AND account IN (BY_SOURCE)
            GROUP BY court_code, account, source_ref, day
        )
        SELECT court_code, account, part, day FROM (
            SELECT court_code, account, part, day, debit, credit FROM day_totals
            UNION ALL
            SELECT court_code, account, part, day,
                -SUM(debit) OVER (PARTITION BY court_code, account, part ORDER BY day),
                -SUM(credit) OVER (PARTITION BY court_code, account, part ORDER BY day)
            FROM daily
        ) both_sides GROUP BY court_code, account, part, day HAVING SUM(debit) <> 0 OR SUM(credit) <> 0
        ORDER BY court_code, account, part, day LIMIT 1
        """.replace("BY_SOURCE", BY_SOURCE),
        "%(court_code)s科目%(account)s %(part)s在%(day)s的日末累计与分录不符",
    ),
    Check(
        "预留金额等于未了结的预留合计",
        """
        SELECT court_code, account, part FROM (
            SELECT court_code, account, part, held FROM standing_balances
            UNION ALL
            SELECT court_code, account, part, -amount FROM reservations WHERE state = 'open'
        ) both_sides GROUP BY court_code, account, part HAVING SUM(held) <> 0
        ORDER BY court_code, account, part LIMIT 1
        """,
        "%(court_code)s科目%(account)s %(part)s的预留金额与未了结的预留不符",
    ),
    Check(
        "借方合计等于贷方合计",
        """
        SELECT court_code, SUM(debit) AS debit, SUM(credit) AS credit FROM standing_balances WHERE part = ''
        GROUP BY court_code HAVING SUM(debit) <> SUM(credit) ORDER BY court_code LIMIT 1
        """,
        "%(court_code)s借方%(debit)s分，贷方%(credit)s分",
    ),
    Check(
        "期初余额过渡科目为零",
        """
        SELECT court_code, debit - credit AS left_over FROM standing_balances
        WHERE account = '0000' AND part = '' AND debit <> credit ORDER BY court_code LIMIT 1
        """,
        "%(court_code)s期初余额过渡科目还有%(left_over)s分",
    ),
    Check(
        "期初余额凭证与导入明细相符",
        """
        SELECT court_code, account, case_ref, source_ref FROM (
            SELECT o.court_code, l.account, l.case_ref, l.source_ref,
                CASE WHEN l.side = 'debit' THEN l.amount ELSE -l.amount END AS net
            FROM opening_lines l JOIN openings o ON o.id = l.opening_id WHERE o.status IN ('posted', 'undo_requested')
            UNION ALL
            SELECT v.court_code, CASE WHEN p.debit = '0000' THEN p.credit ELSE p.debit END,
                COALESCE(p.case_ref, ''), COALESCE(p.source_ref, ''),
                CASE WHEN p.debit = '0000' THEN p.amount ELSE -p.amount END
            FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id
            WHERE substr(v.name, 1, 8) = 'opening:' AND v.id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
        ) both_sides GROUP BY court_code, account, case_ref, source_ref HAVING SUM(net) <> 0
        ORDER BY court_code, account, case_ref, source_ref LIMIT 1
        """,
        "%(court_code)s科目%(account)s %(case_ref)s %(source_ref)s的期初凭证与导入明细不符",
    ),
    Check(
        "同一余额只由一次期初导入带入",
        """
        SELECT o.court_code, l.account, l.case_ref, l.source_ref, MIN(o.id) AS first, MAX(o.id) AS other
        FROM opening_lines l JOIN openings o ON o.id = l.opening_id
        WHERE o.status IN ('requested', 'posted', 'undo_requested') AND l.amount <> 0
        GROUP BY o.court_code, l.account, l.case_ref, l.source_ref HAVING COUNT(*) > 1
        ORDER BY o.court_code, l.account, l.case_ref, l.source_ref LIMIT 1
        """,
        "%(court_code)s科目%(account)s %(case_ref)s %(source_ref)s由期初导入第%(first)s号和第%(other)s号重复带入",
    ),
    Check(
        "业务凭证都记在期初余额日期之后",
        """
        SELECT v.court_code, v.year, v.number FROM vouchers v
        JOIN openings o ON o.court_code = v.court_code AND o.status IN ('posted', 'undo_requested')
            AND v.posted_on <= o.day
        WHERE substr(v.name, 1, 8) <> 'opening:' AND (v.reverses_id IS NULL OR v.reverses_id NOT IN
            (SELECT id FROM vouchers WHERE substr(name, 1, 8) = 'opening:'))
        ORDER BY v.court_code, v.year, v.number LIMIT 1
        """,
        "%(voucher)s记在期初余额日期当日或以前",
    ),
    Check(
        "资产和负债余额不反向，预留不超过余额",
        """
        SELECT court_code, account, part FROM standing_balances
        WHERE held < 0 OR (guard = 'debit' AND debit - credit < held) OR (guard = 'credit' AND credit - debit < held)
        ORDER BY court_code, account, part LIMIT 1
        """,
        "%(court_code)s科目%(account)s %(part)s余额反向或预留超过余额",
    ),
    Check(
        "每日日终的资产和负债余额不反向",
        """
        SELECT court_code, account, part, day FROM day_totals
        WHERE (substr(account, 1, 1) = '1' AND debit < credit) OR (substr(account, 1, 1) = '2' AND credit < debit)
        ORDER BY court_code, account, part, day LIMIT 1
        """,
        "%(court_code)s科目%(account)s %(part)s在%(day)s日终余额反向",
    ),
    Check(
        "每项余额不得反向的方向与科目表一致",
        """
        SELECT court_code, account, part FROM standing_balances WHERE guard <> CASE account GUARDS ELSE '' END
        ORDER BY court_code, account, part LIMIT 1
        """.replace("GUARDS", GUARDS),
        "%(court_code)s科目%(account)s %(part)s不得反向的方向被改动",
    ),
    Check(
        "结账后未再记入凭证",
        """
        SELECT v.court_code, v.year, v.number, c.month FROM vouchers v
        JOIN closed_months c ON c.court_code = v.court_code AND v.month <= c.month
        LEFT JOIN reopened_months r ON r.closing_id = c.id
        WHERE (v.recorded_at > c.closed_at AND (r.closing_id IS NULL OR v.recorded_at < r.reopened_at))
           OR (CAST(v.year AS VARCHAR(4)) = substr(c.month, 1, 4) AND v.number > c.last_number
               AND (r.closing_id IS NULL OR v.number <= r.last_number))
        ORDER BY v.court_code, v.year, v.number, c.month LIMIT 1
        """,
        "%(voucher)s在%(month)s结账之后记入已结账的月份",
    ),
    Check(
        "已结账月份的凭证数不变",
        """
        SELECT c.court_code, c.month, c.vouchers, COUNT(v.id) AS found FROM closed_months c
        LEFT JOIN vouchers v ON v.court_code = c.court_code AND v.month = c.month AND v.number <= c.last_number
        GROUP BY c.id, c.court_code, c.month, c.vouchers HAVING c.vouchers <> COUNT(v.id)
        ORDER BY c.court_code, c.month LIMIT 1
        """,
        "%(court_code)s %(month)s结账时凭证%(vouchers)s张，现有%(found)s张",
    ),
    Check(
        "反结账均经申请和他人同意，年度的另经审计同意",
        """
        SELECT r.court_code, c.month FROM reopened_months r LEFT JOIN closed_months c ON c.id = r.closing_id
        LEFT JOIN reopening_requests q ON q.closing_id = r.closing_id AND q.requested_by_id = r.requested_by_id
            AND NOT EXISTS (SELECT 1 FROM reopening_decisions n WHERE n.request_id = q.id AND n.outcome = 'returned')
        LEFT JOIN reopening_decisions d ON d.request_id = q.id AND d.step = 'approval' AND d.outcome = 'agreed'
            AND d.decided_by_id = r.agreed_by_id AND d.decided_by_id <> r.requested_by_id
        LEFT JOIN reopening_decisions a ON a.request_id = q.id AND a.step = 'audit' AND a.outcome = 'agreed'
            AND a.decided_by_id = r.audited_by_id
        WHERE d.id IS NULL OR c.id IS NULL OR (substr(c.month, 6, 2) = '12' AND a.id IS NULL)
        ORDER BY r.court_code, c.month LIMIT 1
        """,
        "%(court_code)s %(month)s反结账没有相应的申请和同意",
    ),
    Check(
        "调整凭证只与其原凭证一并注销",
        """
        SELECT a.court_code, a.year, a.number FROM vouchers r JOIN vouchers a ON a.id = r.reverses_id
        WHERE a.adjusts_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM vouchers o WHERE o.reverses_id = a.adjusts_id)
        ORDER BY a.court_code, a.year, a.number LIMIT 1
        """,
        "%(voucher)s已注销，其调整的原凭证没有注销",
    ),
    Check(
        "反结账时的末号与操作留痕相符",
        """
        SELECT r.court_code, c.month FROM reopened_months r JOIN closed_months c ON c.id = r.closing_id
        WHERE NOT EXISTS (
            SELECT 1 FROM trail_entries e WHERE e.event = 'yearend.month.reopened'
                AND e.subject = 'month:' || r.court_code || ':' || c.month AND r.last_number = (
                    SELECT COUNT(*) FROM trail_entries p
                    WHERE p.court_code = e.court_code AND p.event = 'ledger.voucher.posted' AND p.seq < e.seq
                        AND p.facts LIKE '%"number":"' || substr(c.month, 1, 4) || '%'))
        ORDER BY r.court_code, c.month LIMIT 1
        """,
        "%(court_code)s %(month)s反结账时的末号与操作留痕不符",
    ),
    Check(
        "年终结账的结转凭证与其名称相符",
        """
        SELECT y.court_code, y.year FROM closed_years y JOIN closed_months c ON c.id = y.closing_id
        LEFT JOIN vouchers v ON v.court_code = y.court_code
            AND v.name = 'year:' || CAST(y.year AS VARCHAR(4)) || ':' || 'result:' || CAST(c.round AS VARCHAR(20))
        WHERE COALESCE(y.result_voucher_id, 0) <> COALESCE(v.id, 0) OR y.prepared_by_id <> v.prepared_by_id
        ORDER BY y.court_code, y.year LIMIT 1
        """,
        "%(court_code)s %(year)s年终结账登记的结转凭证或制单人与凭证不符",
    ),
    Check(
        "到账登记的金额、日期和来源等于凭证",
        """
        SELECT r.court_code, r.id FROM fund_receipts r
        LEFT JOIN vouchers v ON v.id = r.voucher_id AND v.court_code = r.court_code
            AND v.name = 'fund-receipt:' || CAST(r.id AS VARCHAR(20)) || ':' || 'confirmed'
        LEFT JOIN posting_lines p ON p.voucher_id = v.id
        WHERE r.status = 'confirmed' AND (v.id IS NULL OR v.total <> r.amount OR v.business_date <> r.business_date
            OR COALESCE(p.source_ref, '') <> 'source:' || CAST(r.source_id AS VARCHAR(20)))
        ORDER BY r.court_code, r.id LIMIT 1
        """,
        "%(court_code)s fund-receipt:%(id)s的金额、日期或来源与凭证不符",
    ),
    Check(
        "导入的案件与导入记录相符",
        """
        SELECT i.court_code, i.id, i.new, COUNT(c.id) AS found FROM case_imports i
        LEFT JOIN cases c ON c.import_id = i.id WHERE i.is_done
        GROUP BY i.court_code, i.id, i.new HAVING COUNT(c.id) <> i.new ORDER BY i.court_code, i.id LIMIT 1
        """,
        "%(court_code)s case-import:%(id)s登记了%(new)s件案件，现有%(found)s件",
    ),
    Check(
        "每笔垫付最多支付一次，状态与付款一致",
        """
        SELECT a.court_code, a.id, a.status FROM advances a LEFT JOIN advance_payments p ON p.advance_id = a.id
        LEFT JOIN vouchers v ON v.id = p.voucher_id
        GROUP BY a.court_code, a.id, a.status, a.amount
        HAVING COUNT(p.id) <> CASE WHEN a.status = 'paid' THEN 1 ELSE 0 END
            OR COALESCE(MIN(p.amount), a.amount) <> a.amount OR COALESCE(MIN(v.total), a.amount) <> a.amount
        ORDER BY a.court_code, a.id LIMIT 1
        """,
        "%(court_code)s advance:%(id)s状态为%(status)s，与付款或凭证不符",
    ),
    Check(
        "预留只了结一次",
        """
        SELECT court_code, name FROM reservations
        WHERE (state = 'open') <> (ended_at IS NULL) OR state NOT IN ('open', 'settled', 'released')
        ORDER BY court_code, name LIMIT 1
        """,
        "%(court_code)s预留%(name)s的状态与了结时间不符",
    ),
    Check(
        "已批未付的垫付各有一笔预留",
        """
        SELECT a.court_code, a.id, a.status FROM advances a
        LEFT JOIN reservations r ON r.court_code = a.court_code AND r.state = 'open'
            AND r.name = 'advance:' || CAST(a.id AS VARCHAR(20)) || ':' || 'round:' || CAST(a.round AS VARCHAR(20))
        WHERE (a.status IN ('approved', 'paying')) <> (r.id IS NOT NULL)
           OR (r.id IS NOT NULL AND (r.amount <> a.amount OR r.part <> ''))
        ORDER BY a.court_code, a.id LIMIT 1
        """,
        "%(court_code)s advance:%(id)s状态为%(status)s，与资金预留不符",
    ),
    Check(
        "已批未付的案款各有一笔预留",
        """
        SELECT a.court_code, a.id, a.status FROM payouts a
        LEFT JOIN reservations r ON r.court_code = a.court_code AND r.state = 'open'
            AND r.name = 'payout:' || CAST(a.id AS VARCHAR(20)) || ':' || 'round:' || CAST(a.round AS VARCHAR(20))
        WHERE (a.status IN ('approved', 'paying')) <> (r.id IS NOT NULL)
           OR (r.id IS NOT NULL AND (r.amount <> a.amount OR r.part <> 'case:' || CAST(a.case_id AS VARCHAR(20))))
        ORDER BY a.court_code, a.id LIMIT 1
        """,
        "%(court_code)s payout:%(id)s状态为%(status)s，与案款预留不符",
    ),
    Check(
        "没有无主的预留",
        """
        SELECT r.court_code, r.name FROM reservations r
        WHERE r.state = 'open' AND r.name NOT IN (
            SELECT 'advance:' || CAST(id AS VARCHAR(20)) || ':' || 'round:' || CAST(round AS VARCHAR(20)) FROM advances
            WHERE status IN ('approved', 'paying')
            UNION ALL
            SELECT 'payout:' || CAST(id AS VARCHAR(20)) || ':' || 'round:' || CAST(round AS VARCHAR(20)) FROM payouts
            WHERE status IN ('approved', 'paying'))
        ORDER BY r.court_code, r.name LIMIT 1
        """,
        "%(court_code)s预留%(name)s不属于任何已批未付的事项",
    ),
    Check(
        "每笔垫付的追回不超过垫付",
        """
        SELECT a.court_code, a.id, COALESCE(p.amount, 0) AS paid, SUM(r.fund) AS recovered
        FROM advances a JOIN allocations r ON r.advance_id = a.id LEFT JOIN advance_payments p ON p.advance_id = a.id
        WHERE r.voucher_id IS NULL OR r.voucher_id NOT IN
            (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
        GROUP BY a.court_code, a.id, p.amount HAVING SUM(r.fund) > COALESCE(p.amount, 0)
        ORDER BY a.court_code, a.id LIMIT 1
        """,
        "%(court_code)s advance:%(id)s垫付%(paid)s分，追回%(recovered)s分",
    ),
    Check(
        "应收垫付款等于垫付减追回（分案，乙类）",
        """
        SELECT court_code, part FROM (
            SELECT s.court_code, s.part, s.debit - s.credit AS owed FROM standing_balances s
            WHERE s.account = '1218.01' AND s.part LIKE 'case:%' AND s.part NOT LIKE '%|%'
            UNION ALL
            SELECT p.court_code, 'case:' || CAST(a.case_id AS VARCHAR(20)), -p.amount
            FROM advance_payments p JOIN advances a ON a.id = p.advance_id WHERE p.voucher_id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
            UNION ALL
            SELECT r.court_code, 'case:' || CAST(r.case_id AS VARCHAR(20)), r.fund FROM allocations r
            WHERE r.voucher_id IS NULL OR r.voucher_id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
            UNION ALL
            SELECT o.court_code, l.case_ref, -l.amount FROM opening_lines l JOIN openings o ON o.id = l.opening_id
            WHERE l.account = '1218.01' AND l.amount <> 0 AND o.status IN ('posted', 'undo_requested')
        ) both_sides WHERE court_code IN (SELECT court_code FROM booking_models WHERE model = 'B')
        GROUP BY court_code, part HAVING SUM(owed) <> 0 ORDER BY court_code, part LIMIT 1
        """,
        "%(court_code)s %(part)s的应收垫付款与期初、垫付、追偿台账不符",
    ),
    Check(
        "案款结存等于到账减发放减归还（分案）",
        """
        SELECT court_code, part FROM (
            SELECT s.court_code, s.part, s.credit - s.debit AS held FROM standing_balances s
            WHERE s.account = '2901.02' AND s.part LIKE 'case:%'
            UNION ALL
            SELECT court_code, 'case:' || CAST(case_id AS VARCHAR(20)), -amount FROM case_receipts
            WHERE status = 'confirmed' AND voucher_id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
            UNION ALL
            SELECT court_code, 'case:' || CAST(case_id AS VARCHAR(20)), amount FROM payouts
            WHERE status = 'paid' AND voucher_id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
            UNION ALL
            SELECT r.court_code, 'case:' || CAST(r.case_id AS VARCHAR(20)), r.fund FROM allocations r
            WHERE r.voucher_id IS NULL OR r.voucher_id NOT IN
                (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL)
            UNION ALL
            SELECT o.court_code, l.case_ref, -l.amount FROM opening_lines l JOIN openings o ON o.id = l.opening_id
            WHERE l.account = '2901.02' AND l.amount <> 0 AND o.status IN ('posted', 'undo_requested')
        ) both_sides GROUP BY court_code, part HAVING SUM(held) <> 0 ORDER BY court_code, part LIMIT 1
        """,
        "%(court_code)s %(part)s的案款结存与期初、到账、发放、追偿台账不符",
    ),
    Check(
        "已入账的登记都有凭证",
        """
        SELECT court_code, kind, id FROM (
            SELECT court_code, 'fund-receipt' AS kind, id FROM fund_receipts
            WHERE (status = 'confirmed') <> (voucher_id IS NOT NULL)
            UNION ALL
            SELECT court_code, 'case-receipt', id FROM case_receipts
            WHERE (status IN ('confirmed', 'cancelled')) <> (voucher_id IS NOT NULL)
                OR (status = 'cancelled') <> COALESCE(voucher_id IN
                    (SELECT reverses_id FROM vouchers WHERE reverses_id IS NOT NULL), false)
            UNION ALL
            SELECT court_code, 'payout', id FROM payouts WHERE (status = 'paid') <> (voucher_id IS NOT NULL)
        ) unbooked ORDER BY court_code, kind, id LIMIT 1
        """,
        "%(court_code)s %(kind)s:%(id)s的状态与凭证不符",
    ),
    Check(
        "登记与复核由两人办理",
        """
        SELECT court_code, kind, id FROM (
            SELECT court_code, 'fund-receipt' AS kind, id FROM fund_receipts WHERE confirmed_by_id = recorded_by_id
            UNION ALL
            SELECT court_code, 'case-receipt', id FROM case_receipts WHERE confirmed_by_id = recorded_by_id
            UNION ALL
            SELECT court_code, 'batch', id FROM batches WHERE signed_by_id = built_by_id
            UNION ALL
            SELECT court_code, 'payout', id FROM payouts WHERE approved_by_id = prepared_by_id
            UNION ALL
            SELECT court_code, 'ceremony', id FROM ceremonies WHERE frozen_by_id = planned_by_id
            UNION ALL
            SELECT court_code, 'opening', id FROM openings
            WHERE reviewed_by_id = requested_by_id OR undo_reviewed_by_id = undo_requested_by_id
        ) alone ORDER BY court_code, kind, id LIMIT 1
        """,
        "%(court_code)s %(kind)s:%(id)s由同一人登记和复核",
    ),
    Check(
        "经办人不审批自己的申请，一人在一轮中只签一次",
        """
        SELECT court_code, subject, round FROM (
            SELECT d.court_code, d.subject, d.round FROM decisions d
            JOIN advances a ON d.subject = 'advance:' || CAST(a.id AS VARCHAR(20)) AND d.actor_id = a.prepared_by_id
            UNION ALL
            SELECT d.court_code, d.subject, d.round FROM decisions d
            JOIN payouts p ON d.subject = 'payout:' || CAST(p.id AS VARCHAR(20)) AND d.actor_id = p.prepared_by_id
            UNION ALL
            SELECT court_code, subject, round FROM decisions
            GROUP BY court_code, subject, round, actor_id HAVING COUNT(*) > 1
        ) alone ORDER BY court_code, subject, round LIMIT 1
        """,
        "%(court_code)s %(subject)s第%(round)s轮审批中有人自办自批或重复签署",
    ),
    Check(
        "已批准的垫付审批齐全，签署内容与付款要素一致",
        """
        SELECT a.court_code, a.id,
            COUNT(DISTINCT CASE WHEN d.payload_digest = a.payload_digest THEN d.actor_id END) AS found
        FROM advances a
        LEFT JOIN decisions d ON d.subject = 'advance:' || CAST(a.id AS VARCHAR(20)) AND d.round = a.round
            AND d.outcome = 'agreed'
        WHERE a.status IN ('approved', 'paying', 'paid')
        GROUP BY a.court_code, a.id
        HAVING COUNT(DISTINCT CASE WHEN d.payload_digest = a.payload_digest THEN d.actor_id END) < 3
            OR SUM(CASE WHEN d.payload_digest <> a.payload_digest THEN 1 ELSE 0 END) > 0
        ORDER BY a.court_code, a.id LIMIT 1
        """,
        "%(court_code)s advance:%(id)s的同意签署不足三人或与付款要素不一致（一致的%(found)s人）",
    ),
    Check(
        "批次合计和笔数等于明细",
        """
        SELECT b.court_code, b.number FROM batches b LEFT JOIN batch_lines l ON l.batch_id = b.id
        GROUP BY b.court_code, b.number, b.total, b.line_count
        HAVING COALESCE(SUM(l.amount), 0) <> b.total OR COUNT(l.id) <> b.line_count
        ORDER BY b.court_code, b.number LIMIT 1
        """,
        "%(court_code)s批次%(number)s的合计或笔数与明细不符",
    ),
    Check(
        "付款成功的明细与垫付付款一一对应",
        """
        SELECT b.court_code, b.number, l.sequence FROM batch_lines l JOIN batches b ON b.id = l.batch_id
        LEFT JOIN advance_payments p ON p.advance_id = l.advance_id
            AND p.paid_through = 'batch-line:' || CAST(l.id AS VARCHAR(20))
        WHERE (l.status = 'paid') <> (p.id IS NOT NULL) OR (p.id IS NOT NULL AND p.amount <> l.amount)
        ORDER BY b.court_code, b.number, l.sequence LIMIT 1
        """,
        "%(court_code)s批次%(number)s第%(sequence)s笔的银行结果与垫付付款不符",
    ),
    Check(
        "兑现大会提取的现金等于发放加交回",
        """
        SELECT c.court_code, c.id, c.name FROM ceremonies c
        LEFT JOIN ceremony_lines l ON l.ceremony_id = c.id AND l.status = 'paid' AND l.method = 'cash'
        WHERE c.status = 'closed'
        GROUP BY c.court_code, c.id, c.name, c.fund_cash_drawn, c.fund_cash_returned, c.case_cash_drawn,
            c.case_cash_returned
        HAVING c.fund_cash_drawn - c.fund_cash_returned
                <> SUM(CASE WHEN l.source = 'advance' THEN l.amount ELSE 0 END)
            OR c.case_cash_drawn - c.case_cash_returned
                <> SUM(CASE WHEN l.source = 'case_money' THEN l.amount ELSE 0 END)
        ORDER BY c.court_code, c.id LIMIT 1
        """,
        "%(court_code)s ceremony:%(id)s“%(name)s”的现金提取、发放、交回不相符",
    ),
    Check(
        "只有完成年终结账的年度登记为已结账",
        """
        SELECT y.court_code, y.year FROM closed_years y
        LEFT JOIN closed_months c ON c.court_code = y.court_code
            AND c.month LIKE CAST(y.year AS VARCHAR(4)) || '-%'
            AND NOT EXISTS (SELECT 1 FROM reopened_months r WHERE r.closing_id = c.id)
        WHERE NOT EXISTS (SELECT 1 FROM reopened_months e WHERE e.closing_id = y.closing_id)
        GROUP BY y.id, y.court_code, y.year HAVING COUNT(c.month) <> 12 ORDER BY y.court_code, y.year LIMIT 1
        """,
        "%(court_code)s %(year)s年登记为已年终结账，但十二个月未全部结账",
    ),
    Check(
        "年终结账由一人申请、另一人批准",
        """
        SELECT y.court_code, y.year, c.round FROM closed_years y JOIN closed_months c ON c.id = y.closing_id
        WHERE y.prepared_by_id = y.closed_by_id OR EXISTS (
            SELECT 1 FROM year_close_requests q
            LEFT JOIN year_close_decisions d ON d.request_id = q.id
            WHERE q.court_code = y.court_code AND q.year = y.year AND q.round = c.round
                AND COALESCE(d.outcome, '') <> 'returned'
                AND (q.requested_by_id <> y.prepared_by_id OR COALESCE(d.decided_by_id, 0) <> y.closed_by_id))
        ORDER BY y.court_code, y.year, c.round LIMIT 1
        """,
        "%(court_code)s %(year)s年第%(round)s次年终结账与申请、批准不符",
    ),
    *BOOKED,
)


def checks() -> Iterator[tuple[str, str | None]]:
    """Every check in turn: its name, and what is wrong first, or None."""
    for check in CHECKS:
        yield check.name, _answer(check)
    for name, walk in WALKS.items():
        yield name, walk()
    for court_code in proofs.court_codes():
        yield f"{court_code} {VOUCHERS_ARE_WHOLE}", proofs.first_unsealed(court_code)
        yield f"{court_code} {TRAIL_IS_WHOLE}", trail.first_break(court_code)
    yield from signatures.checks()


VOUCHERS_ARE_WHOLE = "凭证、分录与校验码及操作留痕相符"
TRAIL_IS_WHOLE = "操作留痕完整、校验码相符"


def _answer(check: Check) -> str | None:
    row = db.session.execute(text(check.question)).mappings().first()
    return None if row is None else check.told % (dict(row) | {"voucher": _voucher(row)})


def _voucher(row: Any) -> str:
    """``湘0602 2018-0123``."""
    if isinstance(row.get("number"), int):
        return f"{row['court_code']} {ledger.total_number(row['year'], row['number'])}"
    return ""


WALKS: dict[str, Callable[[], str | None]] = {
    "登记簿各行与操作留痕相符": registers.first_untold,
    "审计样本与抽取时的校验码相符": registers.first_other_sample,
    "科目余额及分项余额等于分录合计": proofs.first_unbalanced,
    "附件与上传时的文件相符": proofs.first_other_paper,
    "批次与签发时的内容相符": proofs.first_unsealed_batch,
    "已结账月份的凭证与结账时和操作留痕相符": proofs.first_changed_period,
}
