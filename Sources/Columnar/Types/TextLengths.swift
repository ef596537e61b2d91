/// The lengths that CHAR(n) and VARCHAR(n) give the texts of a column, in the shape of its type.
///
/// A length is no part of a type, as in Spark: the values are strings. It says what may be written to the column and how the
/// column is described, and that comparing a CHAR looks past the blanks at its end.
package indirect enum TextLengths: Hashable, Sendable {
  case char(Int)
  case varchar(Int)
  case array(TextLengths)
  case map(key: TextLengths?, value: TextLengths?)
  /// One entry a field.
  case structure([TextLengths?])

  /// The n of a column that is a CHAR(n).
  package var charLength: Int? {
    if case .char(let length) = self { return length }
    return nil
  }

  /// Whether there is a CHAR in it, whose values are as long as it says.
  package var hasChar: Bool {
    switch self {
    case .char: true
    case .varchar: false
    case .array(let element): element.hasChar
    case .map(let key, let value): (key?.hasChar ?? false) || (value?.hasChar ?? false)
    case .structure(let fields): fields.contains { $0?.hasChar ?? false }
    }
  }
}

extension DataType {
  /// The type as it was declared: `char(5)`, `array<varchar(3)>`.
  package func description(_ lengths: TextLengths?) -> String {
    switch (self, lengths) {
    case (_, .char(let length)?): return "char(\(length))"
    case (_, .varchar(let length)?): return "varchar(\(length))"
    case (.array(let element), .array(let inner)?): return "array<\(element.description(inner))>"
    case (.map(let key, let value), .map(let ofKey, let ofValue)?):
      return "map<\(key.description(ofKey)),\(value.description(ofValue))>"
    case (.structure(let fields), .structure(let inner)?) where fields.count == inner.count:
      return "struct<" + zip(fields, inner).map { "\($0.name):\($0.type.description($1))" }.joined(separator: ",") + ">"
    default: return description
    }
  }
}
