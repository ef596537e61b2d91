internal import Columnar
internal import Diagnostics

/// Options of every source of a byte stream that cannot replay.
enum StreamOptions {
  static let format = OptionDefinition(
    "format", .choice(StreamFormats.names),
    "how a line is read: text, or json where other columns than one STRING are declared; all but text need declared columns")
  static let bufferBytes = OptionDefinition(
    "bufferBytes", .integer, default: String(ChunkQueue.bytesMax),
    "bytes that wait for a query before the sender is held back")
  static let reconnect = OptionDefinition(
    "reconnect", .boolean, "connects again when the sender is absent, closes or resets; true where maxRetries is given")
  static let maxRetries = OptionDefinition(
    "maxRetries", .integer, "failures in a row after which it is given up; without it never")
  static let retryDelay = OptionDefinition(
    "retryDelay", .duration, default: "100ms", "time before a connection is tried again, doubled with each failure in a row")
  static let retryDelayMax = OptionDefinition(
    "retryDelayMax", .duration, default: "5s", "longest time between two attempts")

  static let retrying = [reconnect, maxRetries, retryDelay, retryDelayMax]
}

/// Formats that are read line by line from a stream.
enum StreamFormats {
  static let all: [any ReadFormat] = [
    TextFormat(), CsvFormat.commas, CsvFormat.tabs, JsonFormat(), DebeziumFormat(),
  ]
  /// Another name for the same lines.
  private static let aliases = ["ndjson": "json", "jsonl": "json", "raw": "text"]

  static var names: [String] { all.map(\.name) + aliases.keys.sorted() }

  /// Options of all formats but those that take a whole file as one piece.
  static let options: [OptionDefinition] = {
    var options: [OptionDefinition] = []
    for option in all.flatMap(\.options) where ![FormatOptions.multiLine.name, "wholetext"].contains(option.name) {
      if !options.contains(where: { $0.name == option.name }) { options.append(option) }
    }
    return options
  }()

  /// The format that is named, else lines of text, or JSON where columns are declared that lines of text do not have.
  static func format(_ options: OptionValues, declared schema: Schema?) -> any ReadFormat {
    let isText = schema.map { $0.fields.first?.type == .string && $0.count <= 2 && ($0.count == 1 || $0[1].type == .timestamp) } ?? true
    let name = options.text(StreamOptions.format)?.lowercased() ?? (isText ? "text" : "json")
    return all.first { $0.name == aliases[name] ?? name } ?? TextFormat()
  }
}

extension ConnectorDefinition {
  /// A source that reads a stream of lines in any format, once for all queries.
  /// - Parameters:
  ///   - canEnd: whether the stream may end by itself.
  ///   - feed: checks the options and makes what reads; takes note of records that it cannot hand over.
  static func stream(
    _ name: String, aliases: [String] = [], _ summary: String, options: [OptionDefinition], positional: [String] = [],
    sink: SinkFactory? = nil, sinkOptions: [OptionDefinition] = [],
    canEnd: @escaping @Sendable (OptionValues) throws(SQLError) -> Bool = { (_) throws(SQLError) in true },
    feed: @escaping @Sendable (SourceRequest, MalformedRecords) throws(SQLError) -> any StreamFeed
  ) -> ConnectorDefinition {
    let common = [StreamOptions.format, LineOptions.maxLineBytes, StreamOptions.bufferBytes] + StreamFormats.options
    return ConnectorDefinition(
      name, aliases: aliases, summary,
      options: options + common.filter { option in !options.contains { $0.name == option.name } } + sinkOptions,
      positional: positional,
      source: SourceFactory(
        describe: { (request) throws(SQLError) -> SourceDescription in
          let malformed = MalformedRecords()
          let feed = try feed(request, malformed)
          let gate = request.environment.gate
          _ = try request.bufferBytes()
          return try request.streamDescription(
            hub: name == "stdin"
              ? request.environment.standardInput.hub { StreamHub(feed, gate: gate) } : StreamHub(feed, gate: gate),
            malformed: malformed, canEnd: canEnd(request.options))
        },
        open: { (request, description, columns) throws(SQLError) -> any Source in
          try request.streamSource(description, columns: columns)
        }),
      sink: sink)
  }
}

