"""``demo``: plays the story on an empty database and tells its figures from the database."""

from datetime import date
from unicodedata import east_asian_width

import click
from flask import current_app
from flask.cli import with_appcontext

from fundapp.core import clock, jobs
from fundapp.core.commands import migrate_to_head, plainly
from fundapp.core.db import transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import plain
from fundapp.courts import queries as courts
from fundapp.courts import service as court_service
from fundapp.courts.rules import YUEYANG_DISTRICT
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Model
from fundapp.oversight import nightly
from fundapp.oversight import queries as oversight
from fundapp.story import sample
from fundapp.story.audit import audit_year
from fundapp.story.cast import PASSWORD, SUPERIOR_POSTS, Cast, engage
from fundapp.story.plan import YEAR, case_money, district
from fundapp.story.play import CourtYear, close_year
from fundapp.yearend import queries as yearend

SEAT = "湘06"
FIGURES = (
    ("cases_total", "登记案件（件）"),
    ("cases_under_ceiling", "其中2万元以下案件（件）"),
    ("cases_concluded_by_advance", "垫付结案（件）"),
    ("raised", "累计筹集（元）"),
    ("advanced", "累计垫付（元）"),
    ("recovered_to_fund", "追偿收回（元）"),
    ("outstanding", "未收回（元）"),
    ("reserved", "已批未付（元）"),
    ("available", "可用资金（元）"),
    ("ceremony_paid", "兑现大会发放（元）"),
    ("vouchers", "记账凭证（张）"),
    ("trial_balance_difference", "试算平衡差额（元）"),
    ("sources", "资金来源（个）"),
    ("requests_returned", "退回补正（次）"),
    ("requests_refused", "不予垫付（件）"),
    ("requests_withdrawn", "撤回申请（件）"),
    ("payments_failed", "银行付款失败（笔）"),
    ("payments_repeated", "失败后重新支付（笔）"),
    ("advances_recovered_in_full", "垫付款全部收回（件）"),
    ("refunds", "多付退还被执行人（笔）"),
    ("ceremonies", "兑现大会（场）"),
    ("payees_absent", "未到场另行发放（人）"),
)


@click.command()
@with_appcontext
@plainly
def demo() -> None:
    """Play the Yueyang story of 2018 through the real services, on an empty database."""
    migrate_to_head()
    if courts.codes():
        raise RuleViolation("数据库中已有数据，演示不会与真实数据混在一起；请用 FUND_INSTANCE 指定空的目录后再试。")
    plans = district()
    listed = sample.workbook(plans)
    folder = current_app.config["SETTINGS"].instance
    (folder / sample.SHIPPED.name).write_bytes(listed)
    amounts = case_money(plans)
    with clock.at(date(YEAR, 1, 2)):
        seat = found()
    years = [CourtYear(plan, amounts, listed) for plan in plans]
    scenes = [(year.plan.place, name, play) for year in years for name, play in year.scenes()]
    with click.progressbar(scenes, label="2018", item_show_func=_shown, width=30) as told:
        for _place, _name, play in told:
            play()
    close_year(seat)
    audit_year(seat, {year.plan.code: year.cast for year in years})
    nightly.sign_heads()
    for outcome, number, why in (told for year in years for told in year.told):
        click.echo(f"{outcome}  {number}  {why}")
    _tell()
    click.echo(f"\n{YEAR}年度审计包：{_package(seat.auditor.id)}")
    nightly.verify_books()
    click.echo(f"演示账号：各院“代字数字-岗位”，如 0602-handler；密码均为 {PASSWORD}")


def _shown(scene: tuple[str, str, object] | None) -> str:
    return f"{scene[0]} {scene[1]}" if scene else ""


def found() -> Cast:
    """The district with its superior court's people and books."""
    with transaction():
        court_service.found_district(YUEYANG_DISTRICT, seat=SEAT)
    cast = engage(SEAT, SUPERIOR_POSTS)
    with transaction(SEAT):
        ledger.open_books(SEAT, model=Model.OWN_FUNDS, actor=cast.admin)
    return cast


def _package(auditor_id: int) -> str:
    """The superior court's auditor takes the package of the closed year, by the same job as on the page."""
    with clock.at(date(YEAR + 1, 1, 10)), click.progressbar(length=1, label="审计包", width=30) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        kept = jobs.KINDS["audit.export"](progress=progress, user_id=auditor_id, year=YEAR)
    return yearend.package(int(kept), courts.codes(), may_unmasked=False).file_name


def _tell() -> None:
    """The table of what happened, read from the database."""
    scope = courts.codes()
    told = {**vars(oversight.figures(scope)), **vars(oversight.happenings(scope))}
    click.echo("")
    for name, text in FIGURES:
        value = told[name]
        shown = f"{value:,}" if isinstance(value, int) else plain(value)
        click.echo(f"{_padded(text, 30)}{shown:>18}")


def _padded(text: str, width: int) -> str:
    """Text filled up with blanks to a width on a terminal, where a Chinese character takes two places."""
    return text + " " * (width - sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text))
