"""Every route is labelled; what is not public is closed to strangers and deaf to posts without a token."""

import enum
import re

from flask import Flask
from werkzeug.routing import Rule

from fundapp.core.doors import Door
from tests.client import TOKEN, writes

# What a stranger may see. A door that is opened to everybody is written down here as well.
PUBLIC = {"static", "users.sign_in", "users.language"}


def rules(app: Flask, method: str) -> list[tuple[Rule, str]]:
    """Every route that takes the method, with an address for it."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            (rule, adapter.build(rule.endpoint, example(rule)))
            for rule in app.url_map.iter_rules()
            if method in rule.methods
        ]


def example(rule: Rule) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = (
            1 if kind in ("IntegerConverter", "RecordNumber") else "house.css" if rule.endpoint == "static" else "x"
        )
    return values


def door(app: Flask, endpoint: str) -> object:
    return getattr(app.view_functions[endpoint], "door", None)


def closed(app: Flask, method: str) -> list[tuple[str, str]]:
    return [
        (rule.endpoint, address) for rule, address in rules(app, method) if door(app, rule.endpoint) is not Door.PUBLIC
    ]


def unlabelled(app: Flask) -> list[str]:
    """Endpoints that say neither who may enter nor that everybody may."""
    return sorted(
        endpoint
        for endpoint in app.view_functions
        if not (
            isinstance(door(app, endpoint), Door)
            or (
                isinstance(door(app, endpoint), tuple)
                and door(app, endpoint)
                and all(isinstance(one, enum.Enum) for one in door(app, endpoint))
            )
        )
    )


def test_every_route_says_who_may_enter(app):
    assert not unlabelled(app)


def test_only_these_doors_are_open_to_strangers(app):
    assert {endpoint for endpoint in app.view_functions if door(app, endpoint) is Door.PUBLIC} == PUBLIC


def test_a_route_without_a_label_is_found():
    forgetful = Flask("forgetful")
    forgetful.add_url_rule("/money", "money", lambda: "yours")
    assert unlabelled(forgetful) == ["money", "static"]


def test_strangers_are_led_to_the_sign_in(app, client):
    open_doors = []
    for endpoint, address in closed(app, "GET"):
        response = client.get(address)
        if response.status_code != 302 or "/sign-in" not in response.headers["Location"]:
            open_doors.append(f"{endpoint} answered {response.status}")
    assert not open_doors


def test_strangers_posts_are_refused_with_and_without_a_token(app, client):
    token = the_token(app, client)
    open_doors = []
    for endpoint, address in closed(app, "POST"):
        for data in ({}, {TOKEN: token}):
            with writes(app).watched() as written:
                response = client.post(address, data=data)
            if response.status_code not in {400, 401} or written:
                open_doors.append(f"{endpoint} answered {response.status}, wrote {sorted(written)}")
    assert not open_doors


def test_public_posts_are_deaf_without_a_token(app, client):
    public = {rule.endpoint: address for rule, address in rules(app, "POST") if door(app, rule.endpoint) is Door.PUBLIC}
    hearing = [endpoint for endpoint, address in public.items() if client.post(address).status_code != 400]
    assert not hearing
    assert public.keys() >= {"users.sign_in"}


def test_get_is_never_the_way_to_change_something(app):
    """A place with the name of an act takes posts: to a get it shows its form at most."""
    acts = re.compile(r"(^|[./_])(delete|remove|revoke|reverse|close|pay|freeze|withdraw)$")
    suspicious = [
        rule.endpoint for rule in app.url_map.iter_rules() if acts.search(rule.endpoint) and "POST" not in rule.methods
    ]
    assert not suspicious


def the_token(app: Flask, client) -> str:
    with app.test_request_context():
        address = app.url_for("users.sign_in")
    return re.search(rf'name="{TOKEN}"[^>]*value="([^"]+)"', client.get(address).text)[1]
