"""The shape of what the pages of oversight may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, FilterForm, Form, TextField, required


class TrailFilter(FilterForm):
    """What the trail is narrowed by."""

    court = ChoiceField(_l("法院"))
    event = ChoiceField(_l("事项"))
    subject = TextField(_l("事项标识"), longest=60, render_kw={"placeholder": "voucher:12"})


class HandOutForm(Form):
    """To whom an anchor sheet is handed, and where it will lie."""

    recipient = TextField(
        _l("接收单位"),
        [required("请填写接收存证单的单位，例如岳阳市审计局。")],
        longest=100,
        description=_l("填写单位名称，不写个人姓名。"),
    )
    kept_at = TextField(_l("保管处"), [required("请填写存证单保管在哪里，例如审计局档案室保险柜。")], longest=100)


class VerifyForm(Form):
    """A verification asks for nothing but the start itself."""
