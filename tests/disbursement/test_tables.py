"""What the audit package tells of the bank's answers."""

from fundapp.core.tables import TABLES, Scope
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.people import COURT


def problems(*, is_unmasked: bool) -> str:
    [lines] = [table for table in TABLES if table.name == "result_lines"]
    return str([row[-1] for row in lines.rows(Scope((COURT,), 2018, is_unmasked))])


def test_the_payees_that_a_refused_line_cites_leave_masked(app):
    [line] = a_sent_batch("8000.00").lines
    imported(told(line, 收款账号名称="欧阳建国"))
    assert "欧阳建国" in problems(is_unmasked=True) and line.payee in problems(is_unmasked=True)
    assert "欧阳**" in problems(is_unmasked=False)
    assert "欧阳建国" not in problems(is_unmasked=False) and line.payee not in problems(is_unmasked=False)
