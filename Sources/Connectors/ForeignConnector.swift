package import Diagnostics

/// Systems that other engines connect to and this one does not: refused by name, with what to use instead.
package enum ForeignConnector {
  private struct Entry {
    var names: [String]
    var system: String
    var advice: String
  }

  private static let entries = [
    Entry(
      names: ["kafka", "upsert-kafka", "kafka-0.10"], system: "Kafka",
      advice: "read with exec('kcat -C -q -b HOST:9092 -t TOPIC', format => 'json'), write with INSERT INTO exec('kcat -P -b HOST:9092 -t TOPIC')"),
    Entry(
      names: ["kinesis", "kinesis-legacy", "aws-kinesis"], system: "Kinesis",
      advice: "read with exec and a loop over `aws kinesis get-records`, or let a Lambda or Firehose post to listen(9999)"),
    Entry(
      names: ["pulsar", "upsert-pulsar"], system: "Pulsar",
      advice: "read with exec('pulsar-client consume -n 0 -s SUBSCRIPTION TOPIC')"),
    Entry(names: ["rabbitmq", "amqp"], system: "RabbitMQ", advice: "read with exec('amqp-consume -q QUEUE cat')"),
    Entry(names: ["mqtt"], system: "MQTT", advice: "read with exec('mosquitto_sub -h HOST -t TOPIC')"),
    Entry(names: ["nats"], system: "NATS", advice: "read with exec('nats sub --raw SUBJECT')"),
    Entry(names: ["redis"], system: "Redis", advice: "read with exec('redis-cli subscribe CHANNEL')"),
    Entry(
      names: ["jdbc", "postgres", "postgresql", "mysql", "sqlite", "sqlserver", "oracle"], system: "databases over JDBC",
      advice: "read with exec('psql -AtF, -c \"SELECT …\"', format => 'csv', schema => '…'), or export to a file"),
    Entry(
      names: ["mysql-cdc", "postgres-cdc", "mongodb-cdc", "oracle-cdc", "sqlserver-cdc"], system: "change data capture of a database",
      advice: "let Debezium write its JSON to a command, socket or web server, and read that with format 'debezium-json'"),
    Entry(names: ["mongodb"], system: "MongoDB", advice: "read with exec('mongoexport …', format => 'json', schema => '…')"),
    Entry(
      names: ["elasticsearch", "elasticsearch-6", "elasticsearch-7", "opensearch"], system: "Elasticsearch",
      advice: "send rows to an HTTP endpoint with INSERT INTO http('http://…')"),
    Entry(
      names: ["delta", "iceberg", "hudi", "paimon", "hive", "hbase", "hbase-1.4", "hbase-2.2", "dynamodb", "firehose", "bigquery", "snowflake"],
      system: "this store", advice: "export to files, and read those"),
    Entry(
      names: ["s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "wasb", "wasbs", "adl", "oss", "r2"], system: "object stores",
      advice: "read with exec('aws s3 cp s3://BUCKET/KEY -', format => 'csv', schema => '…') or another store's own tool, or copy the files here"),
    Entry(
      names: ["hdfs", "webhdfs", "viewfs", "dbfs"], system: "distributed file systems",
      advice: "read with exec('hdfs dfs -cat /PATH', format => 'csv', schema => '…'), or copy the files here"),
    Entry(names: ["ftp", "ftps", "sftp", "scp"], system: "file transfer", advice: "read with exec('curl -sSN ADDRESS'), or copy the files here"),
    Entry(names: ["ws", "wss", "websocket"], system: "web sockets", advice: "read with exec('websocat -t ADDRESS')"),
    Entry(names: ["eventhubs", "pubsub", "gcp-pubsub"], system: "this service", advice: "read with exec and its command line client"),
  ]

  /// The error for a name of a connector that is not there; nil if it is none that we know of.
  package static func refusal(of name: String, span: SourceSpan) -> SQLError? {
    guard let entry = entries.first(where: { $0.names.contains(name.lowercased()) }) else { return nil }
    return SQLError(
      .bind, "UNSUPPORTED_DATA_SOURCE", "there is no connector \"\(name.lowercased())\" for \(entry.system) yet",
      span: span, hint: entry.advice)
  }
}
