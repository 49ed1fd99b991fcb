"""Roles, permissions, incompatible posts, names and passwords."""

import itertools

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.users import rules
from fundapp.users.rules import GROUPS, LABELS, MATRIX, READS_LOWER_COURTS, Permission, Role

LETTERS = {
    "H": Role.CASE_HANDLER,
    "D": Role.BUREAU_DIRECTOR,
    "FC": Role.FINANCE_CLERK,
    "FR": Role.FINANCE_REVIEWER,
    "VP": Role.VICE_PRESIDENT,
    "P": Role.PRESIDENT,
    "AU": Role.AUDITOR,
    "AD": Role.ADMINISTRATOR,
    "SA": Role.SECURITY_ADMINISTRATOR,
}
FUND = "H D FC FR VP P AU"
WATCHING = "D FC FR VP P AU"

# Written down from the authorisation matrix of the design, not from the code: the first hand of an act in the register
# of permissions, each with the posts that may. Finance prepares (FC) and reviews (FR); handlers ask; leaders sign.
AGREED = {
    "case.edit": "H",
    "case.import": "H",
    "case.read": FUND,
    "party.reveal": "H FC AU",
    "account.verify": "FC",
    "advance.read": FUND,
    "advance.request": "H",
    "advance.sign": "D FR VP P",
    "batch.read": WATCHING,
    "batch.build": "FC",
    "batch.sign": "FR",
    "batch.result": "FC",
    "source.read": WATCHING,
    "source.edit": "FC",
    "receipt.record": "FC",
    "receipt.confirm": "FR",
    "case_money.read": FUND,
    "case_money.record": "FC",
    "case_money.confirm": "FR",
    "payout.request": "H",
    "payout.approve": "D",
    "payout.pay": "FR",
    "recovery.read": FUND,
    "recovery.allocate": "FR",
    "ceremony.read": FUND,
    "ceremony.plan": "FC",
    "ceremony.freeze": "VP",
    "ceremony.hand_over": "H FC",
    "ceremony.close": "FR",
    "ledger.read": WATCHING,
    "correction.request": "FC",
    "correction.confirm": "FR",
    "opening.request": "FC",
    "opening.confirm": "FR",
    "month.close": "FR",
    "year.close_request": "FR",
    "year.close": "P",
    "audit.export": "FR AU",
    "audit.export_unmasked": "AU",
    "irregularity.read": "VP P AU",
    "bounds.issue": "P",
    "dossier.read": "D FR VP P AU",
    "sample.draw": "AU",
    "finding.read": FUND,
    "finding.record": "AU",
    "finding.answer": "D FR VP P",
    "finding.prove": "H D FC FR VP P",
    "finding.close": "AU",
    "note.write": "AU",
    "reopening.request": "FR",
    "reopening.audit": "AU",
    "reopening.approve": "P",
    "anchor.read": "P AU",
    "anchor.hand_out": "AU",
    "books.verify": "AU",
    "trail.read": "P AU",
    "overview.read": FUND,
    "terms.read": FUND,
    "terms.issue": "P",
    "user.read": "AD SA P AU",
    "user.create": "AD",
    "role.grant": "SA",
    "court.edit": "AD",
}


@pytest.mark.parametrize("permission", Permission, ids=lambda permission: permission.value)
def test_each_permission_belongs_to_the_posts_of_the_design(permission):
    assert MATRIX[permission] == {LETTERS[letter] for letter in AGREED[permission.value].split()}


def test_the_matrix_speaks_of_every_permission_and_of_no_other():
    assert MATRIX.keys() == set(Permission)
    assert AGREED.keys() == {permission.value for permission in Permission}


def test_administrators_touch_no_money_and_see_no_party():
    """I23."""
    housekeeping = {Permission.COURT_EDIT, Permission.USER_READ, Permission.USER_CREATE, Permission.ROLE_GRANT}
    for role in (Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        assert {permission for permission in Permission if role in MATRIX[permission]} <= housekeeping


def test_the_auditor_reads_everything_and_changes_nothing():
    may = {permission.value for permission in Permission if Role.AUDITOR in MATRIX[permission]}
    takes_away = {"party.reveal", "audit.export", "audit.export_unmasked", "anchor.hand_out", "books.verify"}
    answers = {"reopening.audit"}  # whether a closed year may be opened again
    audits = {"sample.draw", "finding.record", "finding.close", "note.write"}
    assert may == {one.value for one in Permission if one.value.endswith(".read")} | takes_away | answers | audits


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("source.edit", "receipt.confirm"),
        ("receipt.record", "receipt.confirm"),
        ("correction.request", "correction.confirm"),
        ("opening.request", "opening.confirm"),
        ("batch.build", "batch.sign"),
        ("case_money.record", "case_money.confirm"),
        ("payout.approve", "payout.pay"),
        ("user.create", "role.grant"),
    ],
)
def test_two_hands_of_one_act_are_two_posts_that_one_person_may_not_hold(first, second):
    """Where one person may hold both (handler and director), the act itself refuses the same hand."""
    for one, other in itertools.product(MATRIX[Permission(first)], MATRIX[Permission(second)]):
        assert rules.clash(one, other)


