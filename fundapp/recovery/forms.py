"""The shape of what the recovery pages may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    NO_NAMES,
    ChoiceField,
    DayField,
    FilterForm,
    Form,
    TextField,
    VersionField,
    YesNoField,
    required,
)
from fundapp.core.words import N_


class AllocateForm(Form):
    """The day of the voucher; the three parts are computed, not typed."""

    seen_version = VersionField()
    business_date = DayField(
        _l("记账日期"),
        [required(N_("请填写记账日期。"))],
        description=_l("一般为到账当日；到账月份已结账的，改填未结账月份的日期。"),
    )
    note = TextField(_l("备注"), longest=200, description=NO_NAMES)


class RecoveryFilter(FilterForm):
    """What the list of recoveries is narrowed by."""

    text = TextField(_l("案号或当事人"), longest=60)
    order = ChoiceField(_l("分配次序"))
    is_open = YesNoField(_l("只看未收回"))


class DebtorFilter(FilterForm):
    """What the list of debtors is narrowed by."""

    text = TextField(_l("被执行人"), longest=60)


class WaitingFilter(FilterForm):
    """What the list of receipts to be split is narrowed by."""

    text = TextField(_l("案号、付款人或流水号"), longest=60)
