"""What was seen is what is decided on."""

import pytest

from fundapp.core.errors import StaleRecord
from fundapp.core.versions import check_seen


@pytest.mark.parametrize("seen", [1, 3])
def test_what_was_not_seen_is_not_decided(seen):
    check_seen(current_version=2, seen_version=2)
    with pytest.raises(StaleRecord, match="请重新打开"):
        check_seen(current_version=2, seen_version=seen)
