"""The rules on request through the whole platform: a person's letter, what-if and open questions, and rules alone."""

from tests.gateway.conftest import Platform


async def test_what_was_decided_on_a_person_can_be_read_as_a_letter_and_asked_about(platform: Platform) -> None:
    person = await platform.journey()
    async with await platform.system("practitioner") as client:
        letter = await client.get(f"/v1/people/{person}/awards/adult_social_care/explanation")
        supposed = await client.post(f"/v1/people/{person}/what-if", json={"facts": {"ordinarily_resident": False}})
        read = await client.get(f"/v1/people/{person}/open-questions")

    assert letter.headers["content-type"].startswith("text/plain")
    assert letter.text.startswith("Adult social care\n-----------------\n")
    social_care = supposed.json()["streams"][0]
    assert (social_care["before"]["status"], social_care["after"]["status"]) == ("confirmed", "not_eligible")
    assert read.json()["unavailable"] == []
    assert read.json()["questionnaire"] == "example-council"


async def test_a_system_without_a_person_can_use_the_rules_alone(platform: Platform) -> None:
    body = {
        "stream": "community_equipment",
        "on": "2026-06-01",
        "facts": {
            "equipment_needed": True,
            "equipment_need_assessed": True,
            "equipment_cost_pence": 250_000,
            "minor_adaptation_cost_pence": 64_000,
        },
    }
    async with await platform.system("system") as client:
        answer = await client.post("/v1/decisions:evaluate", json=body)
        lines = await client.post(
            "/v1/decisions:evaluate-in-bulk",
            json={"stream": body["stream"], "on": body["on"], "people": [{"facts": body["facts"]}]},
            headers={"accept": "application/x-ndjson"},
        )

    decision = answer.json()["evaluations"][0]["decision"]
    assert (decision["status"], decision["amount_pence"]) == ("confirmed", 314_000)
    assert lines.json()["amount_pence"] == 314_000
