"""django-hordak on PostgreSQL: a transaction with two legs an entry; balances are summed when asked for."""

import sys
from datetime import date

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from bench.contender import seconds, serve

CASES = 1_000
FUND_AND_CASES = """
    INSERT INTO hordak_transaction (uuid, timestamp, date, description)
    SELECT gen_random_uuid(), now(), date '2018-01-02' + (352 * n / {entries})::int, 'advance'
    FROM generate_series(1, {entries}) n;
    INSERT INTO hordak_leg (uuid, account_id, transaction_id, credit, debit, currency, description)
    SELECT gen_random_uuid(), {fund}, t.id, 12.34, NULL, 'CNY', '' FROM hordak_transaction t;
    INSERT INTO hordak_leg (uuid, account_id, transaction_id, credit, debit, currency, description)
    SELECT gen_random_uuid(), a.id, t.id, NULL, 12.34, 'CNY', ''
    FROM hordak_transaction t JOIN hordak_account a ON a.code = CAST(1 + t.id %% {cases} AS VARCHAR);
    ANALYZE;
"""


class Hordak:
    def __init__(self, address: str) -> None:
        where = conninfo_to_dict(address)
        database = {"NAME": where["dbname"], "USER": where["user"], "HOST": where["host"]}
        settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
            DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **database}},
            DEFAULT_CURRENCY="CNY",
            CURRENCIES=["CNY"],
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)

    def found(self) -> None:
        from hordak.models import Account, AccountType

        for code in range(CASES + 1):
            Account.objects.create(name=str(code), type=AccountType.asset, code=str(code), currencies=["CNY"])
        self.fund, *self.cases = Account.objects.order_by("id")

    def post(self, count: int) -> float:
        from moneyed import Money

        def transfers() -> None:
            for at in range(count):
                self.fund.transfer_to(
                    self.cases[at % CASES], Money("12.34", "CNY"), date=date(2018, 12, 20), description="advance"
                )

        return seconds(transfers)

    def build(self, entries: int) -> None:
        """So many entries at once, past the triggers that check each leg."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in FUND_AND_CASES.format(entries=entries, fund=self.fund.id, cases=CASES).split(";")[:-1]:
                cursor.execute(statement.replace("%%", "%"))
            cursor.execute("SET session_replication_role = DEFAULT")

    def today(self) -> float:
        """All balances by the faster of its two ways, one sum over the ORM."""
        from hordak.models import Account

        return seconds(lambda: list(Account.objects.with_balances_orm().values_list("code", "balance")))

    def as_of(self, day: str) -> float:
        """All balances at the end of a day, by its database function."""
        from hordak.models import Account

        return seconds(lambda: list(Account.objects.with_balances(as_of=date.fromisoformat(day))))


def main(address: str) -> None:
    one = Hordak(address)
    serve({work: getattr(one, work) for work in "found post build today as_of".split()})


if __name__ == "__main__":
    main(*sys.argv[1:])
