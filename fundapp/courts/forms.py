"""The shape of what the pages of the register of courts may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, DayField, Form, TextField, VersionField, YesNoField, required
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


class AmountWritingForm(Form):
    """How amounts are written in capitals, and from which day on."""

    effective_from = DayField(_l("启用日期"), [required(N_("请填写启用日期。"))])
    zero_after_wan = YesNoField(_l("万位（亿位）是0而千位不是0时写“零”：壹拾万零柒仟元"))
    zero_after_yuan = YesNoField(_l("元位是0而角位不是0时写“零”：壹仟陆佰捌拾元零叁角"))
    whole_after_jiao = YesNoField(_l("“角”之后写“整”：壹仟肆佰零玖元伍角整"))
