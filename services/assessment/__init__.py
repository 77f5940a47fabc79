"""People, questionnaires, answers and agreed assessments."""
