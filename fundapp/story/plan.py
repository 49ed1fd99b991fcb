"""The plan of the year 2018: courts, numbers, dates and choices, from one seed, so that every play is the same. Pure.

The totals are the seed's: 1,092 cases under 20,000 yuan, 337 of them concluded by advance payment, more than 4,000,000
yuan raised, 51,024,400.00 yuan handed out at ceremonies. Everything between is invented and marked synthetic.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from fundapp.cases.rules import AccountKind, ClaimCategory, PartyKind
from fundapp.core.money import Money, from_fen, split, to_fen, total, yuan
from fundapp.funding.rules import SourceKind
from fundapp.ledger.rules import CorrectionMethod
from fundapp.story.people import Someone, organisation, person

YEAR = 2018
CEREMONIES_TOTAL = yuan("51024400.00")
RAISED_TOTAL = yuan("4168000.00")
LARGE_CASES_PER_COURT = 12

_CODES = ("湘0602", "湘0603", "湘0611", "湘0621", "湘0623", "湘0624", "湘0626", "湘0681", "湘0682", "湘0691")
_SMALL = (168, 96, 84, 132, 120, 126, 138, 114, 78, 36)
_CONCLUDED = (52, 30, 26, 41, 37, 39, 42, 35, 24, 11)
_KINDS = (
    (SourceKind.APPROPRIATION, "{place}财政局", "财行指〔2018〕15号", 40),
    (SourceKind.SUPERIOR_GRANT, "湖南省高级人民法院", "湘高法计〔2018〕7号", 20),
    (SourceKind.POLITICAL_LEGAL, "{place}政法委员会", "政法发〔2018〕9号", 14),
    (SourceKind.JUDICIAL_ASSISTANCE, "{place}司法救助资金", "司救办〔2018〕3号", 12),
    (SourceKind.ENTERPRISE_DONATION, "{place}工商业联合会会员企业", "捐赠协议2018-01号（虚构）", 9),
    (SourceKind.SOCIAL_DONATION, "{place}慈善会转交社会捐赠", "捐赠协议2018-02号（虚构）", 5),
)
_PLACES = ("岳阳楼区", "云溪区", "君山区", "岳阳县", "华容县", "湘阴县", "平江县", "汨罗市", "临湘市", "屈原管理区")
_CATEGORIES = (
    (ClaimCategory.WAGES, 30),
    (ClaimCategory.MAINTENANCE, 14),
    (ClaimCategory.TRAFFIC, 16),
    (ClaimCategory.INJURY, 12),
    (ClaimCategory.MEDICAL, 4),
    (ClaimCategory.LOAN, 14),
    (ClaimCategory.SALE, 10),
)
HALL = "人民法院审判楼前广场"
_ERRING = ("湘0602", "湘0691")
"""In the largest and the smallest court the clerk mistypes two receipts, and one bank slip comes late."""
_CEREMONY_DAYS = tuple(date(YEAR, 10, day) for day in (9, 10, 11, 12, 15, 16, 17, 18, 19, 22))
WAVES = (date(YEAR, 3, 12), date(YEAR, 5, 14), date(YEAR, 8, 13))


@dataclass(frozen=True)
class Small:
    """One of the 1,092: a case under the ceiling as it stands in the imported list."""

    number: str
    filed_on: date
    category: ClaimCategory
    claim: Money
    searched_on: date | None
    undertaking_on: date | None
    creditor: Someone
    creditor_kind: PartyKind
    account_kind: AccountKind
    debtor: Someone
    debtor_kind: PartyKind
    advance: Money | None
    is_unfit: bool


@dataclass(frozen=True)
class Large:
    """An ordinary case above the ceiling, whose debtor pays and whose creditor is paid at the ceremony."""

    number: str
    filed_on: date
    category: ClaimCategory
    weight: int
    creditor: Someone
    debtor: Someone


@dataclass(frozen=True)
class Gift:
    """One receipt from one source; a name that comes again is the same source.

    Args:
        typed: the amount that the clerk first recorded, where it is not the right one; ``method`` puts it right.
        is_late: the slip came when the month of the receipt was closed.
    """

    kind: SourceKind
    name: str
    document: str
    amount: Money
    on: date
    reference: str
    typed: Money | None = None
    method: CorrectionMethod | None = None
    is_late: bool = False


@dataclass(frozen=True)
class CourtPlan:
    """One court's year."""

    code: str
    digits: str
    place: str
    small: list[Small]
    large: list[Large]
    gifts: list[Gift]
    ceremony_on: date

    @property
    def in_time(self) -> list[Gift]:
        """The receipts recorded before their month was closed, in the order of their days."""
        return sorted((gift for gift in self.gifts if not gift.is_late), key=lambda gift: (gift.on, gift.reference))

    @property
    def late(self) -> list[Gift]:
        return [gift for gift in self.gifts if gift.is_late]

    @property
    def to_conclude(self) -> list[Small]:
        return [case for case in self.small if case.advance is not None]

    @property
    def at_ceremony(self) -> list[Small]:
        """Those invited to the ceremony: every fourth."""
        return self.to_conclude[3::4]

    @property
    def absent(self) -> list[Small]:
        """Of those invited, the ones who do not come and are paid by transfer later."""
        return self.at_ceremony[1::4]

    def wave(self, at: int) -> list[Small]:
        """Those paid by batch in the given wave."""
        by_batch = [case for case in self.to_conclude if case not in self.at_ceremony]
        return by_batch[at :: len(WAVES)]

    @property
    def handed_out(self) -> Money:
        """What the ceremony hands out of the fund."""
        return total(case.advance for case in self.at_ceremony if case.advance and case not in self.absent)


