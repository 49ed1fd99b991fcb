"""``figures``, ``verify`` and ``anchor``: the fund's state for other programs, for the nightly run and for auditors."""

import json
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import with_appcontext

from fundapp.core import clock, signing
from fundapp.core.commands import plainly
from fundapp.core.db import snapshot
from fundapp.courts import queries as courts
from fundapp.oversight import checks, nightly, queries
from fundapp.trail import proofs
from fundapp.trail.rules import Anchor, anchors_of, is_of_anchors


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line; amounts are strings of yuan.")
@with_appcontext
@plainly
def figures(as_json: bool) -> None:
    """The fund's figures over all courts."""
    told = queries.figures(courts.codes()).told()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        click.echo(f"{name:28} {value:>20}")


@click.command()
@click.option(
    "--anchor", "given", multiple=True, help="The text of an anchor sheet, or a file with one or several; repeatable."
)
@click.option("--record", "is_recorded", is_flag=True, help="Take the result down, as the nightly run does.")
@with_appcontext
@plainly
def verify(given: tuple[str, ...], is_recorded: bool) -> None:
    """Re-compute the books, walk the chains, and hold signed heads and anchors against them; status 1 when one
    fails."""
    anchors = [anchor for one in given for anchor in _anchors(one)]
    found = []
    with snapshot():
        for name, problem in checks.checks():
            click.echo(f"OK    {name}" if problem is None else f"FAIL  {name}: {problem}")
            found.append((name, problem))
        proved = proofs.proved(anchors, signing.known_keys())
    for anchor, problem in proved:
        click.echo(f"OK    {_cited(anchor)}: 与现有留痕相符" if problem is None else f"FAIL  存证码: {problem}")
    if is_recorded:
        nightly.record(found)
    if any(problem is not None for _what, problem in [*found, *proved]):
        raise click.ClickException("核验未通过：请停止办理业务，保全数据库，并通知审计人员。")


def _anchors(given: str) -> list[Anchor]:
    """The anchors of a text, or of a file; line ends do not count, each begins where its first word stands."""
    if is_of_anchors(given):
        return anchors_of(given)
    try:
        text = Path(given).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise click.ClickException(
            f"“{given[:60]}”既不是以 fund-anchor/1 开头的存证码，也不是可读的文件，请核对后重试。"
        ) from unreadable
    anchors = anchors_of(text)
    if not anchors:
        raise click.ClickException(f"文件“{given[:60]}”中没有存证码，请核对文件后重试。")
    return anchors


def _cited(anchor: Anchor) -> str:
    return f"{anchor.court_code}第{anchor.length}条的存证码（{clock.local(anchor.signed_at):%Y-%m-%d %H:%M}签名）"


@click.group("anchor")
def anchor_group() -> None:
    """Signed heads of the trail: the proof that can be kept outside."""


@anchor_group.command("key")
@with_appcontext
def key() -> None:
    """Print the fingerprint and the public key with which signatures are checked."""
    public = signing.public_key()
    click.echo(f"{signing.fingerprint(public)}  {public.hex()}")


@anchor_group.command("sign")
@with_appcontext
@plainly
def sign() -> None:
    """Sign each chain that has grown since it was last signed, and print the heads; for a timer, every hour."""
    _tell(nightly.sign_heads())


def _tell(anchors: Iterable[Anchor]) -> None:
    for anchor in anchors:
        click.echo(anchor.text)
