internal import Columnar
internal import Diagnostics

private enum PrintOptions {
  static let identifier = OptionDefinition("print-identifier", .string, "stands before each row, with `> ` behind it")
  static let standardError = OptionDefinition("standard-error", .boolean, default: "false", "writes to stderr")
  static let parallelism = OptionDefinition("sink.parallelism", .integer, "accepted as in Flink; has no effect")
}

extension ConnectorDefinition {
  /// Flink's print sink.
  package static let print = ConnectorDefinition(
    "print", "Writes a line a row with what happened to it, as Flink's print sink: +I[1, x].",
    options: [PrintOptions.identifier, PrintOptions.standardError, PrintOptions.parallelism],
    sink: SinkFactory(wantsChanges: { _ in true }) { (request) throws(SQLError) -> any Sink in
      let prefix = request.options.text(PrintOptions.identifier).map { $0 + "> " } ?? ""
      var encoding = try request.formatRequest()
      encoding.nullText = "null"
      let encoder = ChangelogEncoder(encoding, prefix: prefix)
      let output: any OutputStreamSink =
        try request.options.boolean(PrintOptions.standardError)
        ? DescriptorOutput(descriptor: 2, name: "stderr") : request.environment.output
      return EncodedSink(encoder, output: output)
    })
}
