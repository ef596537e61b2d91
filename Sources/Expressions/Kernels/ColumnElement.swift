internal import Columnar
internal import Diagnostics

/// A Swift type that a primitive column holds.
protocol ColumnElement: Sendable, BitwiseCopyable {
  static func primitive(of column: Column) -> PrimitiveColumn<Self>?
  static func column(_ values: [Self], validity: Validity?) -> Column
  /// What stands below a NULL.
  static var filler: Self { get }
}

extension Bool: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Bool>? {
    if case .bool(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Bool], validity: Validity?) -> Column {
    .bool(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Bool { false }
}

extension Int8: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Int8>? {
    if case .int8(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Int8], validity: Validity?) -> Column {
    .int8(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Int8 { 0 }
}

extension Int16: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Int16>? {
    if case .int16(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Int16], validity: Validity?) -> Column {
    .int16(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Int16 { 0 }
}

extension Int32: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Int32>? {
    if case .int32(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Int32], validity: Validity?) -> Column {
    .int32(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Int32 { 0 }
}

extension Int64: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Int64>? {
    if case .int64(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Int64], validity: Validity?) -> Column {
    .int64(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Int64 { 0 }
}

extension Int128: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Int128>? {
    if case .int128(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Int128], validity: Validity?) -> Column {
    .int128(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Int128 { 0 }
}

extension Float: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Float>? {
    if case .float32(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Float], validity: Validity?) -> Column {
    .float32(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Float { 0 }
}

extension Double: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<Double>? {
    if case .float64(let c) = column { return c }
    return nil
  }
  static func column(_ values: [Double], validity: Validity?) -> Column {
    .float64(PrimitiveColumn(values, validity: validity))
  }
  static var filler: Double { 0 }
}

extension BytesView: ColumnElement {
  static func primitive(of column: Column) -> PrimitiveColumn<BytesView>? {
    if case .bytes(let c) = column { return PrimitiveColumn(c.views, validity: c.validity) }
    return nil
  }
  /// Only for views that own their bytes (inline ones); others need their buffers: build a `BytesColumn`.
  static func column(_ values: [BytesView], validity: Validity?) -> Column {
    .bytes(BytesColumn(values, validity: validity))
  }
  static var filler: BytesView { BytesView() }
}

extension Operand {
  /// The values, one a row of `column` (one in all for a constant). Untyped NULLs become fillers.
  func values<T: ColumnElement>(as type: T.Type = T.self) throws(SQLError) -> [T] {
    if let primitive = T.primitive(of: column) { return primitive.values }
    if case .null(let count) = column { return [T](repeating: T.filler, count: count) }
    throw .internal("a kernel for \(T.self) got a column of \(column.physical)")
  }

  /// The values of `rows` rows, a constant repeated.
  func rowValues<T: ColumnElement>(_ rows: Int, as type: T.Type = T.self) throws(SQLError) -> [T] {
    let all = try values(as: type)
    if isConstant, rows != all.count, let first = all.first { return [T](repeating: first, count: rows) }
    return all
  }
}
