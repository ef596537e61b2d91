internal import Columnar
internal import Diagnostics

/// Arrays, maps and structs: their parts are cast, structs field by field in order.
extension Casts {
  static func nested(
    _ column: Column, _ pair: CastPair, _ context: inout KernelContext
  ) throws(SQLError) -> Column {
    switch (column, pair.source, pair.target) {
    case (.list(let c), .array(let from), .array(let to)):
      let child = try part(c.child, from, to, pair.mode, visible(c.offsets, c.validity, context, c.child.count), context)
      return .list(ListColumn(offsets: c.offsets, child: child, validity: c.validity))
    case (.map(let c), .map(let key, let value), .map(let toKey, let toValue)):
      let mask = visible(c.offsets, c.validity, context, c.keys.count)
      let keys = try part(c.keys, key, toKey, pair.mode, mask, context)
      let values = try part(c.values, value, toValue, pair.mode, mask, context)
      return .map(MapColumn(offsets: c.offsets, keys: keys, values: values, validity: c.validity))
    case (.structure(let c), .structure(let from), .structure(let to)):
      var fields: [Column] = []
      for (i, field) in c.fields.enumerated() {
        fields.append(try part(field, from[i].type, to[i].type, pair.mode, context.validity, context))
      }
      return .structure(StructColumn(fields: fields, count: c.count, validity: c.validity))
    default: return ColumnBuilder.nulls(pair.target, count: column.count)
    }
  }

  /// Casts parts; those outside `mask` may fail without anyone noticing.
  private static func part(
    _ column: Column, _ source: DataType, _ target: DataType, _ mode: CastMode, _ mask: Validity?,
    _ context: KernelContext
  ) throws(SQLError) -> Column {
    var inner = context
    inner.rows = column.count
    inner.validity = Validity.intersection(mask, column.validity)
    return try cast(Operand(column), from: source, to: target, mode: mode, context: &inner)
  }

  /// Elements that belong to a row that is not NULL; nil is all.
  static func visible(
    _ offsets: [Int32], _ validity: Validity?, _ context: KernelContext, _ elements: Int
  ) -> Validity? {
    guard let validity = Validity.intersection(validity, context.validity) else { return nil }
    var mask = Validity(repeating: false, count: elements)
    for row in 0..<(offsets.count - 1) where validity[row] {
      for element in offsets[row]..<offsets[row + 1] { mask.set(Int(element), true) }
    }
    return mask
  }
}
