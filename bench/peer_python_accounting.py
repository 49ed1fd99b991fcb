"""python-accounting on SQLite (WAL, FULL): a journal entry with one line; its ledger is hash-chained, as ours is."""

import sys
from datetime import datetime
from decimal import Decimal

from python_accounting.database.session import get_session
from python_accounting.models import Account, Base, Currency, Entity, LineItem
from python_accounting.reports import TrialBalance
from python_accounting.transactions import JournalEntry
from sqlalchemy import create_engine, event

from bench.contender import seconds, serve

CASES = 1_000


class PythonAccounting:
    def __init__(self, address: str) -> None:
        self.engine = create_engine(f"sqlite:///{address}")

        @event.listens_for(self.engine, "connect")
        def on_connect(connection: object, record: object) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        self.session = get_session(self.engine)

    def found(self) -> None:
        Base.metadata.create_all(self.engine)
        entity = Entity(name="court")
        self.session.add(entity)
        self.session.commit()
        currency = Currency(name="yuan", code="CNY", entity_id=entity.id)
        self.session.add(currency)
        self.session.commit()
        kinds = [Account.AccountType.BANK] + [Account.AccountType.RECEIVABLE] * CASES
        accounts = [
            Account(name=f"account {at}", account_type=kind, currency_id=currency.id, entity_id=entity.id)
            for at, kind in enumerate(kinds)
        ]
        self.session.add_all(accounts)
        self.session.commit()
        self.entity_id = entity.id
        self.fund, *self.cases = [account.id for account in accounts]

    def post(self, count: int) -> float:
        return seconds(lambda: [self._entry(self.cases[at % CASES]) for at in range(count)])

    def trial(self) -> float:
        return seconds(lambda: TrialBalance(self.session))

    def _entry(self, case: int) -> None:
        about = {"narration": "advance", "entity_id": self.entity_id}
        entry = JournalEntry(transaction_date=datetime.now(), account_id=self.fund, **about)  # noqa: DTZ005 - as it asks
        self.session.add(entry)
        self.session.flush()
        line = LineItem(account_id=case, amount=Decimal("12.34"), **about)
        self.session.add(line)
        self.session.flush()
        entry.line_items.add(line)
        self.session.add(entry)
        entry.post(self.session)


def main(address: str) -> None:
    one = PythonAccounting(address)
    serve({work: getattr(one, work) for work in "found post trial".split()})


if __name__ == "__main__":
    main(*sys.argv[1:])
