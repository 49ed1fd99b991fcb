"""The checks behind ``verify`` of what stands in several places: what was paid, booked and corrected, and who may.

As in ``checks``, one question in plain SQL each.
"""

from typing import NamedTuple


class Check(NamedTuple):
    """One invariant: its name, the question that finds the first row breaking it, and how that row is told."""

    name: str
    question: str
    told: str


BOOKED: tuple[Check, ...] = (
    Check(
        "每笔垫付付款有其银行明细或现场发放记录",
        """
        SELECT p.court_code, p.advance_id FROM advance_payments p
        LEFT JOIN batch_lines b ON b.advance_id = p.advance_id AND b.status = 'paid' AND p.channel = 'bank_batch'
            AND p.paid_through = 'batch-line:' || CAST(b.id AS VARCHAR(20))
        LEFT JOIN ceremony_lines c ON c.advance_id = p.advance_id AND c.status = 'paid' AND p.channel <> 'bank_batch'
            AND p.paid_through = 'ceremony-line:' || CAST(c.id AS VARCHAR(20))
        WHERE COALESCE(b.amount, c.amount, 0) <> p.amount ORDER BY p.court_code, p.advance_id LIMIT 1
        """,
        "%(court_code)s advance:%(advance_id)s的付款没有相符的银行明细或现场发放记录",
    ),
    Check(
        "银行回执的笔数等于其明细",
        """
        SELECT f.court_code, f.id FROM result_files f LEFT JOIN result_lines l ON l.file_id = f.id
        GROUP BY f.court_code, f.id, f.paid, f.failed, f.unknown, f.refused, f.repeated
        HAVING COUNT(l.id) <> f.paid + f.failed + f.unknown + f.refused + f.repeated
        ORDER BY f.court_code, f.id LIMIT 1
        """,
        "%(court_code)s result-file:%(id)s的笔数与明细不符",
    ),
    Check(
        "注销凭证的分录与其原凭证相反",
        """
        SELECT year, number, voucher_court AS court_code FROM (
            SELECT r.court_code AS voucher_court, r.year, r.number, r.court_code, r.ink, p.line, p.movement, p.debit,
                p.credit, p.amount, COALESCE(p.case_ref, '') AS case_ref, COALESCE(p.source_ref, '') AS source_ref,
                COALESCE(p.debtor_ref, '') AS debtor_ref, 1 AS n
            FROM vouchers r JOIN posting_lines p ON p.voucher_id = r.id WHERE r.reverses_id IS NOT NULL
            UNION ALL
            SELECT r.court_code, r.year, r.number, o.court_code,
                CASE WHEN o.ink <> 'blue' THEN 'blue' WHEN o.year = r.year THEN 'red' ELSE 'blue_mirror' END,
                p.line, p.movement,
                CASE WHEN o.year <> r.year AND substr(p.credit, 1, 1) IN ('4', '5') THEN '3001' ELSE p.credit END,
                CASE WHEN o.year <> r.year AND substr(p.debit, 1, 1) IN ('4', '5') THEN '3001' ELSE p.debit END,
                p.amount, COALESCE(p.case_ref, ''), COALESCE(p.source_ref, ''), COALESCE(p.debtor_ref, ''), -1
            FROM vouchers r JOIN vouchers o ON o.id = r.reverses_id JOIN posting_lines p ON p.voucher_id = o.id
        ) both_sides
        GROUP BY voucher_court, year, number, court_code, ink, line, movement, debit, credit, amount, case_ref,
            source_ref, debtor_ref
        HAVING SUM(n) <> 0 ORDER BY voucher_court, year, number LIMIT 1
        """,
        "%(voucher)s注销的内容不是其原凭证的内容",
    ),
    Check(
        "更正、冲销凭证各有其申请和复核",
        """
        SELECT v.court_code, v.year, v.number FROM vouchers v
        LEFT JOIN vouchers o ON o.id = COALESCE(v.reverses_id, v.adjusts_id, v.restates_id)
        LEFT JOIN corrections c ON c.status = 'confirmed' AND c.business_date = v.business_date
            AND c.voucher_id = CASE WHEN v.reverses_id IS NULL THEN o.id ELSE COALESCE(o.adjusts_id, o.id) END
            AND c.requested_by_id = v.prepared_by_id AND c.reviewed_by_id = v.reviewed_by_id
            AND CASE WHEN v.restates_id IS NOT NULL THEN c.method = 'restate' AND c.restated_amount = v.total
                WHEN v.adjusts_id IS NOT NULL THEN c.method = 'difference' AND c.corrected_by_id = v.id
                    AND c.restated_amount - o.total = CASE v.ink WHEN 'blue' THEN v.total ELSE -v.total END
                ELSE c.method <> 'difference' AND (o.adjusts_id IS NOT NULL OR c.corrected_by_id = v.id) END
        LEFT JOIN openings p ON p.status = 'undone' AND p.undo_requested_by_id = v.prepared_by_id
            AND p.undo_reviewed_by_id = v.reviewed_by_id AND v.reverses_id IS NOT NULL
            AND o.name LIKE 'opening:' || CAST(p.id AS VARCHAR(20)) || ':%'
        LEFT JOIN closed_years y ON y.result_voucher_id = v.reverses_id
        LEFT JOIN reopened_months m ON m.closing_id = y.closing_id AND m.requested_by_id = v.prepared_by_id
            AND m.agreed_by_id = v.reviewed_by_id
        WHERE (o.id IS NOT NULL OR v.ink <> 'blue') AND c.id IS NULL AND p.id IS NULL AND m.closing_id IS NULL
        ORDER BY v.court_code, v.year, v.number LIMIT 1
        """,
        "%(voucher)s不属于任何已复核的更正、期初冲销或反结账",
    ),
    Check(
        "同意的更正各有其凭证",
        """
        SELECT c.court_code, c.id FROM corrections c LEFT JOIN vouchers v ON v.id = c.corrected_by_id
            AND c.voucher_id = CASE c.method WHEN 'difference' THEN v.adjusts_id ELSE v.reverses_id END
        LEFT JOIN vouchers s ON s.restates_id = c.voucher_id
        WHERE CASE c.status WHEN 'confirmed' THEN v.id IS NULL OR v.business_date <> c.business_date
            OR (c.method = 'restate' AND s.id IS NULL) ELSE c.corrected_by_id IS NOT NULL END
        ORDER BY c.court_code, c.id LIMIT 1
        """,
        "%(court_code)s第%(id)s号更正申请与其更正凭证不符",
    ),
    Check(
        "台账日期与凭证一致",
        """
        SELECT r.court_code, r.kind, r.id FROM (
            SELECT court_code, 'advance' AS kind, advance_id AS id, voucher_id, paid_on AS day FROM advance_payments
            UNION ALL
            SELECT court_code, 'payout', id, voucher_id, paid_on FROM payouts WHERE status = 'paid'
            UNION ALL
            SELECT court_code, 'case-receipt', id, voucher_id, business_date FROM case_receipts
            WHERE voucher_id IS NOT NULL
            UNION ALL
            SELECT court_code, 'allocation', id, voucher_id, business_date FROM allocations WHERE voucher_id IS NOT NULL
        ) r LEFT JOIN vouchers v ON v.id = r.voucher_id AND v.court_code = r.court_code
        WHERE v.id IS NULL OR r.day IS NULL OR v.business_date <> r.day ORDER BY r.court_code, r.kind, r.id LIMIT 1
        """,
        "%(court_code)s %(kind)s:%(id)s的日期与凭证的业务日期不符",
    ),
    Check(
        "岗位授权与操作留痕相符",
        """
        WITH acts AS (
            SELECT court_code, event, subject, actor_id, facts FROM trail_entries
            WHERE event IN ('users.role.granted', 'users.role.ended')
        ), kept AS (
            SELECT 'users.role.granted' AS event, user_id, role, COALESCE(granted_by_id, user_id) AS actor_id
            FROM grants
            UNION ALL
            SELECT 'users.role.ended', user_id, role, ended_by_id FROM grants WHERE ended_at IS NOT NULL
        )
        SELECT court_code, subject, event FROM (
            SELECT court_code, event, subject, actor_id, facts, 1 AS n FROM acts
            UNION ALL
            SELECT u.court_code, k.event, 'user:' || CAST(u.id AS VARCHAR(20)), k.actor_id,
                '{"role":"' || k.role || '","username":"' || u.username || '"}', -1
            FROM kept k JOIN users u ON u.id = k.user_id WHERE u.court_code IN (SELECT court_code FROM acts)
        ) both_sides GROUP BY court_code, event, subject, actor_id, facts HAVING SUM(n) <> 0
        ORDER BY court_code, subject, event LIMIT 1
        """,
        "%(court_code)s %(subject)s的岗位授权与操作留痕不符（%(event)s）",
    ),
)
