import Columnar
import Dataflow

/// The late rows of all operators of a query as one relation, for `late(query)`.
///
/// Operators see different columns: the relation has those of each, once where name and type are the same, NULL for rows of
/// operators that have no such column. A name that stands for several types is numbered.
struct LateColumns {
  private(set) var fields: [Field] = []

  /// The columns and rows of `all`, operator by operator; the lanes of one operator have the same columns.
  static func combined(_ all: [LateRows]) -> (schema: Schema, batches: [Batch])? {
    guard let first = all.first else { return nil }
    if all.allSatisfy({ $0.schema == first.schema }) { return (first.schema, all.flatMap(\.batches)) }
    var columns = LateColumns()
    let places = all.map { columns.places(of: $0.schema) }
    let fields = columns.fields
    let batches = zip(all, places).flatMap { rows, places in
      rows.batches.map { batch in
        var made: [Column?] = fields.map { _ in nil }
        for (column, place) in zip(batch.columns, places) { made[place] = column }
        return Batch(
          zip(made, fields).map { $0 ?? Column.repeating(.null, type: $1.type, count: batch.count) }, count: batch.count)
      }
    }
    return (Schema(fields), batches)
  }

  /// Where the columns of an operator stand; those that are new are added.
  private mutating func places(of schema: Schema) -> [Int] {
    var places: [Int] = []
    for field in schema.fields {
      let found = fields.indices.first { fields[$0].type == field.type && isNamed(fields[$0].name, field.name) && !places.contains($0) }
      if let found {
        places.append(found)
        continue
      }
      places.append(fields.count)
      fields.append(Field(freeName(field.name), field.type))
    }
    return places
  }

  private func isNamed(_ name: String, _ original: String) -> Bool {
    if name == original { return true }
    guard name.hasPrefix(original + "_") else { return false }
    return Int(name.dropFirst(original.count + 1)) != nil
  }

  private func freeName(_ name: String) -> String {
    func isTaken(_ name: String) -> Bool { fields.contains { $0.name.lowercased() == name.lowercased() } }
    if !isTaken(name) { return name }
    var number = 2
    while isTaken("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }
}
