"""Tests of Braid, by part; `real_parts` holds what starts PostgreSQL and Kafka for them."""
