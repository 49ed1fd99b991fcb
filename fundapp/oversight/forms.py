"""The shape of what the pages of oversight may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, FilterForm, TextField


class TrailFilter(FilterForm):
    """What the trail is narrowed by."""

    court = ChoiceField(_l("法院"))
    event = ChoiceField(_l("事项"))
    subject = TextField(_l("事项标识"), longest=60, render_kw={"placeholder": "voucher:12"})
