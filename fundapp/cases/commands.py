"""The commands of the register."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from fundapp.cases import service
from fundapp.cases.service import ImportResult
from fundapp.cases.sheets import rejected_sheet
from fundapp.core.commands import plainly
from fundapp.core.db import transaction
from fundapp.core.spreadsheet import MAX_BYTES, write_xlsx
from fundapp.courts import queries as courts
from fundapp.users import service as users


@click.group("cases")
def cases_group() -> None:
    """The register of enforcement cases."""


@cases_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--court", "court_code", required=True, help="Code of the court whose cases the file lists.")
@click.option("--sheet", help="Name of the worksheet; by default the one named CODE, else the first.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what would come of it.")
@with_appcontext
@plainly
def import_cases(file: Path, court_code: str, sheet: str | None, is_dry_run: bool) -> None:
    """Import a list of cases from an .xlsx or .csv FILE.

    Rejected rows are told with cells and reasons, and written to FILE.rejected.xlsx, to be corrected and imported.
    Ends with status 1 when a row was rejected or the file refused.
    """
    courts.court(court_code)
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)  # one byte more than is accepted: enough to be refused
    with transaction(court_code):
        result = service.run_import(
            data,
            file.name,
            court_code=court_code,
            is_dry_run=is_dry_run,
            actor=users.operator(court_code),
            sheet=sheet,
        )
    _tell(result, file)


def _tell(result: ImportResult, file: Path) -> None:
    click.echo(f"新登记 {result.new}  已登记 {result.known}  未通过 {len(result.rejected)}")
    if not result.rejected:
        return
    for row in result.rejected:
        click.echo(f"第{row.row}行  {row.cell}  {row.reason}")
    beside = file.with_name(f"{file.name}.rejected.xlsx")
    write_xlsx(str(beside), [rejected_sheet(result.rejected)])
    raise click.ClickException(f"有{len(result.rejected)}行未通过，已写入 {beside}，更正后可再次导入。")
