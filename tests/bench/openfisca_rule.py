"""The same rule in OpenFisca-core, run by an interpreter that has it: ``python openfisca_rule.py FOLDER TIMES``."""

# mypy: ignore-errors
# OpenFisca-core is not installed where types are checked.

import json
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from openfisca_core import periods
from openfisca_core.entities import build_entity
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2026"
PERSON = build_entity(key="person", plural="people", label="a person", is_person=True)


def input_variable(name, kind):
    """A variable that is given."""
    return type(name, (Variable,), {"value_type": kind, "entity": PERSON, "definition_period": periods.YEAR})


def system(rule):
    """Inputs, net points of each domain, and the sum."""
    made = TaxBenefitSystem([PERSON])
    left = np.asarray(rule["left"])

    def net_points(domain, questions):
        def formula(person, period):
            gross = sum(np.asarray(rule["points"][name])[person(f"answer_{name}", period)] for name in questions)
            return gross * np.where(person("willing", period) == 1, left[person(f"help_{domain}", period)], 1)

        return formula

    for domain, questions in rule["domains"].items():
        for name in questions:
            made.add_variable(input_variable(f"answer_{name}", int))
        made.add_variable(input_variable(f"help_{domain}", int))
        computed = {"value_type": float, "entity": PERSON, "definition_period": periods.YEAR}
        made.add_variable(type(f"net_{domain}", (Variable,), {**computed, "formula": net_points(domain, questions)}))

    def pounds(person, period):
        net = sum(person(f"net_{domain}", period) for domain in rule["domains"])
        return np.interp(net, rule["knots"], rule["pounds"])

    made.add_variable(input_variable("willing", int))
    made.add_variable(type("pounds_a_year", (Variable,), {**computed, "formula": pounds}))
    return made


def main():
    """Time the sum of everybody, in seconds of one core."""
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    made = system(json.loads((folder / "rule.json").read_text()))
    people = {file.name.split(".")[0]: np.load(file) for file in folder.glob("*.column.npy")}
    seconds = []
    for _ in range(times):
        simulation = SimulationBuilder().build_default_simulation(made, len(people["willing"]))
        for name, column in people.items():
            simulation.set_input(name, PERIOD, column)
        begun = process_time()
        sums = simulation.calculate("pounds_a_year", PERIOD)
        seconds.append(process_time() - begun)
    np.save(folder / "sums.npy", sums.astype(np.float64))
    print(json.dumps({"seconds": median(seconds), "version": version("openfisca-core")}))


if __name__ == "__main__":
    main()
