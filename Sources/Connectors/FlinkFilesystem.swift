package import Diagnostics

/// Flink's `WITH ('connector' = 'filesystem', 'path' = '…', 'format' = 'csv', …)`, in the words of the connectors here.
package enum FlinkFilesystem {
  package static let connectorName = "filesystem"

  /// Flink's option names, and ours; the same for reading and writing.
  private static let names = [
    "path": "path", "source.monitor-interval": "monitorInterval", "source.path.regex-pattern": "",
    "csv.field-delimiter": "sep", "csv.quote-character": "quote", "csv.escape-character": "escape",
    "csv.null-literal": "nullValue", "csv.allow-comments": "comment", "csv.ignore-parse-errors": "mode",
    "csv.disable-quote-character": "quote", "json.ignore-parse-errors": "mode", "json.fail-on-missing-field": "",
    "json.timestamp-format.standard": "", "json.encode.ignore-null-fields": "ignoreNullFields", "raw.charset": "encoding",
    "raw.line-delimiter": "lineSep", "sink.rolling-policy.file-size": "", "sink.rolling-policy.rollover-interval": "",
  ]

  /// The keys that Flink had before version 1.11, and those of today.
  private static let formerNames = [
    "connector.type": "connector", "connector.path": "path", "format.type": "format",
    "format.field-delimiter": "csv.field-delimiter", "format.quote-character": "csv.quote-character",
    "format.escape-character": "csv.escape-character", "format.null-literal": "csv.null-literal",
    "format.allow-comments": "csv.allow-comments", "format.ignore-parse-errors": "csv.ignore-parse-errors",
    "format.fail-on-missing-field": "json.fail-on-missing-field",
  ]
  /// Former keys that said what is so anyway.
  private static let formerTexts: Set<String> = ["connector.property-version", "format.property-version", "format.derive-schema"]

  /// Options in which `connector.type` names the connector, as published files have them, with the keys of today.
  package static func withoutFormerKeys(_ options: [GivenOption]) -> [GivenOption] {
    guard options.contains(where: { $0.name.lowercased() == "connector.type" }) else { return options }
    return options.filter { !formerTexts.contains($0.name.lowercased()) }.map { option in
      GivenOption(formerNames[option.name.lowercased()] ?? option.name, option.text, span: option.span)
    }
  }

  /// The connector for the format that is named, and the other options in its words. An option of Flink's that means nothing
  /// here is refused by name; one that is ours already stays.
  package static func translated(
    _ options: [GivenOption], in registry: ConnectorRegistry, span: SourceSpan
  ) throws(SQLError) -> (ConnectorDefinition, [GivenOption]) {
    guard let format = options.first(where: { $0.name.lowercased() == "format" }) else {
      throw SQLError(
        .bind, "REQUIRED_OPTION_UNSPECIFIED", "connector \"filesystem\" needs the option \"format\"", span: span,
        hint: "'format' = 'csv', 'json' or 'raw'")
    }
    guard let connector = registry[format.text], connector.positional.first == "path" else {
      throw .unknownConnector(format.text, in: ["csv", "json", "raw"], span: format.span)
    }
    var given: [GivenOption] = []
    for option in options where option.name.lowercased() != "format" {
      guard let name = names[option.name.lowercased()] else {
        given.append(option)
        continue
      }
      if let ours = try translated(option, to: name) { given.append(ours) }
    }
    // Flink's files have no header.
    if connector.name == "csv", !given.contains(where: { $0.name.lowercased() == "header" }) {
      given.append(GivenOption("header", "false", span: span))
    }
    return (connector, given)
  }

  /// Nil for what is so anyway.
  private static func translated(_ option: GivenOption, to name: String) throws(SQLError) -> GivenOption? {
    let key = option.name.lowercased()
    switch key {
    case "csv.ignore-parse-errors", "json.ignore-parse-errors":
      return GivenOption("mode", try truth(option) ? "DROPMALFORMED" : "FAILFAST", span: option.span)
    case "csv.allow-comments": return try truth(option) ? GivenOption("comment", "#", span: option.span) : nil
    case "csv.disable-quote-character": return try truth(option) ? GivenOption("quote", "", span: option.span) : nil
    case "json.fail-on-missing-field" where try !truth(option): return nil
    case "json.timestamp-format.standard" where ["sql", "iso-8601"].contains(option.text.lowercased()): return nil
    default: break
    }
    guard !name.isEmpty else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "the option \"\(option.name)\" of Flink's filesystem connector is not known here",
        span: option.span, hint: "leave it out")
    }
    return GivenOption(name, option.text, span: option.span)
  }

  private static func truth(_ option: GivenOption) throws(SQLError) -> Bool {
    switch option.text.lowercased() {
    case "true": return true
    case "false": return false
    default:
      throw SQLError(
        .bind, "INVALID_OPTION_VALUE", "option \"\(option.name)\" is '\(option.text)', expected true or false",
        span: option.span)
    }
  }
}
