"""The command of opening balances, for large files."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from fundapp.core.commands import plainly
from fundapp.core.db import transaction
from fundapp.core.money import plain
from fundapp.core.spreadsheet import MAX_BYTES, write_xlsx
from fundapp.courts import queries as courts
from fundapp.ledger import service as ledger
from fundapp.openings import rules, service
from fundapp.openings.sheets import refused_sheet
from fundapp.users import service as users


@click.group("ledger")
def ledger_group() -> None:
    """The books."""


@ledger_group.command("import-opening")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--court", "court_code", required=True, help="Code of the court whose books begin with these balances.")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day before the first posting period."
)
@click.option("--sheet", help="Name of the worksheet; by default the one named CODE, else the first.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what is wrong with the file.")
@with_appcontext
@plainly
def import_opening(file: Path, court_code: str, day: datetime, sheet: str | None, is_dry_run: bool) -> None:
    """Check an .xlsx or .csv FILE of opening balances and send it to the court's finance reviewer.

    Nothing is posted here: the reviewer sees every line on the site and posts them. Refused rows are told with cells
    and reasons, and written to FILE.faults.xlsx. Ends with status 1 when anything is wrong.
    """
    courts.court(court_code)
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)  # one byte more than is accepted: enough to be refused
    with transaction(court_code):
        operator = users.operator(court_code)
        opening = service.check_file(data, file.name, day=day.date(), actor=operator, sheet=sheet)
        rows = rules.kept_rows(opening.faults)
        told = f"{opening.line_count}行  借方 {plain(opening.debit)}  贷方 {plain(opening.credit)}"
        if not rows and not is_dry_run:
            ledger.request_opening(opening.id, seen_version=opening.version, actor=operator)
            told += f"  已送财务复核（期初余额导入第{opening.id}号），复核同意后入账"
    click.echo(told)
    _tell(rows, file)


def _tell(rows: list[rules.FaultyRow], file: Path) -> None:
    if not rows:
        return
    for row in rows:
        where = f"第{row.row}行  {row.cell}" if row.row else row.cell
        click.echo(f"{where}  {row.reason}")
    beside = file.with_name(f"{file.name}.faults.xlsx")
    write_xlsx(str(beside), [refused_sheet(rows)])
    count = sum(len(row.faults) for row in rows)
    raise click.ClickException(f"有{count}处错误，没有导入任何余额；已写入 {beside}，更正后可再次导入。")
