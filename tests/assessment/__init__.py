"""Tests of the assessment service: the questionnaire as data, the rules of answers, and the life of an assessment."""
