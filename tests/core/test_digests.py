"""The digest of a record: its form is fixed, since what was sealed once is recomputed for ever."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.digests import digest_of


def test_every_part_stands_with_its_length_in_bytes():
    assert digest_of(["湘06", "", "1"]) == hashlib.sha256("5:湘060:1:1".encode()).hexdigest()


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_other_parts_have_another_digest(some, others):
    assert (digest_of(some) == digest_of(others)) is (some == others)