def district() -> list[CourtPlan]:
    """The ten basic courts' year, the same every time."""
    shares = split(RAISED_TOTAL, list(_CONCLUDED))
    return [_court(at, share) for at, share in enumerate(shares)]


def case_money(courts: list[CourtPlan]) -> dict[str, Money]:
    """What each ordinary case's debtor pays, by case number, so that the ceremonies together hand out the seed's
    total."""
    large = [case for court in courts for case in court.large]
    rest = CEREMONIES_TOTAL - total(court.handed_out for court in courts)
    amounts = split(rest, [case.weight for case in large])
    return {case.number: amount for case, amount in zip(large, amounts, strict=True)}


def _court(at: int, share: Money) -> CourtPlan:
    random = Random(YEAR * 100 + at)  # noqa: S311 - a story, not a secret
    code = _CODES[at]
    first = sum(_SMALL[:at]) + at * LARGE_CASES_PER_COURT
    small = [_small(random, code, serial, first + serial) for serial in range(1, _SMALL[at] + 1)]
    return CourtPlan(
        code=code,
        digits=code[1:],
        place=_PLACES[at],
        small=_choose(random, small, _CONCLUDED[at], share),
        large=[
            _large(random, code, _SMALL[at] + serial, first + _SMALL[at] + serial)
            for serial in range(1, LARGE_CASES_PER_COURT + 1)
        ],
        gifts=_gifts(random, at, share),
        ceremony_on=_CEREMONY_DAYS[at],
    )


def _small(random: Random, code: str, serial: int, someone: int) -> Small:
    filed_on = date(YEAR, 1, 2) + timedelta(days=random.randrange(0, 24))
    has_company = random.randrange(100) < 12
    is_unfit = random.randrange(100) < 6
    return Small(
        number=f"（{YEAR}）{code}执{serial}号",
        filed_on=filed_on,
        category=_picked(random),
        claim=from_fen(random.randrange(180_000, 1_999_900)),
        searched_on=None if is_unfit else filed_on + timedelta(days=random.randrange(3, 9)),
        undertaking_on=filed_on + timedelta(days=random.randrange(3, 9)),
        creditor=organisation(someone) if has_company else person(2 * someone),
        creditor_kind=PartyKind.ORGANISATION if has_company else PartyKind.PERSON,
        account_kind=AccountKind.COMPANY if has_company else AccountKind.CARD,
        debtor=person(2 * someone + 1),
        debtor_kind=PartyKind.PERSON,
        advance=None,
        is_unfit=is_unfit,
    )


def _large(random: Random, code: str, serial: int, someone: int) -> Large:
    return Large(
        number=f"（{YEAR}）{code}执{serial}号",
        filed_on=date(YEAR, 1, 2) + timedelta(days=random.randrange(0, 24)),
        category=random.choice((ClaimCategory.FINANCE, ClaimCategory.ENTERPRISE, ClaimCategory.SALE)),
        weight=random.randrange(40, 160),
        creditor=organisation(20_000 + 2 * someone),
        debtor=organisation(20_001 + 2 * someone),
    )


def _picked(random: Random) -> ClaimCategory:
    return random.choices([category for category, _ in _CATEGORIES], [weight for _, weight in _CATEGORIES])[0]


def _choose(random: Random, small: list[Small], count: int, share: Money) -> list[Small]:
    """Mark ``count`` fit cases to be advanced: the whole claim, or four fifths of it; dearest ones give way to the
    purse."""
    fit = [case for case in small if not case.is_unfit]
    chosen, spare = fit[:count], sorted(fit[count:], key=lambda case: to_fen(case.claim))
    limit = split(share, [96, 4])[0]
    while total(case.claim for case in chosen) > limit:
        chosen.remove(max(chosen, key=lambda case: to_fen(case.claim)))
        chosen.append(spare.pop(0))
    numbers = {case.number for case in chosen}
    return [
        _with_advance(case, split(case.claim, [4, 1])[0] if random.randrange(10) < 2 else case.claim)
        if case.number in numbers
        else case
        for case in small
    ]


def _with_advance(case: Small, amount: Money) -> Small:
    return Small(**{**vars(case), "advance": amount})


def _gifts(random: Random, at: int, share: Money) -> list[Gift]:
    parts = split(share, [weight for *_, weight in _KINDS])
    gifts = [
        Gift(
            kind=kind,
            name=name.format(place=_PLACES[at]),
            document=document,
            amount=part,
            on=date(YEAR, 1, 29) + timedelta(days=random.randrange(0, 4)),
            reference=f"ZJ{YEAR}{at:02d}{order:02d}",
        )
        for order, ((kind, name, document, _), part) in enumerate(zip(_KINDS, parts, strict=True))
    ]
    return _with_errors(gifts) if _CODES[at] in _ERRING else gifts


def _with_errors(gifts: list[Gift]) -> list[Gift]:
    """The same money, two receipts of it mistyped at first, and a tenth of the last one's on a slip of its own."""
    first, grant, *between, company, social = gifts
    soon, late = split(social.amount, [9, 1])
    return [
        first,
        replace(grant, typed=grant.amount + yuan("900"), method=CorrectionMethod.RESTATE),
        *between,
        replace(company, typed=company.amount - yuan("90"), method=CorrectionMethod.DIFFERENCE),
        replace(social, amount=soon),
        replace(social, amount=late, on=date(YEAR, 1, 31), reference=f"{social.reference}-2", is_late=True),
    ]
