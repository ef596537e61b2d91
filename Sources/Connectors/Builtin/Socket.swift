internal import Columnar
internal import Diagnostics

private enum SocketOptions {
  static let host = OptionDefinition(
    "host", .string, isRequired: true, "name or address of the sender, also host:port")
  static let port = OptionDefinition("port", .integer, "port of the sender")
  static let includeTimestamp = OptionDefinition(
    "includeTimestamp", .boolean, default: "false", "adds a column `timestamp`: when the line arrived")
  static let reconnect = OptionDefinition(
    "reconnect", .boolean, default: "false", "connects again when the sender is absent, closes or resets")
}

extension ConnectorDefinition {
  /// Lines from a TCP sender, as Spark's socket source.
  package static let socket = ConnectorDefinition(
    "socket", "Lines from a TCP sender such as `nc -lk 9999`, one row a line in the column `value`.",
    options: [
      SocketOptions.host, SocketOptions.port, SocketOptions.includeTimestamp, SocketOptions.reconnect,
      LineOptions.maxLineBytes,
    ],
    positional: ["host", "port"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        _ = try request.socketTransport()
        let showsTime = try request.options.boolean(SocketOptions.includeTimestamp)
        var schema = try showsTime ? Schema([Field("value", .string)]) : request.lineSchema()
        if showsTime { schema.fields.append(Field("timestamp", .timestamp)) }
        return SourceDescription(schema: schema, isBounded: false, canEnd: true, canReplay: false)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        let usesTime = columns.contains(1)
        return try StreamSource(
          schema: Schema(columns.map { description.schema[$0] }), transport: request.socketTransport(),
          lineBytesMax: LineOptions.lineBytesMax(request.options), showsArrival: usesTime
        ) { arrival in TextDecoder(columns.map { $0 == 1 ? .timestamp(arrival) : .value }) }
      }))
}

extension SourceRequest {
  fileprivate func socketTransport() throws(SQLError) -> SocketTransport {
    var host = options.text(SocketOptions.host) ?? ""
    var port = try options.integer(SocketOptions.port, in: 1...65535)
    if port == nil, let colon = host.lastIndex(of: ":") {
      port = Int64(host[host.index(after: colon)...])
      host = String(host[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard let port, (1...65535).contains(port), !host.isEmpty else {
      throw SQLError(
        .bind, "INVALID_OPTION_VALUE",
        "a socket needs a host and a port from 1 to 65535, found '\(options.text(SocketOptions.host) ?? "")'",
        span: options.span(of: SocketOptions.host.name) ?? span, hint: "for example socket('localhost:9999')")
    }
    return SocketTransport(
      host: host, port: Int(port), reconnects: try options.boolean(SocketOptions.reconnect))
  }
}
