"""A record in the shape of the UK's Algorithmic Transparency Recording Standard, as far as the table can fill it.

Field numbers and names are those of version 3.0 (March 2024), whose template is published as text. Version 4.0 renames
a few and splits data in two; its template is a spreadsheet. What only the council knows - who is responsible, where to
complain - is never made up: such a field stays empty and is listed.

Source:
    https://github.com/co-cddo/algorithmic-transparency-recording-standard (Open Government Licence).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from braid.kit.strict_yaml import read_yaml
from services.ras.named_tables import NamedTable

STANDARD = "Algorithmic Transparency Recording Standard 3.0"

#: Reference, attribute and name of every field that describes the tool and not the register.
FIELDS = (
    ("0.11", "title", "Title"),
    ("0.12", "organisation_name", "Organisation name"),
    ("0.13", "phase", "Phase"),
    ("0.14", "region", "Region"),
    ("0.15", "one_sentence_description", "One sentence description"),
    ("1.1", "name", "Name"),
    ("1.2", "description", "Description"),
    ("1.3", "website_url", "Website URL"),
    ("1.4", "contact_email", "Contact email"),
    ("2.1.1", "organisation_or_department", "Organisation or department"),
    ("2.1.2", "team", "Team"),
    ("2.1.3", "senior_responsible_owner", "Senior responsible owner"),
    ("2.1.4", "external_supplier_involvement", "External supplier involvement"),
    ("2.1.4.1", "external_supplier", "External supplier"),
    ("2.1.4.2", "companies_house_number", "Companies House Number"),
    ("2.1.4.3", "external_supplier_role", "External supplier role"),
    ("2.1.4.4", "procurement_procedure_type", "Procurement procedure type"),
    ("2.1.4.5", "data_access_terms", "Data access terms"),
    ("2.2.1", "detailed_description", "Detailed description"),
    ("2.2.2", "scope", "Scope"),
    ("2.2.3", "benefit", "Benefit"),
    ("2.2.4", "previous_process", "Previous process"),
    ("2.2.5", "alternatives_considered", "Alternatives considered"),
    ("2.3.1", "process_integration", "Process integration"),
    ("2.3.2", "provided_information", "Provided information"),
    ("2.3.3", "frequency_and_scale_of_usage", "Frequency and scale of usage"),
    ("2.3.4", "human_decisions_and_review", "Human decisions and review"),
    ("2.3.5", "required_training", "Required training"),
    ("2.3.6", "appeals_and_review", "Appeals and review"),
    ("2.4.1.1", "system_architecture", "System architecture"),
    ("2.4.1.3", "maintenance", "Maintenance"),
    ("2.4.1.4", "models", "Models"),
    ("2.4.2.1", "model_name", "Model name"),
    ("2.4.2.2", "model_version", "Model version"),
    ("2.4.2.3", "model_task", "Model task"),
    ("2.4.2.4", "model_input", "Model input"),
    ("2.4.2.5", "model_output", "Model output"),
    ("2.4.2.6", "model_architecture", "Model architecture"),
    ("2.4.2.7", "model_performance", "Model performance"),
    ("2.4.2.8", "datasets", "Datasets"),
    ("2.4.2.9", "dataset_purposes", "Dataset purposes"),
    ("2.4.3.1", "source_data_name", "Source data name"),
    ("2.4.3.2", "data_modality", "Data modality"),
    ("2.4.3.3", "data_description", "Data description"),
    ("2.4.3.4", "data_quantities", "Data quantities"),
    ("2.4.3.5", "sensitive_attributes", "Sensitive attributes"),
    ("2.4.3.6", "data_completeness_and_representativeness", "Data completeness and representativeness"),
    ("2.4.3.7", "source_data_url", "Source data URL"),
    ("2.4.3.8", "data_collection", "Data collection"),
    ("2.4.3.9", "data_cleaning", "Data cleaning"),
    ("2.4.3.10", "data_sharing_agreements", "Data sharing agreements"),
    ("2.4.3.11", "data_access_and_storage", "Data access and storage"),
    ("2.5.1", "impact_assessment", "Impact assessment"),
    ("2.5.2", "risks_and_mitigations", "Risks and mitigations"),
)


class AboutRefused(Exception):
    """What the council told about itself has a field that the standard does not have, or a value that is no text."""


@dataclass(frozen=True)
class TransparencyRecord:
    """The record; a field that nobody has told is None.

    Args:
        values: by attribute, in the standard's order.
    """

    values: Mapping[str, str | None]

    @property
    def untold(self) -> tuple[str, ...]:
        """Names of the fields that the council still has to tell."""
        return tuple(f"{number} {name}" for number, attribute, name in FIELDS if self.values[attribute] is None)

    def as_data(self) -> dict[str, Any]:
        """The record as plain data."""
        fields = [
            {"reference": number, "attribute": attribute, "name": name, "value": self.values[attribute]}
            for number, attribute, name in FIELDS
        ]
        return {"standard": STANDARD, "fields": fields, "untold": list(self.untold)}


def transparency_record(
    named: NamedTable, fit: Mapping[str, Any] | None, about: Mapping[str, str]
) -> TransparencyRecord:
    """Fill the record from the table, its fit report and what the council says of itself; the council's word wins."""
    known = _of_the_table(named) | (_of_the_fit(fit) if fit else {}) | dict(about)
    return TransparencyRecord({attribute: known.get(attribute) for _, attribute, _ in FIELDS})


