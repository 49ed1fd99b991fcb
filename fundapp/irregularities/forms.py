"""The shape of what the exceptions list may be narrowed by."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, FilterForm


class IrregularityFilter(FilterForm):
    """Which court's doubts, and of which year."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))
