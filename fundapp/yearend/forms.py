"""The shape of what the closing pages may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, FilterForm, Form, WholeNumberField, required


class ClosingFilter(FilterForm):
    """Which court's closing is looked at, and which year's."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))


class CloseForm(Form):
    """Closing asks for nothing but the confirmation itself."""


class ExportForm(Form):
    """Which year's package is made."""

    year = WholeNumberField(_l("年度"), [required("请填写年度，例如 2018。")])
