internal import Columnar
internal import Diagnostics

enum SocketOptions {
  static let host = OptionDefinition(
    "host", aliases: ["hostname"], .string, isRequired: true, "name or address of the sender, also host:port")
  static let port = OptionDefinition("port", .integer, "port of the sender")
  static let includeTimestamp = OptionDefinition(
    "includeTimestamp", .boolean, default: "false", "adds a column `timestamp`: when the line arrived")
  static let delimiter = OptionDefinition(
    "byte-delimiter", .choice(["10"]), default: "10", "accepted as in Flink: lines end with a newline")
}

extension ConnectorDefinition {
  /// Lines from a TCP sender, as Spark's socket source.
  package static let socket = ConnectorDefinition.stream(
    "socket", "Lines from a TCP sender such as `nc -lk 9999`, one row a line in the column `value`.",
    options: [SocketOptions.host, SocketOptions.port, SocketOptions.includeTimestamp, SocketOptions.delimiter]
      + StreamOptions.retrying,
    positional: ["host", "port"],
    canEnd: { (options) throws(SQLError) in try options.endsWithSender() }
  ) { (request, _) throws(SQLError) in
    guard let place = try request.options.hostAndPort(SocketOptions.host, SocketOptions.port) else {
      throw SQLError(
        .bind, "INVALID_OPTION_VALUE",
        "a socket needs a host and a port from 1 to 65535, found '\(request.options.text(SocketOptions.host) ?? "")'",
        span: request.options.span(of: SocketOptions.host.name) ?? request.span, hint: "for example socket('localhost:9999')")
    }
    return LineFeed(
      SocketTransport(host: place.host, port: place.port, retry: try request.retryPolicy()),
      lineBytesMax: try LineOptions.lineBytesMax(request.options))
  }
}
