"""Addresses that nobody's page made: numbers beyond what a record can have are no record, never a failure."""

import pytest

from fundapp.users.rules import Role
from tests.builders.people import a_user

BEYOND = ["2147483648", "9223372036854775808", "9" * 30, "9" * 5000]


@pytest.mark.parametrize("number", BEYOND, ids=len)
def test_a_number_that_no_record_can_have_is_no_page(app, sign_in, number):
    client = sign_in(a_user(Role.AUDITOR))
    assert client.get(f"/cases/{number}").status_code == 404
    assert client.get(f"/ledger/vouchers/{number}.pdf").status_code == 404


@pytest.mark.parametrize("cursor", ["after", "before"])
@pytest.mark.parametrize("number", BEYOND, ids=len)
def test_a_place_that_no_list_has_is_its_beginning(app, sign_in, cursor, number):
    page = sign_in(a_user(Role.AUDITOR)).get(f"/users?{cursor}={number}")
    assert page.status_code == 200
    assert "user" in page.text
