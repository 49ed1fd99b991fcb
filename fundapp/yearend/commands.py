"""The commands of the audit package."""

import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from fundapp.core.commands import plainly
from fundapp.core.db import transaction
from fundapp.courts import queries as courts
from fundapp.users import service as users
from fundapp.yearend import checker, package, queries, rules, service
from fundapp.yearend.replay import replay

BAR_WIDTH = 30


@click.group("audit")
def audit_group() -> None:
    """The audit package of a year."""


@audit_group.command("export")
@click.option("--year", type=int, required=True, help="The year of the package.")
@click.option("--court", "only", multiple=True, help="Code of a court; may be given again. All courts without it.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The ZIP file to write.")
@click.option("--unmasked", "is_unmasked", is_flag=True, help="Name persons whole; asks for --reason.")
@click.option("--reason", default="", help="Why persons are to be named whole; kept with the package.")
@with_appcontext
@plainly
def export(year: int, only: tuple[str, ...], out: Path, is_unmasked: bool, reason: str) -> None:
    """Write the package of a year: the books of all courts of this system, or of those named, and the checker."""
    reason = rules.checked_unmasking(is_unmasked=is_unmasked, reason=reason, may_unmasked=True)
    if not out.parent.is_dir():
        raise click.ClickException(f"没有文件夹“{out.parent}”，请先建立该文件夹，或改用其他位置。")
    known = [court.code for court in courts.courts()]
    if unknown := sorted(set(only) - set(known)):
        raise click.ClickException(f"没有代字为{'、'.join(unknown)}的法院，请核对代字；可用的有{'、'.join(known)}。")
    codes = sorted(set(only) or known)
    rules.check_courts(codes)
    rules.check_has_books(rules.check_year(year), queries.years(codes))
    seat = courts.seat()
    with _bar(str(year)) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        built = package.build(year, codes, out, progress=progress, is_unmasked=is_unmasked)
    try:
        with transaction(seat):
            service.record_package(
                court_code=seat,
                year=year,
                court_codes=codes,
                file_name=out.name,
                digest=built.digest,
                unmasked_for=reason,
                actor=users.operator(seat),
            )
    except BaseException:
        out.unlink()  # a package that is not on record is not handed out
        raise
    click.echo(f"{out}  {built.size:,} bytes  {built.tables} tables  {built.rows:,} rows")
    click.echo(f"SHA-256 {built.digest}")


def _bar(label: str) -> Any:
    return click.progressbar(length=1, label=label, width=BAR_WIDTH, file=sys.stderr)


@audit_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, help="Fingerprint of the court's key, as on its anchor sheets.")
@click.option("--anchor", "anchors", multiple=True, help="An anchor handed out earlier, held against the package.")
def verify(file: Path, keys: tuple[str, ...], anchors: tuple[str, ...]) -> None:
    """Check a package: the ZIP FILE itself, every file in it, and every figure recomputed. Asks no database."""
    try:
        with file.open("rb") as stream:
            figures = package.verify(stream, (*keys, *anchors))
    except ValueError as mistyped:
        raise click.ClickException(f"未作核对：{mistyped}") from mistyped
    except checker.Difference as difference:
        raise click.ClickException(f"核对不符：{difference}") from difference
    except OSError as unreadable:
        raise click.ClickException(f"无法读取{file}：{unreadable.strerror}") from unreadable
    for figure in figures:
        click.echo(figure)
    click.echo("OK 核对无误")


@audit_group.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
@plainly
def replay_books(file: Path) -> None:
    """Rebuild the books of a package in this database, which must be empty, and prove that every balance equals."""
    with file.open("rb") as stream, _bar(file.stem) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        try:
            figures = replay(stream, progress=progress)
        except checker.Difference as difference:
            raise click.ClickException(f"核对不符：{difference}") from difference
    for figure in figures:
        click.echo(figure)
    click.echo("OK 重建一致")
