"""A house's spreadsheet becomes beds and stays.

    reading     bytes → sheets of rows of cells, whatever program wrote them
    mapping     which row is the header, which column is what; a person may correct it
    dates       the forms in which houses write a day
    words       the forms in which they write names, rooms and people to call
    entries     rows → beds and people, and every problem named by line and column
    collisions  what the lines say together: one person on two lines, two people in one bed
    plan        entries against the record: what an import would make, what stands in its way
    services    the plan carried out, all of it or none of it

Nothing before `plan` reads a database, and nothing but `services` writes one.
"""

from __future__ import annotations
