internal import Columnar
internal import Diagnostics

extension ConnectorDefinition {
  /// Lines of the standard input.
  package static let stdin = ConnectorDefinition(
    "stdin", "Lines of the standard input, one row a line in the column `value`.",
    options: [LineOptions.maxLineBytes],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        guard request.environment.isStdinData else {
          throw SQLError(
            .bind, "STDIN_IS_SCRIPT", "the standard input is the script and cannot be read as data",
            span: request.span, hint: "give the script with -f FILE or -c SQL")
        }
        return SourceDescription(
          schema: try request.lineSchema(), isBounded: false, canEnd: true, canReplay: false)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        try StreamSource(
          schema: Schema(columns.map { description.schema[$0] }),
          transport: DescriptorTransport(name: "stdin", descriptor: 0),
          lineBytesMax: LineOptions.lineBytesMax(request.options)
        ) { _ in TextDecoder(columns.map { _ in .value }) }
      }))
}
