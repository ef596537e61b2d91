import Columnar
import Connectors
import Diagnostics
import Planning

/// A relation of a session: a name or a place, the connector behind it, and what its queries share.
final class Relation {
  let id: SourceID
  var name: String
  let isStream: Bool
  let connector: ConnectorDefinition
  let request: SourceRequest
  let description: SourceDescription
  /// Rows that live in the session (`USING memory`): INSERT goes here.
  var store: (any RelationStore)? { description.store }
  /// The same, where rows can be changed.
  var table: MemoryTable? { description.store as? MemoryTable }
  /// Of a materialized view: the query that keeps it up to date.
  var keeper: StreamingQuery?
  /// Columns that identify a row: PRIMARY KEY, or what the query of a materialized view is known to give.
  var key: [Int]?
  /// Holds what `START QUERY … INTO memory` gives: a later query of that name may replace it.
  var isResultOfQuery = false
  /// Computed columns and event time of CREATE TABLE.
  var layout: [SourceReference.LayoutColumn] = []
  var watermark: (column: Int, delayMicros: Int64)?
  /// After so long without rows it holds no watermark back (`scan.watermark.idle-timeout`); nil: as the session says.
  var idleMicros: Int64?
  /// By lower-case name: what CREATE TABLE says of columns besides.
  var columnDetails: [String: ColumnDetails] = [:]
  /// Columns of PARTITIONED BY.
  var partitionedBy: [String] = []

  init(
    id: SourceID, name: String, isStream: Bool, connector: ConnectorDefinition, request: SourceRequest,
    description: SourceDescription
  ) {
    self.id = id
    self.name = name
    self.isStream = isStream
    self.connector = connector
    self.request = request
    self.description = description
  }

  var schema: Schema { description.schema }

  /// As the planner sees it.
  var reference: SourceReference {
    var reference = SourceReference(
      id: id, name: name, connector: connector.name, schema: schema,
      isBounded: description.isBounded, canEnd: description.canEnd, isAppendOnly: description.isAppendOnly,
      primaryKey: description.primaryKey, watermark: watermark)
    reference.layout = layout
    reference.metadata = description.metadata
    reference.primaryKey = key
    if let table, !isStream {
      reference.followable = .init(isChanging: keeper != nil || isResultOfQuery || table.isChanging)
    }
    return reference
  }

  /// A reader for the query `owner`, of some columns.
  func open(columns: [Int], as reference: SourceReference, owner: String) throws(SQLError) -> any Source {
    var request = request
    request.isSnapshot = store != nil && reference.isBounded
    request.takesChanges = !reference.isAppendOnly
    request.queryName = owner
    let factory = try connector.sourceFactory(span: request.span)
    return try factory.open(request, description, columns)
  }

  func close() {
    store?.close()
  }

  /// The session ends: nothing reads it any more, and no thread or child process is left behind.
  func shutDown() {
    close()
    description.hub?.shutDown()
  }
}

extension ConnectorDefinition {
  func sourceFactory(span: SourceSpan) throws(SQLError) -> SourceFactory {
    guard let source else {
      throw SQLError(.bind, "UNSUPPORTED_DATA_SOURCE", "connector \"\(name)\" can only be written", span: span)
    }
    return source
  }
}
