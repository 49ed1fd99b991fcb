"""What the application's own connection may do: an authorizer on SQLite, roles on PostgreSQL.

The triggers on evidence hold whoever comes. They could be dropped, so the application comes without the right to: on
SQLite every statement is looked at when it is compiled, on PostgreSQL the tables belong to another role. Both allow
what is listed here and nothing else, and both learn the tables from the models.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
WRITING = {sqlite3.SQLITE_INSERT: "INSERT", sqlite3.SQLITE_UPDATE: "UPDATE", sqlite3.SQLITE_DELETE: "DELETE"}
TELLING_PRAGMAS = frozenset(
    "table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list foreign_key_check "
    "integrity_check quick_check".split()
)
# A pragma in brackets would set these.
SETTING_PRAGMAS = frozenset(
    "journal_mode synchronous foreign_keys recursive_triggers busy_timeout read_uncommitted".split()
)

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


@dataclass(frozen=True)
class Tables:
    """The tables of the models: all of them, those that only grow, those from which the application deletes rows."""

    known: Collection[str]
    append_only: Collection[str]
    deletable: Collection[str]

    def rights(self, table: str) -> tuple[str, ...]:
        """What may be done to a table beside reading it."""
        if table not in self.known:
            return ()
        if table in self.append_only:
            return ("INSERT",)
        return ("INSERT", "UPDATE", "DELETE") if table in self.deletable else ("INSERT", "UPDATE")


def authorizer(tables: Tables) -> Authorizer:
    """Asked by SQLite about every step of a statement it compiles, those of triggers included."""

    def permit(action: int, first: str | None, second: str | None, database: str | None, within: str | None) -> int:
        if action in WRITING:
            allowed = database == "main" and WRITING[action] in tables.rights(first or "")
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() != "load_extension"
        elif action == sqlite3.SQLITE_PRAGMA:
            name = (first or "").lower()
            allowed = name in TELLING_PRAGMAS or (name in SETTING_PRAGMAS and second is None)
        else:
            allowed = action in READING
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return permit


@dataclass(frozen=True)
class Roles:
    """The three roles of a PostgreSQL database: who owns it and migrates, the application, who only reads."""

    owner: str
    app: str
    audit: str


def founding(database: str, roles: Roles) -> Iterator[str]:
    """What the cluster's administrator runs once inside the new database; a second run changes nothing."""
    for role in (roles.owner, roles.app, roles.audit):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {_literal(role)}) "
            f"THEN CREATE ROLE {_quoted(role)} LOGIN; END IF; END $$"
        )
    owner, audit = _quoted(roles.owner), _quoted(roles.audit)
    yield f"ALTER DATABASE {_quoted(database)} OWNER TO {owner}"
    yield from doors(database, roles)
    yield f"ALTER SCHEMA public OWNER TO {owner}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {_quoted(roles.app)}, {audit}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {audit}"
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {audit}"


def doors(database: str, roles: Roles) -> Iterator[str]:
    """Who may enter the database, and that a visitor makes no temporary tables, which would hide the real ones."""
    yield f"REVOKE ALL ON DATABASE {_quoted(database)} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {_quoted(roles.app)}, {_quoted(roles.audit)}"


def grants(app: str, present: Collection[str], tables: Tables) -> Iterator[str]:
    """What the owner runs after every migration: the application's rights, no more and no fewer."""
    role = _quoted(app)
    for kind in ("TABLES", "SEQUENCES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table in sorted(present):
        if rights := tables.rights(table):
            yield f"GRANT {', '.join(rights)} ON TABLE {_quoted(table)} TO {role}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
