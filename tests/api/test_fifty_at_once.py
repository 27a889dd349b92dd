"""Fifty programs ask for one bed at once, under gunicorn: one is told 201, forty-nine are told who has it."""

from __future__ import annotations

import json

from residents.models import BedUse, Stay
from tests.api.conftest import make_key
from tests.residents.stays.test_race import PEOPLE, SOMEBODY, ask, at_once, served


def test_one_gets_the_bed(committed_db, cast, tmp_path):
    bed = cast.bed_a("3B")
    keys = [make_key(person, "write") for person in (cast.alice, cast.bob, cast.olive)]
    answers: list[tuple[int, str]] = []

    def move_in(turn: int) -> None:
        body = {
            "bed": str(bed.uuid),
            "person": {"legal_first_name": f"Newcomer {turn}", "legal_last_name": "Example"},
            "starts_on": cast.today.isoformat(),
        }
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {keys[turn % 3]}",
            "Idempotency-Key": f'"{turn}"',
        }
        answers.append(ask(port, "POST", "/api/v1/stays", json.dumps(body), **headers))

    with served(tmp_path / "server.log") as port:
        at_once(move_in)

    assert sorted(status for status, _body in answers) == [201] + [409] * (PEOPLE - 1)
    (winner,) = [json.loads(body) for status, body in answers if status == 201]
    problems = [json.loads(body) for status, body in answers if status == 409]
    assert {problem["type"] for problem in problems} == {"/api/docs/#problem-taken"}
    assert {SOMEBODY.search(problem["detail"])[0] for problem in problems}
    use = BedUse.objects.select_related("stay__resident").get(bed=bed)
    assert (str(use.stay.uuid), use.stay.resident.name) == (winner["uuid"], winner["name"])
    assert Stay.objects.filter(resident__legal_first_name__startswith="Newcomer").count() == 1
