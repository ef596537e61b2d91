internal import Columnar
internal import Diagnostics

enum ExecOptions {
  static let command = OptionDefinition("command", .string, isRequired: true, "what the shell runs")
}

extension ConnectorDefinition {
  /// Lines that a command writes, or a command that rows are written to.
  package static let exec = ConnectorDefinition.stream(
    "exec",
    "Lines that a command of the shell writes; as a sink, a command that gets the rows. It ends with the query.",
    options: [ExecOptions.command] + StreamOptions.retrying, positional: ["command"], sink: .exec,
    canEnd: { (options) throws(SQLError) in try options.endsWithSender() }
  ) { (request, _) throws(SQLError) in
    LineFeed(
      ExecTransport(
        command: try request.options.command(span: request.span), retry: try request.retryPolicy()),
      lineBytesMax: try LineOptions.lineBytesMax(request.options))
  }
}

extension OptionValues {
  fileprivate func command(span: SourceSpan) throws(SQLError) -> String {
    guard let command = text(ExecOptions.command), !command.trimmingSpaces().isEmpty, !command.utf8.contains(0) else {
      throw .invalidOption(ExecOptions.command, self["command"] ?? "", expected: "a command", span: self.span(of: "command") ?? span)
    }
    return command
  }
}

extension SinkFactory {
  fileprivate static let exec = SinkFactory(wantsChanges: { $0.isDebezium }) { (request) throws(SQLError) -> any Sink in
    let command = try request.options.command(span: request.span)
    return try ExecSink(command, try request.lineEncoder())
  }
}
