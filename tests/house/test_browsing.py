"""The browser of the tests looks as closely as the client does: it complains of what a person would stumble over."""

import pytest

from tests.browsing import check_accessible

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1366, 390], ids=["desk", "phone"])
def test_the_door_of_the_house_is_open_to_everybody(visit, width):
    page = visit(viewport={"width": width, "height": 768})
    page.goto("/sign-in")
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "no sideways scrolling"


def test_a_poor_page_is_not_accessible(browser_page):
    browser_page.goto("/sign-in")
    browser_page.evaluate("document.querySelectorAll('label').forEach(label => label.remove())")
    with pytest.raises(AssertionError, match="label"):
        check_accessible(browser_page)


def test_a_window_notes_what_goes_wrong_in_it(live_server, new_visitor):
    visitor = new_visitor()
    visitor.page.goto("/sign-in")
    assert visitor.complaints == []
    visitor.page.evaluate("() => { setTimeout(() => { throw new Error('broken on purpose') }) }")
    visitor.page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)")
    visitor.page.evaluate("document.body.setAttribute('style', 'color: red')")
    visitor.page.wait_for_timeout(200)
    visitor.page.goto(live_server.replace("127.0.0.1", "localhost"))
    told = "\n".join(visitor.complaints)
    assert "broken on purpose" in told
    assert "asked localhost:" in told
    assert "Connecting to 'http://127.0.0.1:9/' violates" in told
    assert "inline style violates" in told
