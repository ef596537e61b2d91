package import Columnar
internal import Diagnostics

extension BoundExpression {
  /// The value as a key of a group: −0.0 is 0.0, as Spark shows it. Keys without floating point numbers are what they were.
  package var normalizedKey: BoundExpression {
    guard type.holdsFloats else { return self }
    let function = BoundFunction("normalized", [type], returns: type, isNullable: isNullable) { (context, operands) in
      NormalizedZeros.column(operands[0].flattened(rows: context.rows))
    }
    return BoundExpression(.call(ScalarCall(function, [self])), type: type, isNullable: isNullable, span: span)
  }
}

extension DataType {
  fileprivate var holdsFloats: Bool {
    switch self {
    case .float, .double: true
    case .array(let element): element.holdsFloats
    case .map(let key, let value): key.holdsFloats || value.holdsFloats
    case .structure(let fields): fields.contains { $0.type.holdsFloats }
    default: false
    }
  }
}

private enum NormalizedZeros {
  static func column(_ column: Column) -> Column {
    switch column {
    // Only −0.0 changes by adding 0.0.
    case .float32(var c):
      for row in c.values.indices { c.values[row] += 0 }
      return .float32(c)
    case .float64(var c):
      for row in c.values.indices { c.values[row] += 0 }
      return .float64(c)
    case .list(var c):
      c.child = self.column(c.child)
      return .list(c)
    case .map(var c):
      c.keys = self.column(c.keys)
      c.values = self.column(c.values)
      return .map(c)
    case .structure(var c):
      c.fields = c.fields.map(self.column)
      return .structure(c)
    case .null, .bool, .int8, .int16, .int32, .int64, .int128, .bytes: return column
    }
  }
}
