"""A house's spreadsheet becomes beds and stays.

    reading   bytes → sheets of rows of cells, whatever program wrote them
    mapping   which row is the header, which column is what; a person may correct it
    dates     the forms in which houses write a day
    entries   rows → entries, and every problem named by line and column
    plan      entries against the database: what would be made
    services  the plan carried out, all of it or none of it

Nothing before `plan` reads or writes a database.
"""

from __future__ import annotations
