import Columnar
import Connectors
import Dataflow

/// Rows of a relation that were taken back but not there: they go to `errors(source)`.
final class UnknownRows: UnknownRowsReceiver {
  private let relation: String
  private let records: MalformedRecords

  init(relation: String, records: MalformedRecords) {
    self.relation = relation
    self.records = records
  }

  func note(_ rows: Batch, schema: Schema) { records.noteUnknown(rows, schema: schema, relation: relation) }
}

extension Relation {
  var unknownRows: UnknownRows? { description.malformed.map { UnknownRows(relation: name, records: $0) } }
}
