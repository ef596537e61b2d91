internal import Columnar
internal import Diagnostics
internal import Expressions

/// The columns that names can mean at one place of a query, in the order of the input's ordinals.
struct Scope: Sendable {
  struct Column: Sendable {
    /// What may stand before the dot: the relation's alias, or its name with all its parts.
    var qualifier: [String]
    var field: Field
    /// A key that USING merged into another column: only there with its qualifier (`t2.k`).
    var isHidden = false
    /// What a file is and not what is in it (`_metadata`): hidden, and only there by its name.
    var isMetadata = false
    /// What the name stands for where it is no column of the input: the argument of a function's parameter.
    var value: BoundExpression?
  }

  var columns: [Column]

  init(_ columns: [Column] = []) { self.columns = columns }

  /// Every column of `schema`, under one qualifier.
  init(_ schema: Schema, qualifier: [String]) {
    columns = schema.fields.map { Column(qualifier: qualifier, field: $0) }
  }

  var schema: Schema { Schema(columns.map(\.field)) }

  /// The expression that a name of this scope means.
  func reference(to ordinal: Int, span: SourceSpan) -> BoundExpression {
    guard var value = columns[ordinal].value else { return .column(ordinal, columns[ordinal].field, span: span) }
    value.span = span
    return value
  }

  /// The same columns under the name of an alias.
  func requalified(_ qualifier: [String]) -> Scope {
    Scope(columns.map { Column(qualifier: qualifier, field: $0.field, isHidden: $0.isMetadata, isMetadata: $0.isMetadata) })
  }

  /// Ordinals of the columns called `name`, of relations that `qualifier` may mean; no qualifier means any.
  func ordinals(qualifier: ArraySlice<String>, name: String) -> [Int] {
    columns.indices.filter { index in
      columns[index].field.name.equalsIgnoringCase(name) && columns[index].answers(to: qualifier)
        && !(columns[index].isHidden && !columns[index].isMetadata && qualifier.isEmpty)
    }
  }

  /// Ordinals of the columns that `qualifier.*` means, hidden ones first (as in Spark).
  func ordinals(qualifier: [String]) -> [Int] {
    let all = columns.indices.filter { columns[$0].answers(to: qualifier[...]) && !columns[$0].isMetadata }
    return all.filter { columns[$0].isHidden } + all.filter { !columns[$0].isHidden }
  }

  /// Ordinals of the columns that `*` means.
  var visibleOrdinals: [Int] { columns.indices.filter { !columns[$0].isHidden } }
}

extension Scope.Column {
  /// Whether `qualifier` names this column's relation: `t`, or `db.t`, of `catalog.db.t`.
  func answers(to wanted: ArraySlice<String>) -> Bool {
    guard wanted.count <= qualifier.count else { return false }
    return zip(qualifier.suffix(wanted.count), wanted).allSatisfy { $0.equalsIgnoringCase($1) }
  }
}

extension String {
  /// How names are compared.
  func equalsIgnoringCase(_ other: String) -> Bool { self == other || lowercased() == other.lowercased() }
}
