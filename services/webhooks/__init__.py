"""Tells the platform's events to systems that have no Kafka, by signed requests to their own addresses."""
