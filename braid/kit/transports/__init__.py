"""The two transports: real Apache Kafka, and in the process for a newcomer's machine. One contract suite holds both."""
