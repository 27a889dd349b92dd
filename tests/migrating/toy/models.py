"""Two audited tables that lean on each other by triggers, as they were (step 1) and as they are (step 2)."""

from __future__ import annotations

import os

from django.db import models

from soberhouse.database.constraints import Frozen, NoOverlap, Within
from soberhouse.history.records import Audited

JAR_RULES = [
    NoOverlap(key="shelf", ignoring="voided", name="toy_jar_overlap"),
    Within(via="shelf", parent_starts="opened_on", parent_ends="closed_on", ignoring="voided", name="toy_jar_within"),
]
SHELF_RULES = [Frozen(fields=["opened_on"], name="toy_shelf_frozen")]

if os.environ["TOY_STEP"] == "1":

    class Shelf(Audited):
        name = models.CharField(max_length=40)
        colour = models.CharField(max_length=20)
        opened_on = models.DateField(null=True)
        closed_on = models.DateField(null=True)

        class Meta:
            constraints = SHELF_RULES

        def __str__(self) -> str:
            return self.name

    class Jar(Audited):
        shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT)
        starts_on = models.DateField()
        ends_on = models.DateField(null=True)
        label = models.CharField(max_length=20)
        grams = models.IntegerField()
        voided = models.BooleanField(default=False, db_default=False)

        class Meta:
            constraints = JAR_RULES

        def __str__(self) -> str:
            return self.label

else:

    class Shelf(Audited):
        name = models.CharField(max_length=80)
        place = models.CharField(max_length=20, default="hall")
        opened_on = models.DateField(null=True)
        closed_on = models.DateField(null=True)

        class Meta:
            constraints = SHELF_RULES

        def __str__(self) -> str:
            return self.name

    class Crock(Audited):
        shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT)
        starts_on = models.DateField()
        ends_on = models.DateField(null=True)
        title = models.CharField(max_length=20)
        grams = models.BigIntegerField()
        voided = models.BooleanField(default=False, db_default=False)

        class Meta:
            constraints = JAR_RULES

        def __str__(self) -> str:
            return self.title
