"""The raw engines export our books: the columns and elements of our own files by plain means, nothing masked."""

import itertools
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from bench.contender import seconds, serve
from bench.raw import Raw

# Vouchers and postings with the columns of our own tables; where the keyed digest of the summary stands, which no
# database can make, the voucher's digest stands once more. Amounts are in fen, moments as the engine has them.
WORD = "CASE v.kind WHEN 'receipt' THEN '收' WHEN 'payment' THEN '付' WHEN 'transfer' THEN '转' END"
ZEROS = (
    "CASE WHEN v.kind_number < 10 THEN '000' WHEN v.kind_number < 100 THEN '00' WHEN v.kind_number < 1000 THEN '0' "
    "ELSE '' END"
)
CITED = f"v.year || {WORD} || {ZEROS} || v.kind_number"
VOUCHERS = f"""
    SELECT v.id, v.court_code, v.year, v.number, v.kind, v.kind_number, {CITED} AS cited, v.name, v.business_date,
        v.posted_on, v.recorded_at, v.summary, v.digest AS summary_mark, v.attachments, v.total,
        p.username AS prepared_by, r.username AS reviewed_by, b.username AS booked_by, c.username AS cashier,
        v.prepared_by_id || ' ' || v.reviewed_by_id || ' ' || v.booked_by_id || ' '
            || COALESCE(CAST(v.cashier_id AS TEXT), '') AS hands,
        v.ink, v.reverses_id, v.adjusts_id, v.restates_id, v.form, v.digest
    FROM vouchers v JOIN users p ON p.id = v.prepared_by_id JOIN users r ON r.id = v.reviewed_by_id
        JOIN users b ON b.id = v.booked_by_id LEFT JOIN users c ON c.id = v.cashier_id
    ORDER BY v.court_code, v.year, v.number
"""
POSTINGS = f"""
    SELECT p.voucher_id, v.court_code, {CITED} AS cited, p.line, p.movement, p.debit, p.credit, p.amount, p.case_ref,
        p.source_ref, p.debtor_ref, c.number
    FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
        LEFT JOIN cases c ON c.id = CAST(substr(p.case_ref, 6) AS INTEGER)
    ORDER BY v.court_code, v.year, v.number, p.line
"""
# The kinds of their columns in a workbook: number, text, day, moment, amount of money.
SHEETS = ((VOUCHERS, "ntnntnttddmttnattttttnnntt"), (POSTINGS, "nttntttatttt"))
LOOKS = {
    "n": {"num_format": "0"},
    "t": {"text_wrap": True},
    "d": {"num_format": "yyyy-mm-dd"},
    "m": {"num_format": "yyyy-mm-dd hh:mm"},
    "a": {"num_format": "#,##0.00"},
}
# The national form: of each posting one line that debits and one that credits; before them, of each part of an account,
# what it had and what moved in every month.
XML = f"""
    SELECT v.posted_on, v.year, {WORD}, v.kind_number, v.summary, p.debit, p.credit, p.amount, p.case_ref,
        p.source_ref, v.attachments, v.prepared_by_id, v.reviewed_by_id, v.booked_by_id
    FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id ORDER BY v.year, v.number, p.line
"""
BY_CASE, BY_SOURCE = "1218.01", ("1218.01", "1002.01")
SIDE = """
    SELECT p.{side} AS account, CASE WHEN p.{side} = '1218.01' THEN p.case_ref ELSE '' END AS by_case,
        CASE WHEN p.{side} IN ('1218.01', '1002.01') THEN p.source_ref ELSE '' END AS by_source, v.month,
        {debit} AS debit, {credit} AS credit
    FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
"""
MOVED = f"""
    SELECT account, by_case, by_source, month, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM (
        {SIDE.format(side="debit", debit="p.amount", credit="0")} UNION ALL
        {SIDE.format(side="credit", debit="0", credit="p.amount")}
    ) moved GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class RawExport(Raw):
    def csv(self) -> float:
        """Vouchers and postings by the engine's own export: the program sqlite3 in CSV mode, or COPY."""
        with tempfile.TemporaryDirectory() as folder:
            return seconds(lambda: [self._copied(Path(folder) / "out.csv", one) for one in (VOUCHERS, POSTINGS)])

    def xlsx(self) -> float:
        """The same through XlsxWriter with constant memory, cell by cell."""
        with tempfile.TemporaryDirectory() as folder:
            return seconds(lambda: self._workbook(f"{folder}/out.xlsx"))

    def xml(self) -> float:
        """Every line in the elements of the national form, by plain writing of strings."""
        with tempfile.TemporaryDirectory() as folder:
            return seconds(lambda: self._xml(Path(folder) / "out.xml"))

    def _copied(self, target: Path, question: str) -> None:
        if self.on_sqlite:
            with target.open("wb") as file:
                command = ["sqlite3", "-csv", "-header", "-readonly", self.address, question]
                subprocess.run(command, stdout=file, check=True)
            return
        with target.open("wb") as file, self.cursor.copy(f"COPY ({question}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for data in copy:
                file.write(data)

    def _workbook(self, target: str) -> None:
        with xlsxwriter.Workbook(target, {"constant_memory": True, "remove_timezone": True}) as workbook:
            edge = {"border": 1, "valign": "vcenter"}
            looks = {kind: workbook.add_format(edge | look) for kind, look in LOOKS.items()}
            for question, kinds in SHEETS:
                page = workbook.add_worksheet()
                for at, row in enumerate(self._stream(question)):
                    for column, (kind, cell) in enumerate(zip(kinds, row, strict=True)):
                        if cell is None:
                            page.write_blank(at, column, None, looks[kind])
                        elif kind == "t":
                            page.write_string(at, column, cell, looks[kind])
                        elif kind == "n":
                            page.write_number(at, column, cell, looks[kind])
                        elif kind == "a":
                            page.write_number(at, column, cell / 100, looks[kind])
                        else:  # SQLite has days and moments as text
                            day = datetime.fromisoformat(cell) if self.on_sqlite else cell
                            page.write_datetime(at, column, day, looks[kind])

    def _xml(self, target: Path) -> None:
        names = dict(self._run("SELECT id, name FROM users").fetchall())
        with target.open("w", encoding="gb18030") as file:
            file.write('<?xml version="1.0" encoding="GB18030"?>\n<总账>\n')
            for part, months in itertools.groupby(self._stream(MOVED), key=lambda row: row[:3]):
                _balances(file, part, {int(month[5:]): (debit, credit) for *_, month, debit, credit in months})
            for day, year, kind, number, summary, debit, credit, amount, case, source, papers, *hands in self._stream(
                XML
            ):
                on, told, yuan = str(day).replace("-", ""), escape(summary), _yuan(amount)
                maker, reviewer, booker = (escape(names[hand]) for hand in hands)
                for line, account, left, right in ((1, debit, yuan, "0.00"), (2, credit, "0.00", yuan)):
                    parts = _parts(case if account == BY_CASE else "", source if account in BY_SOURCE else "")
                    file.write(
                        f"<记账凭证><记账凭证日期>{on}</记账凭证日期><会计年度>{year}</会计年度><会计期间号>{int(on[4:6])}"
                        f"</会计期间号><记账凭证类型编号>{kind}</记账凭证类型编号><记账凭证编号>{kind}{number:04d}"
                        f"</记账凭证编号><记账凭证行号>{line}</记账凭证行号><记账凭证摘要>{told}</记账凭证摘要>"
                        f"<科目编号>{account.replace('.', '')}</科目编号>{parts}"
                        f"<币种编码>CNY</币种编码><借方原币金额>{left}</借方原币金额><借方本币金额>{left}"
                        f"</借方本币金额><贷方原币金额>{right}</贷方原币金额><贷方本币金额>{right}</贷方本币金额>"
                        f"<附件数>{papers}</附件数><制单人>{maker}</制单人><审核人>{reviewer}</审核人><记账人>{booker}"
                        "</记账人><记账标志>1</记账标志><作废标志>0</作废标志><凭证来源系统/></记账凭证>\n"
                    )
            file.write("</总账>\n")


def _balances(file: Any, part: tuple[str, str, str], months: dict[int, tuple[int, int]]) -> None:
    (account, case, source), balance = part, 0
    divided = _parts(case, source)
    for month in range(min(months), 13):
        debit, credit = months.get(month, (0, 0))
        opening, balance = balance, balance + debit - credit
        had, has, left, right = (f"{fen // 100}.{fen % 100:02d}" for fen in (abs(opening), abs(balance), debit, credit))
        file.write(
            f"<科目余额及发生额><科目编号>{account.replace('.', '')}</科目编号>{divided}"
            f"<期初余额方向>{'贷' if opening < 0 else '借'}</期初余额方向>"
            f"<期末余额方向>{'贷' if balance < 0 else '借'}</期末余额方向><币种编码>CNY</币种编码>"
            f"<会计年度>2018</会计年度><会计期间号>{month}</会计期间号><期初原币余额>{had}</期初原币余额>"
            f"<期初本币余额>{had}</期初本币余额><借方原币金额>{left}</借方原币金额><借方本币金额>{left}</借方本币金额>"
            f"<贷方原币金额>{right}</贷方原币金额><贷方本币金额>{right}</贷方本币金额><期末原币余额>{has}"
            f"</期末原币余额><期末本币余额>{has}</期末本币余额></科目余额及发生额>\n"
        )


def _parts(case: str, source: str) -> str:
    """By what an account is divided."""
    by_case = f"<辅助项1编号>{case}</辅助项1编号>" if case else ""
    return by_case + (f"<辅助项2编号>{source}</辅助项2编号>" if source else "")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def main(address: str) -> None:
    one = RawExport(address)
    serve({work: getattr(one, work) for work in "csv xlsx xml".split()})


if __name__ == "__main__":
    main(*sys.argv[1:])
