internal import Columnar
internal import Diagnostics

extension ConnectorDefinition {
  /// Rows given by INSERT.
  package static let memory = ConnectorDefinition(
    "memory", "Rows that INSERT statements give; each INSERT is one micro-batch.", options: [],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        guard let schema = request.schema, schema.count > 0 else {
          throw SQLError(
            .bind, "UNABLE_TO_INFER_SCHEMA", "a memory relation needs its columns declared",
            span: request.span,
            hint: "for example CREATE STREAM s (word STRING) USING memory")
        }
        return SourceDescription(
          schema: schema, isBounded: !request.isStream, canEnd: true, canReplay: true,
          store: MemoryTable(schema: schema, isStream: request.isStream, key: request.primaryKey))
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        guard let table = description.store as? MemoryTable else {
          throw .internal("a memory relation was opened without its table")
        }
        return table.open(
          columns: columns, isSnapshot: request.isSnapshot, takesChanges: request.takesChanges, owner: request.queryName)
      }),
    sink: SinkFactory { (request) throws(SQLError) -> any Sink in
      MemorySink(MemoryTable(schema: request.schema, isStream: false))
    })
}
