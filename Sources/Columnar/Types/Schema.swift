/// The ordered columns of a relation.
///
/// Names need not be unique (a join may give two of one name); they compare without case, as in Spark.
package struct Schema: Hashable, Sendable {
  package var fields: [Field]

  package init(_ fields: [Field] = []) { self.fields = fields }

  package var count: Int { fields.count }
  package var names: [String] { fields.map(\.name) }
  package var types: [DataType] { fields.map(\.type) }

  package subscript(_ index: Int) -> Field { fields[index] }

  /// Ordinals of all columns of this name.
  package func ordinals(named name: String) -> [Int] {
    let folded = name.lowercased()
    return fields.indices.filter { fields[$0].name.lowercased() == folded }
  }
}

extension Schema: CustomStringConvertible {
  /// DDL text: `a INT, b STRING`.
  package var description: String {
    fields.map { "\($0.name) \($0.type.sqlName)" }.joined(separator: ", ")
  }
}
