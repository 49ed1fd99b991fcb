"""The shape of what the pages of the register of courts may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, Form, TextField, VersionField, required
from fundapp.core.words import N_


class NewForm(Form):
    """One more court."""

    code = TextField(
        _l("法院代字"),
        [required(N_("请填写法院代字。"))],
        longest=10,
        description=_l("案号中的法院代字，例如 湘0602；登记后不能更改。"),
    )
    name = TextField(_l("法院名称"), [required(N_("请填写法院名称。"))], longest=100)
    parent_code = ChoiceField(_l("上级法院"))


class EditForm(Form):
    """A corrected name."""

    name = TextField(_l("法院名称"), [required(N_("请填写法院名称。"))], longest=100)
    seen_version = VersionField()
