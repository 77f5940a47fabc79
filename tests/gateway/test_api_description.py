"""The joined description: each service's schemas stay its own, whatever another calls its own."""

from typing import Any

from braid.command_line.api_description import platform_openapi, with_names_of_its_own


def document(**schemas: Any) -> dict[str, Any]:
    return {"paths": {"/a": {"$ref": "#/components/schemas/Item"}}, "components": {"schemas": schemas}}


def test_schemas_of_one_name_that_differ_are_kept_apart_with_whatever_points_to_them() -> None:
    points = {"$ref": "#/components/schemas/State"}
    taken = {"State": {"enum": ["open"]}, "Item": points, "Same": {"type": "string"}}
    told = document(State={"enum": ["done"]}, Item=points, Same={"type": "string"})

    renamed = with_names_of_its_own(told, taken, "support_planning")

    assert renamed["components"]["schemas"] == {
        "Same": {"type": "string"},
        "SupportPlanningState": {"enum": ["done"]},
        "SupportPlanningItem": {"$ref": "#/components/schemas/SupportPlanningState"},
    }
    assert renamed["paths"]["/a"] == {"$ref": "#/components/schemas/SupportPlanningItem"}


def test_the_ledgers_plan_check_and_the_plans_own_are_described_each_as_it_is() -> None:
    schemas = platform_openapi()["components"]["schemas"]

    assert "once_confirmed" in schemas["CheckOut"]["properties"]
    assert "findings" in schemas["SupportPlanningCheckOut"]["properties"]
