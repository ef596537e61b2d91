internal import Columnar
internal import Diagnostics

private enum ConsoleOptions {
  static let format = OptionDefinition(
    "format", .choice(RowFormat.names), default: "spark", "any output mode")
  static let truncate = OptionDefinition(
    "truncate", .string, "true (20 characters), false, or the number of characters that a cell may have")
  static let numRows = OptionDefinition(
    "numRows", .integer, "rows shown of each block; 20 as spark, 10 as pprint")
  static let header = OptionDefinition("header", .boolean, default: "true", "column names above csv and tsv")
  static let sep = OptionDefinition("sep", .string, "between fields of csv and tsv")
}

extension ConnectorDefinition {
  /// Spark's console sink, in any output mode.
  package static let console = ConnectorDefinition(
    "console", "Shows each step's rows on the standard output.",
    options: [
      ConsoleOptions.format, ConsoleOptions.truncate, ConsoleOptions.numRows, ConsoleOptions.header,
      ConsoleOptions.sep,
    ],
    sink: SinkFactory { (request) throws(SQLError) -> any Sink in
      let format = try RowFormat.named(
        request.options.text(ConsoleOptions.format) ?? "spark", span: request.span)
      var encoding = try request.formatRequest()
      // Rows of all steps come as one run of lines: each says where it belongs.
      encoding.showsBatch = format.name == RowFormat.jsonl.name
      encoding.truncate = try request.truncation()
      encoding.rowsMax = try request.options.count(ConsoleOptions.numRows, from: 0)
      encoding.hasHeader = try request.options.boolean(ConsoleOptions.header)
      encoding.separator = request.options.text(ConsoleOptions.sep)
      return EncodedSink(format.encoder(encoding), output: request.environment.output)
    })

  package static let blackhole = ConnectorDefinition(
    "blackhole", aliases: ["noop"], "Takes rows and forgets them; for measuring.", options: [],
    sink: SinkFactory { (_) throws(SQLError) -> any Sink in BlackholeSink() })
}

extension SinkRequest {
  /// How text is made of this query's rows, before a format's own options.
  func formatRequest() throws(SQLError) -> RowFormatRequest {
    guard let zone = TimeZoneRules.named(environment.zoneName) else {
      throw SQLError(.bind, "INVALID_TIMEZONE", "unknown time zone \"\(environment.zoneName)\"", span: span)
    }
    return RowFormatRequest(schema: schema, zone: zone, isChangelog: isChangelog, tableName: queryName)
  }

  fileprivate func truncation() throws(SQLError) -> Int? {
    guard let text = options.text(ConsoleOptions.truncate)?.trimmingSpaces().lowercased() else { return nil }
    switch text {
    case "true": return SparkEncoder.truncateDefault
    case "false": return 0
    default:
      guard let count = Int(text), count >= 0 else {
        throw .invalidOption(
          ConsoleOptions.truncate, text, expected: "true, false or a number",
          span: options.span(of: ConsoleOptions.truncate.name) ?? span)
      }
      return count
    }
  }
}
