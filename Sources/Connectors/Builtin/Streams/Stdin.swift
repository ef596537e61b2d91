internal import Columnar
internal import Diagnostics

extension ConnectorDefinition {
  /// Lines of the standard input.
  package static let stdin = ConnectorDefinition.stream(
    "stdin", "Lines of the standard input, one row a line in the column `value`.", options: []
  ) { (request, _) throws(SQLError) in
    guard request.environment.isStdinData else {
      throw SQLError(
        .bind, "STDIN_IS_SCRIPT", "the standard input is the script and cannot be read as data",
        span: request.span, hint: "give the script with -f FILE or -c SQL")
    }
    return LineFeed(
      DescriptorTransport(name: "stdin", descriptor: 0), lineBytesMax: try LineOptions.lineBytesMax(request.options))
  }
}
