"""The Yueyang story of 2018, played through the services.

A district's year with the fund: money is raised, cases are imported, advances are requested, approved, paid and in part
recovered, case money is handed out at ceremonies, the year is closed and audited. Everybody in it is synthetic
(``people``), and everything happens by the same services that the pages call; it stands above all features and none
knows of it.
"""