def read_about(text: str) -> Mapping[str, str]:
    """Read what the council tells: YAML, text by the standard's attribute names.

    Raises:
        AboutRefused: a name that the standard does not have, or a value that is no text.
    """
    try:
        told = read_yaml(text)
    except yaml.YAMLError as error:
        raise AboutRefused(str(error)) from error
    known = {attribute for _, attribute, _ in FIELDS}
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise AboutRefused("every field must be a name and its text")
    if strange := sorted(set(told) - known):
        raise AboutRefused(f"{', '.join(strange)}: the standard has no such field")
    return told


def _of_the_table(named: NamedTable) -> dict[str, str]:
    table, document = named.table, named.document
    return {
        "title": document["title"],
        "name": document["title"],
        "one_sentence_description": "Turns an agreed assessment of care needs into a first figure for planning.",
        "description": (
            "Answers of an agreed assessment have published points. The points are looked up in a published"
            " table of sums; specialist support is priced line by line. The figure is a starting point for planning,"
            " never a decision."
        ),
        "detailed_description": table.statement,
        "scope": (
            f"{len(table.scoring.questions)} questions in {len(table.scoring.domains)} domains, in force from"
            f" {table.in_force_from}. It does not decide who is eligible, limits nobody's budget, and has no"
            " figure above its last row: a person then looks."
        ),
        "process_integration": (
            "The figure opens support planning. The final sum is settled with the person, and its reasons are told."
        ),
        "provided_information": (
            "The figure, every line of its working, what each answer adds, and where each sum comes from."
        ),
        "human_decisions_and_review": (
            "A person agrees the assessment before and settles the sum afterwards. Unanswered questions, scores"
            " above the table, a figure of nothing and support without a price go to a person at once."
        ),
        "system_architecture": "Open source rules, and this table as a versioned, dated file that never changes.",
        "models": "One allocation table; it learns nothing while it is used.",
        "model_name": table.table_id,
        "model_version": str(table.version),
        "model_task": "From points to pounds a year.",
        "model_input": (
            "Agreed answers; help by family who are willing and able to go on; minutes of specialist support."
        ),
        "model_output": "Pence a year with lines that add up to it, or the reasons why a person must look.",
        "model_architecture": f"A published table ({document['money']['kind'].replace('_', ' ')}) and a rate card.",
        "sensitive_attributes": "None is an input. Figures by group are in equality.csv.",
    }


def _of_the_fit(fit: Mapping[str, Any]) -> dict[str, str]:
    found = fit["methods"][fit["shown"]]["out_of_sample"]
    people = "made-up people" if fit["synthetic"] else "past people"
    performance = (
        f"On people that the fit never saw: mean error £{found['mae'] / 100:,.2f} a week,"
        f" {found['within_20']:.0%} of figures within 20% of the cost, {found['covered']:.0%} at or above it"
    )
    others = ", ".join(method["title"].lower() for code, method in fit["methods"].items() if code != fit["shown"])
    return {
        "model_performance": f"{performance}. By group: accuracy.json.",
        "alternatives_considered": f"Other ways of setting the sums, each measured alike: {others}.",
        "datasets": f"Agreed packages of {fit['people']:,} {people}.",
        "dataset_purposes": f"To set the sums, and in {fit['folds']} parts in turn to measure them.",
        "data_modality": "Table",
        "data_quantities": f"{fit['people']:,} {people}, {fit['rows']:,} packages.",
        "data_completeness_and_representativeness": " ".join(fit["warnings"]) or "No group was too small to measure.",
    }
