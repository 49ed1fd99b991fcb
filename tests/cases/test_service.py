"""Acts on cases and their parties: what they keep, what they refuse, what they leave on the trail."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from fundapp.cases import queries, service
from fundapp.cases.models import Case
from fundapp.cases.rules import (
    AccountKind,
    CaseNumberError,
    CaseStatus,
    ClaimCategory,
    IdentityError,
    PartyKind,
    PartyRole,
)
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import yuan
from fundapp.story import people
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.cases import FILED_ON, a_case, a_creditor, a_debtor, a_number, an_account
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder

SCOPE = frozenset({COURT})


def register(actor, **facts):
    told = {
        "number": a_number(),
        "filed_on": FILED_ON,
        "category": ClaimCategory.LOAN,
        "claim": yuan("8000"),
        "parties": [a_creditor(), a_debtor()],
    } | facts
    with transaction(COURT):
        return service.register(actor=actor, **told)


def last(subject):
    return trail.history(subject)[-1]


def test_a_case_is_registered_with_its_parties_sealed_masked_and_told_of_once(app):
    handler = a_user(Role.CASE_HANDLER)
    number = a_number()
    creditor = a_creditor(phone="13000000000")
    case = register(handler, number=number.replace("（", "(").replace("）", ") "), parties=[creditor, a_debtor()])
    assert (case.number, case.claim, case.status) == (number, yuan("8000.00"), CaseStatus.IN_PROGRESS)
    assert (case.court_code, case.handler_id, case.version) == (COURT, handler.id, 1)
    [kept] = case.creditors
    assert (kept.identity, kept.phone, kept.phone_mask) == (creditor.identity, "13000000000", "130****0000")
    assert kept.identity_mask == creditor.identity[:4] + "*" * 10 + creditor.identity[-4:]
    assert kept.account.number_mask == f"{creditor.account.number[:4]} **** **** {creditor.account.number[-4:]}"
    assert kept.account.verified_on is None and kept.account.registered_by_id == handler.id
    [entry] = trail.history(case.subject)
    assert entry.event is Event.CASE_REGISTERED and entry.told == {"number": number, "claim": "8000.00"}
    for table in ("parties", "payee_accounts", "trail_entries"):
        rows = db.session.execute(text(f"select * from {table}")).all()
        assert creditor.identity not in str(rows) and creditor.account.number not in str(rows)


WRONG = [
    ({"number": "（2018）湘0603执1号"}, "不是本院的“湘0602”"),
    ({"number": "（2018）湘0602执保1号"}, "只登记“执”和“执恢”"),
    ({"number": "（2018）湘0602执01号"}, "案号格式不正确"),
    ({"claim": yuan("0")}, "应大于0元"),
    ({"claim": yuan("-1")}, "应大于0元"),
    ({"claim": yuan("1000000000000")}, "不能超过999,999,999,999.99元"),
    ({"filed_on": date(2017, 12, 31)}, "早于案号中的2018年"),
    ({"parties": [a_creditor()]}, "至少应有一名被执行人"),
    ({"parties": [a_debtor()]}, "至少应有一名申请执行人"),
    ({"parties": [a_creditor(identity=people.person(1).identity), a_debtor(identity=people.person(1).identity)]},
     "出现两次"),
    ({"parties": [a_creditor(account=an_account("别人")), a_debtor()]}, "户名与当事人姓名或名称不一致"),
    ({"parties": [a_creditor(kind=PartyKind.ORGANISATION, identity="430602190102030012"), a_debtor()]}, "信用代码"),
    ({"parties": [a_creditor(identity="430602190102030010"), a_debtor()]}, "校验位不正确"),
    ({"parties": [a_creditor(), a_debtor(undertaking_on=FILED_ON)]}, "承诺书由申请执行人签署"),
    ({"parent_number": "（2018）湘0602执1号"}, "只有恢复执行"),
    ({"legacy_number": "（2018）湘0602执1号"}, "不能填入“旧案号”"),
]  # fmt: skip


def test_a_case_that_cannot_be_right_is_refused_and_nothing_is_kept(app):
    actor = a_user(Role.CASE_HANDLER)
    for facts, told in WRONG:
        with pytest.raises(RuleViolation, match=told):
            register(actor, **facts)
    assert db.session.scalar(select(Case)) is None


def test_days_to_come_are_refused(app):
    actor, tomorrow = a_user(Role.CASE_HANDLER), clock.today() + timedelta(days=1)
    for facts, told in [
        ({"filed_on": tomorrow}, "立案日期晚于今天"),
        ({"property_searched_on": tomorrow}, "财产查控日期晚于今天"),
        ({"parties": [a_creditor(undertaking_on=tomorrow), a_debtor()]}, "承诺书签署日期晚于今天"),
    ]:
        with pytest.raises(RuleViolation, match=told):
            register(actor, **facts)


def test_a_number_is_registered_once(app):
    case = a_case()
    with pytest.raises(RuleViolation, match="已经登记"):
        register(the_holder(Role.CASE_HANDLER), number=case.number.replace("（", "("))


def test_a_resumed_case_names_the_case_it_resumes(app):
    first, actor = a_case(), the_holder(Role.CASE_HANDLER)
    resumed = register(actor, number=a_number(type_code="执恢"), parent_number=first.number)
    assert resumed.parent_id == first.id
    old = register(actor, number=a_number(type_code="执恢"), legacy_number="(2015)楼执字第00123号")
    assert (old.parent_id, old.legacy_number) == (None, "（2015）楼执字第00123号")
    for parent, told in [
        (None, "须填写所恢复的原执行案号"),
        (a_number(), "尚未登记"),
        (resumed.number, "应为本院的“执”字案号"),
        ("胡写", "案号格式不正确"),
    ]:
        with pytest.raises(RuleViolation, match=told):
            register(actor, number=a_number(type_code="执恢"), parent_number=parent)


def change(case, actor, **facts):
    told = {
        name: getattr(case, name)
        for name in ("filed_on", "category", "claim", "property_searched_on", "is_in_bankruptcy", "is_in_settlement")
    }
    told["seen_version"] = case.version
    with transaction(COURT):
        return service.change(case.id, **told | facts, actor=actor)


def test_a_change_says_what_was_changed_and_moves_the_version(app):
    case, actor = a_case(), the_holder(Role.CASE_HANDLER)
    other = a_user(Role.CASE_HANDLER)
    seen = case.version
    change(case, actor, claim=yuan("9000"), is_in_settlement=True, handler=other)
    assert (case.claim, case.is_in_settlement, case.handler_id) == (yuan("9000"), True, other.id)
    assert case.version == seen + 1
    assert last(case.subject).told["changes"] == (
        f"执行标的：8000.00→9000.00；是否和解：否→是；承办人：user:{actor.id}→user:{other.id}"
    )
    change(case, actor, category=ClaimCategory.LOAN, property_searched_on=None, filed_on=date(2018, 1, 16))
    assert last(case.subject).told["changes"] == (
        "立案日期：2018-01-15→2018-01-16；案由类别：劳动报酬→民间借贷；财产查控日期：2018-02-01→无"
    )
    with pytest.raises(StaleRecord):
        change(case, actor, claim=yuan("1"), seen_version=seen)
    with pytest.raises(RuleViolation, match="没有变化"):
        change(case, actor)


def test_others_courts_cases_are_not_changed(app):
    case = a_case()
    with pytest.raises(NotFound):
        change(case, a_user(Role.CASE_HANDLER, court_code=OTHER_COURT), claim=yuan("1"))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        change(case, a_user(Role.PRESIDENT, court_code=SUPERIOR), claim=yuan("1"))


def test_a_status_moves_with_a_reason_and_back_only_by_resumption(app):
    case, actor = a_case(), the_holder(Role.CASE_HANDLER)

    def move(status, reason="查无财产", **more):
        with transaction(COURT):
            service.change_status(case.id, status=status, reason=reason, seen_version=case.version, actor=actor, **more)

    with pytest.raises(RuleViolation, match="请写明理由"):
        move(CaseStatus.CLOSED_NO_ASSETS, reason=" ")
    move(CaseStatus.CLOSED_NO_ASSETS)
    assert case.status is CaseStatus.CLOSED_NO_ASSETS
    assert last(case.subject).told == {
        "number": case.number, "before": "执行中", "after": "终结本次执行程序", "reason": "查无财产",
    }  # fmt: skip
    with pytest.raises(RuleViolation, match="只能经恢复执行"):
        move(CaseStatus.IN_PROGRESS)
    move(CaseStatus.IN_PROGRESS, is_resumption=True)
    assert case.status is CaseStatus.IN_PROGRESS


def test_a_case_is_concluded_by_advance_once_beside_its_status(app):
    case, actor = a_case(), the_holder(Role.FINANCE_CLERK)
    for _ in range(2):
        with transaction(COURT):
            if case.concluded_by_advance_on is None:
                service.mark_concluded_by_advance(case.id, on=date(2018, 4, 1), advance="advance:1", actor=actor)
    assert (case.concluded_by_advance_on, case.status) == (date(2018, 4, 1), CaseStatus.IN_PROGRESS)
    assert last(case.subject).told == {"number": case.number, "advance": "advance:1"}
    with pytest.raises(RuleViolation, match="不能重复标记"), transaction(COURT):
        service.mark_concluded_by_advance(case.id, on=date(2018, 4, 2), advance="advance:2", actor=actor)
    with pytest.raises(RuleViolation, match="执行标的不能再修改"):
        change(case, the_holder(Role.CASE_HANDLER), claim=yuan("7999"))


def test_a_party_joins_a_case_once(app):
    case, actor = a_case(), the_holder(Role.CASE_HANDLER)
    seen, facts = case.version, a_debtor()
    with transaction(COURT):
        party = service.add_party(case.id, facts, actor=actor)
    assert [debtor.name for debtor in case.debtors][-1] == facts.name
    assert case.version == seen + 1
    assert last(party.subject).told == {"case": case.subject, "party": party.subject, "role": "debtor"}
    with pytest.raises(RuleViolation, match="出现两次"), transaction(COURT):
        service.add_party(case.id, facts, actor=actor)


def test_a_new_account_takes_the_old_ones_place_and_is_verified_anew_by_another(app):
    case, handler, clerk = a_case(), the_holder(Role.CASE_HANDLER), the_holder(Role.FINANCE_CLERK)
    [creditor] = case.creditors
    first, seen = creditor.account, creditor.version
    assert first.verified_by_id == clerk.id
    told = an_account(creditor.name, line_number="102557000005")
    with transaction(COURT):
        account = service.register_account(creditor.id, told, actor=handler)
    assert creditor.account is account and account.verified_on is None and creditor.version == seen + 1
    assert last(account.subject).event is Event.ACCOUNT_REGISTERED
    for account_id, actor, how, refusal in [
        (account.id, handler, "电话回访", "登记收款账户的人员不能核实"),
        (account.id, clerk, "", "请写明理由"),
        (first.id, clerk, "电话回访", "无需重复核实"),
    ]:
        with pytest.raises(RuleViolation, match=refusal), transaction(COURT):
            service.verify_account(account_id, how=how, actor=actor)
    with transaction(COURT):
        service.verify_account(account.id, how="电话回访，本人确认", actor=clerk)
    assert (account.verified_by_id, account.verified_on) == (clerk.id, clock.today())
    assert last(account.subject).told["how"] == "电话回访，本人确认"
    with pytest.raises(RuleViolation, match="现用的收款账户"), transaction(COURT):
        service.register_account(creditor.id, told, actor=handler)


def test_an_account_that_was_replaced_is_not_verified(app):
    case, handler, clerk = a_case(verified=False), the_holder(Role.CASE_HANDLER), a_user(Role.FINANCE_CLERK)
    [creditor] = case.creditors
    first = creditor.account
    with transaction(COURT):
        service.register_account(creditor.id, an_account(creditor.name), actor=handler)
    with pytest.raises(RuleViolation, match="已被新登记的账户取代"), transaction(COURT):
        service.verify_account(first.id, how="电话回访", actor=clerk)


def test_an_account_that_cannot_be_right_is_refused(app):
    [creditor] = a_case(verified=False).creditors
    for facts, told in [
        ({"holder": "别人"}, "户名与当事人"),
        ({"bank": " "}, "开户银行应写明"),
        ({"bank": "银" * 101}, "开户银行应写明"),
        ({"bank": "银\0行"}, "开户银行应写明"),
        ({"number": "123"}, "银行卡号应为16至19位"),
        ({"kind": AccountKind.PASSBOOK, "number": "1" * 33}, "8至32位"),
        ({"line_number": "123"}, "联行号应为12位"),
    ]:
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            service.register_account(
                creditor.id, an_account(**{"holder": creditor.name} | facts), actor=the_holder(Role.CASE_HANDLER)
            )


def test_a_creditor_signs_the_undertaking(app):
    case, actor = a_case(parties=[a_creditor(undertaking_on=None), a_debtor()]), the_holder(Role.CASE_HANDLER)
    [creditor], [debtor] = case.creditors, case.debtors
    with transaction(COURT):
        service.sign_undertaking(creditor.id, signed_on=date(2018, 3, 1), actor=actor)
    assert creditor.undertaking_on == date(2018, 3, 1)
    assert last(creditor.subject).told["signed_on"] == "2018-03-01"
    for party, day, told in [
        (creditor, date(2018, 3, 1), "已经登记"),
        (creditor, clock.today() + timedelta(days=1), "晚于今天"),
        (debtor, date(2018, 3, 1), "由申请执行人签署"),
    ]:
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            service.sign_undertaking(party.id, signed_on=day, actor=actor)


def test_looking_at_full_data_needs_a_reason_leaves_an_entry_and_has_a_daily_limit(app):
    facts = a_creditor()
    case, actor = a_case(parties=[facts, a_debtor()]), the_holder(Role.CASE_HANDLER)
    [creditor] = case.creditors

    def reveal(reason, who=actor):
        with transaction(COURT):
            return service.reveal(creditor.id, reason=reason, actor=who)

    with pytest.raises(RuleViolation, match="请写明理由"):
        reveal("  ")
    shown = reveal("核对收款账户")
    assert (shown["name"], shown["identity"], shown["phone"]) == (facts.name, facts.identity, facts.phone)
    assert [account["number"] for account in shown["accounts"]] == [facts.account.number]
    entry = last(creditor.subject)
    assert entry.event is Event.PARTY_REVEALED and entry.told["reason"] == "核对收款账户"
    assert reveal("上级审计", a_user(Role.AUDITOR, court_code=SUPERIOR))["identity"] == facts.identity
    with pytest.raises(NotFound):
        reveal("核对", a_user(Role.AUDITOR, court_code=OTHER_COURT))
    for _ in range(19):
        reveal("逐一核对")
    with pytest.raises(RuleViolation, match="每日上限"):
        reveal("再看一次")


def test_an_organisation_has_a_credit_code_and_a_company_account(app):
    firm = people.organisation(3)
    account = an_account(firm.name, kind=AccountKind.COMPANY, number=firm.account)
    creditor = a_creditor(kind=PartyKind.ORGANISATION, name=firm.name, identity=firm.identity.lower(), account=account)
    [kept] = a_case(parties=[creditor, a_debtor()]).creditors
    assert (kept.kind, kept.identity) == (PartyKind.ORGANISATION, firm.identity)
    assert kept.account.number_mask == f"**** {firm.account[-4:]}"


def test_the_builders_case_is_lawful_for_an_advance(app):
    case = a_case()
    [creditor] = case.creditors
    assert creditor.account.verified_on and creditor.account.holder == creditor.name and creditor.undertaking_on
    assert case.property_searched_on and case.status is CaseStatus.IN_PROGRESS and creditor.role is PartyRole.CREDITOR
    assert not (case.is_in_bankruptcy or case.is_in_settlement)
    assert queries.case(case.id, SCOPE) is case
    assert issubclass(CaseNumberError, RuleViolation) and issubclass(IdentityError, RuleViolation)