extension SourceRequest {
  fileprivate func streamDescription(
    hub: StreamHub, malformed: MalformedRecords, canEnd: Bool
  ) throws(SQLError) -> SourceDescription {
    let format = StreamFormats.format(options, declared: schema)
    var schema = try format.schema(plainRequest(), sample: nil)
    if try showsArrival {
      guard format.name == "text" else {
        throw SQLError(
          .bind, "UNSUPPORTED_FEATURE", "includeTimestamp is there for lines of text alone", span: span,
          hint: "take the time from the record, or read lines and use from_json(value, …)")
      }
      schema.fields.append(Field("timestamp", .timestamp))
    }
    var description = SourceDescription(
      schema: schema, isBounded: false, canEnd: canEnd, canReplay: false, malformed: malformed)
    description.hub = hub
    description.isAppendOnly = format.isAppendOnly
    return description
  }

  /// Columns are declared without the time of arrival.
  private func plainRequest() throws(SQLError) -> SourceRequest {
    var request = self
    if let schema, schema.count == 2, schema[1].type == .timestamp, try showsArrival {
      request.schema = Schema([schema[0]])
    }
    return request
  }

  private var showsArrival: Bool {
    get throws(SQLError) {
      options[SocketOptions.includeTimestamp.name] == nil ? false : try options.boolean(SocketOptions.includeTimestamp)
    }
  }

  fileprivate func streamSource(_ description: SourceDescription, columns: [Int]) throws(SQLError) -> any Source {
    guard let hub = description.hub else { throw .internal("a stream was opened without its hub") }
    let schema = Schema(columns.map { description.schema[$0] })
    let bufferBytes = try bufferBytes()
    if try showsArrival {
      return StreamSource(
        schema: schema, hub: hub, showsArrival: columns.contains(1), bufferBytes: bufferBytes, records: description.malformed
      ) { chunk in
        TextDecoder(columns.map { $0 == 1 ? .timestamp(chunk.arrivalMicros) : .value })
      }
    }
    let reading = try StreamFormats.format(options, declared: self.schema).reading(
      plainRequest(), description.schema, columns: columns, malformed: description.malformed ?? MalformedRecords())
    let name = hub.name
    return StreamSource(
      schema: schema, hub: hub, bufferBytes: bufferBytes, policy: reading.policy, records: description.malformed
    ) { chunk in
      reading.decoder(InputPlace(input: name, byteOffset: chunk.offset, isStart: chunk.isStart))
    }
  }

  func bufferBytes() throws(SQLError) -> Int { try options.count(StreamOptions.bufferBytes) ?? ChunkQueue.bytesMax }

  /// How the connection is tried again; nil: not.
  func retryPolicy() throws(SQLError) -> RetryPolicy? {
    let attempts = try options.count(StreamOptions.maxRetries, from: 0)
    guard try options[StreamOptions.reconnect.name] == nil ? attempts != nil : options.boolean(StreamOptions.reconnect)
    else { return nil }
    return RetryPolicy(
      delayMillis: max(1, (try options.durationMicros(StreamOptions.retryDelay) ?? 0) / 1000),
      delayMillisMax: (try options.durationMicros(StreamOptions.retryDelayMax) ?? 0) / 1000, attemptsMax: attempts)
  }
}

extension OptionValues {
  /// The rows are changes in Debezium's JSON.
  var isDebezium: Bool { self[StreamOptions.format.name]?.lowercased() == DebeziumFormat.formatName }

  /// A source that connects again does not end with its sender.
  func endsWithSender() throws(SQLError) -> Bool {
    if self[StreamOptions.reconnect.name] == nil { return self[StreamOptions.maxRetries.name] == nil }
    return try !boolean(StreamOptions.reconnect)
  }

  /// `host:port`, `[address]:port`, or a host and a port of their own; nil if there is no such thing.
  func hostAndPort(_ host: OptionDefinition, _ port: OptionDefinition) throws(SQLError) -> (host: String, port: Int)? {
    var name = text(host) ?? ""
    var number = try integer(port, in: 1...65535)
    if number == nil, let colon = name.lastIndex(of: ":") {
      number = Int64(name[name.index(after: colon)...])
      name = String(name[..<colon])
    }
    if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
    guard let number, (1...65535).contains(number), !name.isEmpty else { return nil }
    return (name, Int(number))
  }
}
