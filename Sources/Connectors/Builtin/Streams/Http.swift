internal import Columnar
internal import Diagnostics

private enum HttpOptions {
  static let url = OptionDefinition("url", .string, isRequired: true, "address: http://host:port/path")
  static let headers = OptionDefinition(
    "headers", .string, "headers of the request, a line each: 'Authorization: Bearer …\\nX-Name: value'")

  static let method = OptionDefinition(
    "method", .choice(["POST", "PUT", "PATCH"]), default: "POST", "sink: method of the requests")
  static let batchRows = OptionDefinition("batchRows", .integer, default: "1000", "sink: rows of one request at most")
  static let timeout = OptionDefinition("timeout", .duration, default: "30s", "sink: longest silence of the receiver")

  /// Attempts of a sink unless maxRetries says otherwise.
  static let sinkAttempts = 3
}

extension ConnectorDefinition {
  /// Lines, JSON lines and server-sent events of a web server, and rows sent to one.
  package static let http = ConnectorDefinition.stream(
    "http",
    "Lines, JSON lines or server-sent events that a web server sends (GET); as a sink, rows sent to one as JSON (POST).",
    options: [HttpOptions.url, HttpOptions.headers] + StreamOptions.retrying, positional: ["url"], sink: .http,
    sinkOptions: [HttpOptions.method, HttpOptions.batchRows, HttpOptions.timeout],
    canEnd: { (options) throws(SQLError) in try options.endsWithSender() }
  ) { (request, _) throws(SQLError) in
    let lineBytesMax = try LineOptions.lineBytesMax(request.options)
    return LineFeed(
      HttpTransport(
        url: try request.options.httpUrl(span: request.span), headers: try request.options.httpHeaders(),
        lineBytesMax: lineBytesMax, retry: try request.retryPolicy()),
      lineBytesMax: lineBytesMax)
  }
}

extension SinkFactory {
  fileprivate static let http = SinkFactory(wantsChanges: { $0.isDebezium }) { (request) throws(SQLError) -> any Sink in
    let options = request.options
    let encoding = try request.formatRequest()
    let format = options[StreamOptions.format.name]?.lowercased() ?? "json"
    guard ["json", "ndjson", "jsonl", DebeziumFormat.formatName].contains(format) else {
      throw .invalidOption(
        StreamOptions.format, format, expected: "json (an array a request), ndjson or debezium-json (a line a row)",
        span: options.span(of: "format"))
    }
    var headers = try options.httpHeaders()
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      headers.append(("Content-Type", format == "json" ? "application/json" : "application/x-ndjson"))
    }
    let attempts = try options.count(StreamOptions.maxRetries, from: 0) ?? HttpOptions.sinkAttempts
    let timeout = (try options.durationMicros(HttpOptions.timeout) ?? 0) / 1000
    let plan = HttpSink.Plan(
      request: HttpExchange.Request(
        method: (options.text(HttpOptions.method) ?? "POST").uppercased(), url: try options.httpUrl(span: request.span),
        headers: headers, kind: .sink, timeoutMillis: Int32(clamping: max(1, timeout))),
      rowsMax: try options.count(HttpOptions.batchRows) ?? 1000,
      retry: RetryPolicy(
        delayMillis: max(1, (try options.durationMicros(StreamOptions.retryDelay) ?? 0) / 1000),
        delayMillisMax: (try options.durationMicros(StreamOptions.retryDelayMax) ?? 0) / 1000, attemptsMax: attempts),
      queryName: request.queryName)
    return try HttpSink(plan) { () throws(SQLError) in
      var request = encoding
      request.isOneResult = true
      let lines = format == DebeziumFormat.formatName ? RowFormat.debezium : .jsonl
      return (format == "json" ? RowFormat.json : lines).encoder(request)
    }
  }
}

extension OptionValues {
  fileprivate func httpUrl(span: SourceSpan) throws(SQLError) -> HttpUrl {
    try HttpUrl(text(HttpOptions.url) ?? "", span: self.span(of: HttpOptions.url.name) ?? span)
  }

  /// `Name: value`, a line each.
  fileprivate func httpHeaders() throws(SQLError) -> [(name: String, value: String)] {
    guard let text = text(HttpOptions.headers) else { return [] }
    var headers: [(name: String, value: String)] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].lowercased()
      let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      // Bytes below a blank would end the header, or the request, early.
      guard parts.count == 2, isToken, parts[1].utf8.allSatisfy({ $0 >= 0x20 || $0 == 9 }) else {
        throw .invalidOption(
          HttpOptions.headers, String(line), expected: "lines of the form 'Name: value'",
          span: span(of: HttpOptions.headers.name))
      }
      if ["host", "connection", "content-length", "transfer-encoding"].contains(name) {
        throw .invalidOption(
          HttpOptions.headers, String(line), expected: "a header that the request does not set itself",
          span: span(of: HttpOptions.headers.name))
      }
      headers.append((String(parts[0]), String(parts[1]).trimmingSpaces()))
    }
    return headers
  }
}
