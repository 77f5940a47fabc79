"""Processes that are killed, on the real Apache Kafka broker."""