def test_every_permission_and_role_has_its_word_and_stands_in_one_group():
    grouped = [permission for _, permissions in GROUPS for permission in permissions]
    assert sorted(one.value for one in grouped) == sorted(one.value for one in Permission)
    assert all(one in LABELS for one in [*Role, *Permission])


# S1: AD, SA, AU beside nobody. S2: H and D not with FC and FR; FC not with FR. S3: not two of D, VP, P.
CLASHES = {frozenset(pair) for alone in ("AD", "SA", "AU") for pair in itertools.product([alone], LETTERS)}
CLASHES |= {frozenset(pair) for pair in itertools.product(("H", "D"), ("FC", "FR"))} | {frozenset({"FC", "FR"})}
CLASHES |= {frozenset(pair) for pair in itertools.combinations(("D", "VP", "P"), 2)}


@pytest.mark.parametrize(("first", "second"), list(itertools.product(LETTERS, LETTERS)))
def test_every_pair_of_posts_is_compatible_or_not(first, second):
    one, other = LETTERS[first], LETTERS[second]
    clashes = first != second and frozenset({first, second}) in CLASHES
    assert rules.clash(one, other) is clashes
    assert (other in rules.excluded_by(one)) is clashes
    if clashes:
        with pytest.raises(RuleViolation, match="不相容岗位"):
            rules.check_compatible([one], other)
    else:
        rules.check_compatible([one], other)


def test_any_of_the_held_roles_excludes():
    with pytest.raises(RuleViolation, match="“财务经办”与该用户已有的“承办人”"):
        rules.check_compatible([Role.VICE_PRESIDENT, Role.CASE_HANDLER], Role.FINANCE_CLERK)


def test_leaders_and_auditors_read_lower_courts():
    assert {LETTERS[letter] for letter in ("D", "VP", "P", "AU")} == READS_LOWER_COURTS


def test_one_acts_in_one_s_own_court_and_not_on_oneself():
    rules.check_acts_here("湘06", "湘06")
    rules.check_not_self(1, 2)
    with pytest.raises(RuleViolation, match="只能办理本院"):
        rules.check_acts_here("湘06", "湘0602")
    with pytest.raises(RuleViolation, match="不能变更本人"):
        rules.check_not_self(1, 1)


@pytest.mark.parametrize("username", ["zh", "zhang.san", "z-1_2", "9lives", "a" * 40])
def test_a_name_to_sign_in_with(username):
    rules.check_username(username)


@pytest.mark.parametrize("username", ["", "z", "Zhang", "张三", "a b", ".a", "a" * 41, "a@b", "ab\n", "ａｂ"])
def test_what_is_no_name_to_sign_in_with(username):
    with pytest.raises(RuleViolation, match="登录名须为"):
        rules.check_username(username)


@pytest.mark.parametrize(
    "password", ["Abcdefgh1234", "abcdefgh12-3", "ABCDEFGH12-3", "Aa1-" * 32, "密码Aa1密码密码密码密码"]
)
def test_a_password_that_is_good(password):
    rules.check_password(password, "zhang.san")


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("Abcdefg1234", "12至128位"),
        ("Aa1-" * 32 + "x", "12至128位"),
        ("abcdefghijkl", "至少三类"),
        ("abcdefgh1234", "至少三类"),
        ("ABCDEFGH1234", "至少三类"),
        ("", "12至128位"),
        ("Zhang.San-2018", "不能包含登录名"),
    ],
)
def test_a_password_that_is_poor(password, told):
    with pytest.raises(RuleViolation, match=told):
        rules.check_password(password, "zhang.san")


def test_a_role_by_its_word():
    assert rules.role_named("auditor") is Role.AUDITOR
    with pytest.raises(RuleViolation, match=r"没有名为“boss”的角色.*auditor"):
        rules.role_named("boss")
