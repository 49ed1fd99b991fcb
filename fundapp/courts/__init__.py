"""The courts of the district: their codes, their levels, and who stands under whom.

A court is data, entered once and corrected by the administrator; its code (法院代字) stands in every case number and
names its book everywhere. Everything above asks here who is whose superior; below stand only the trail and the core.
"""
