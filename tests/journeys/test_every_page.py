"""Every page there is, over a played year: it answers, keeps its door, and can be read on any screen by anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from jinja2 import Template

from fundapp.core.config import ROOT
from fundapp.core.statements import declared
from fundapp.users.rules import Role
from tests.browsing import check_accessible
from tests.builders.people import COURT, OTHER_COURT, a_user
from tests.journeys.desk import OVERFLOW, Desk
from tests.journeys.every_page import House, Place, furnished

PHONE_WIDTH, DESK_WIDTH, HEIGHT = 390, 1366, 768
NO_PAGES = {"components", "documents", "layouts"}
OWN = {"yearend.progress", "ledger.print_progress", "ledger.print_file", "auditing.progress", "auditing.sample_file"}
ERRORS_OF_POSTS = {f"errors/{status}.html" for status in (400, 401, 409, 413, 500)}


@pytest.fixture(scope="module")
def house(databases) -> Iterator[House]:
    """Played once for all tests of this module, none of which changes anything."""
    with databases("sqlite").fresh(None) as application:
        yield furnished(application)


@pytest.fixture
def app(house: House) -> Flask:
    return house.app


@pytest.fixture
def live_app(house: House) -> Flask:
    return house.app


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_every_page_opens_to_its_posts_and_to_nobody_else(house, sign_in, role):
    clients = {}
    for place in house.places():
        if place.court_code not in clients:
            user = house.holder(role, place.court_code)
            clients[place.court_code] = sign_in(user, house.password_in(place.court_code))
        if role not in place.roles:
            assert clients[place.court_code].get(place.address).status_code == 403, place
        elif is_own(place, role):
            with clients[place.court_code].get(place.address) as answer:
                assert answer.status_code == 200, place
                assert (answer.mimetype == "text/html") is place.is_page, place


def is_own(place: Place, role: Role) -> bool:
    """A progress page opens to the one whose work it is."""
    return place.endpoint not in OWN or role is owner(place)


def owner(place: Place) -> Role:
    """Who started the work of a progress page."""
    return Role.AUDITOR if place.endpoint.startswith("auditing.") else Role.FINANCE_REVIEWER


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_lists_of_a_court_that_has_nothing_yet_say_what_to_do(house, sign_in, role):
    """Not even its books are open."""
    client = sign_in(a_user(role, court_code=OTHER_COURT))
    for place in house.places():
        if role in place.roles and place.is_page and not any(sign.isdigit() for sign in place.address):
            if place.endpoint in OWN | {"ledger.account", "ledger.parts", "courts.edit"}:
                continue
            assert client.get(place.address).status_code == 200, place


@pytest.mark.browser
@pytest.mark.journey
def test_every_page_can_be_read_on_a_desk_and_on_a_phone(house, visit):
    rendered: set[str] = set()

    def note(_app: Flask, template: Template, **_: object) -> None:
        rendered.add(template.name or "")

    desks: dict[tuple[Role, str], Desk] = {}
    problems: list[str] = []
    with template_rendered.connected_to(note, house.app):
        for place in house.places():
            if not place.is_page:
                continue
            who = (visitor(place), place.court_code)
            if who not in desks:
                desks[who] = Desk(visit()).sign_in(house.holder(*who), house.password_in(place.court_code))
            problems += problems_of(desks[who], place)
        problems += problems_of_refusals(desks, house)
    assert not problems, "\n\n".join(problems)
    assert sorted(pages() - rendered - ERRORS_OF_POSTS) == [], "templates that no page of this walk showed"


SCROLLING = """() => [...document.querySelectorAll(".statement .table-responsive")]
    .filter(box => box.scrollWidth > box.clientWidth).map(box => box.getAttribute("aria-label"))"""


@pytest.mark.browser
@pytest.mark.journey
def test_every_column_of_a_statement_stands_on_a_desk_at_once(house, visit):
    desk = Desk(visit()).sign_in(house.holder(Role.PRESIDENT, house.played), house.password_in(house.played))
    places = [place.address for place in house.places() if place.endpoint == "yearend.statement"]
    assert len(places) == len(declared())
    scrolling = {}
    for address in places:
        desk.window.set_viewport_size({"width": DESK_WIDTH, "height": HEIGHT})
        desk.window.goto(address)
        scrolling[address] = desk.window.evaluate(SCROLLING)
    assert not {address: found for address, found in scrolling.items() if found}


def visitor(place: Place) -> Role:
    """The first post that the door lets in; a progress page belongs to the one who started the work."""
    return owner(place) if place.endpoint in OWN else next(r for r in Role if r in place.roles)


def problems_of(desk: Desk, place: Place, status: int = 200) -> list[str]:
    """What stands in the way of a reader on this page; it is opened at one width and then turned to the other."""
    problems = []
    answer = desk.window.goto(place.address)
    if answer is None or answer.status != status:
        problems.append(f"{place}: {answer and answer.status}")
    size = desk.window.viewport_size or {"width": DESK_WIDTH}
    for width in (size["width"], DESK_WIDTH + PHONE_WIDTH - size["width"]):
        desk.window.set_viewport_size({"width": width, "height": HEIGHT})
        if (wider := desk.window.evaluate(OVERFLOW)) > 0:
            problems.append(f"{place}: {wider} pixels wider than a window of {width}")
    try:
        check_accessible(desk.window)
    except AssertionError as found:
        problems.append(f"{place}: {found}")
    return problems


def problems_of_refusals(desks: dict[tuple[Role, str], Desk], house: House) -> list[str]:
    """The pages that say no: not there, not allowed, not this way, not possible."""
    desk = desks[Role.CASE_HANDLER, COURT]
    roster = f"/ceremonies/{house.unlisted}/roster.pdf"
    problems = []
    for address, status in (("/no-such-page", 404), ("/trail", 403), ("/sign-out", 405), (roster, 422)):
        problems += problems_of(desk, Place("", address, COURT, frozenset()), status)
    return problems


def pages() -> set[str]:
    """The templates that are pages, by the name by which views render them."""
    folder = Path(ROOT) / "templates"
    found = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.html")}
    return {name for name in found if name.split("/")[0] not in NO_PAGES and not name.split("/")[1].startswith("_")}
