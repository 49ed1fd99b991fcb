"""Tools that know no noun of the fund: money, clock, errors, database, forms, doors, lists, documents, jobs."""
