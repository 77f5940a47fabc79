"""Rules as data: figures, permitted uses, terms, facts and settings, read from files and checked."""

from services.funding_streams.rule_files.reading import (
    SHARED_RULES,
    STREAMS,
    RuleFiles,
    RuleFilesWrong,
    check_rule_files,
    load_rule_files,
    rule_files,
)

__all__ = [
    "SHARED_RULES",
    "STREAMS",
    "RuleFiles",
    "RuleFilesWrong",
    "check_rule_files",
    "load_rule_files",
    "rule_files",
]
