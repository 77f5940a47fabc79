#!/bin/sh
# Makes settings of the variables KAFKA_…, formats the storage where it is new, and becomes the broker.
set -eu
export CLUSTER_ID="${CLUSTER_ID:-BraidStandInForKafka0A}"
java -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' kafka.docker.KafkaDockerWrapper setup \
    --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config \
    --final-configs-dir /opt/kafka/config
# shellcheck disable=SC2086  # several options in one variable, as the image takes them
exec java ${KAFKA_HEAP_OPTS:-} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
    -Dlog4j2.configurationFile=file:/etc/kafka/docker/log4j2.properties \
    -cp '/opt/kafka/libs/*' kafka.Kafka /opt/kafka/config/server.properties
