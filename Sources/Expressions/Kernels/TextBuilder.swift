internal import Columnar
internal import Diagnostics

/// Grows a string or binary column, row by row, without counting references: short values are inline, long ones go to
/// an arena or are slices of the input.
struct TextBuilder {
  private(set) var views: [BytesView] = []
  private var arena = ByteArena()

  init(rows: Int) { views.reserveCapacity(rows) }

  var count: Int { views.count }

  /// Appends a copy of `bytes`.
  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return views.append(BytesView()) }
    views.append(arena.adopt(BytesView(base.assumingMemoryBound(to: UInt8.self), count: bytes.count)))
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends a view whose bytes live in one of the `owners` given to `finish`.
  @inline(__always)
  mutating func append(shared view: BytesView) { views.append(view) }

  mutating func appendEmpty() { views.append(BytesView()) }

  func finish(sharing owners: [ByteBuffer] = [], validity: Validity? = nil) -> Column {
    .bytes(BytesColumn(views, owners: owners + arena.blocks, validity: validity))
  }
}

extension BytesView {
  /// The bytes from `start`, `length` long, without copying. `source` range must lie inside.
  @inline(__always)
  func slice(_ start: Int, _ length: Int) -> BytesView {
    if isInline { return withBytes { BytesView($0.baseAddress.unsafelyUnwrapped + start, count: length) } }
    return BytesView(padded: longPointer + start, count: length)
  }

  /// As `withBytes`, raw.
  @inline(__always)
  func withRaw<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    withBytes { body(UnsafeRawBufferPointer($0)) }
  }
}

extension Operand {
  /// The buffers that the operand's long views point into.
  var owners: [ByteBuffer] {
    if case .bytes(let c) = column { return c.owners }
    return []
  }
}

/// String kernels: loops over views that write into one `TextBuilder`.
enum TextKernel {
  /// One text from one, written to a writer that is empty at each row.
  @inline(__always)
  static func write(
    _ operand: Operand, _ context: borrowing KernelContext, _ body: (UnsafeRawBufferPointer, inout ByteWriter) -> Void
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let views: [BytesView] = try operand.rowValues(rows)
    var builder = TextBuilder(rows: rows)
    var out = ByteWriter(capacity: 256)
    for row in 0..<rows {
      // Below a NULL anything readable may stand; the body is total, so it may run there.
      out.removeAll()
      views[row].withRaw { body($0, &out) }
      builder.append(out.bytes)
    }
    return builder.finish()
  }

  /// One text from one, a slice of it: start and length in bytes.
  @inline(__always)
  static func slice(
    _ operand: Operand, _ context: borrowing KernelContext, _ body: (UnsafeRawBufferPointer) -> (start: Int, length: Int)
  ) throws(SQLError) -> Column {
    let rows = context.rows
    let views: [BytesView] = try operand.rowValues(rows)
    let result = [BytesView](unsafeUninitializedCapacity: rows) { target, count in
      for row in 0..<rows {
        let view = views[row]
        let part = view.withRaw(body)
        target.initializeElement(at: row, to: part.length == view.count ? view : view.slice(part.start, part.length))
      }
      count = rows
    }
    return .bytes(BytesColumn(result, owners: operand.owners))
  }

  /// A primitive from one text.
  @inline(__always)
  static func measure<R: ColumnElement>(
    _ operand: Operand, _ context: borrowing KernelContext, _ body: (UnsafeRawBufferPointer) -> R
  ) throws(SQLError) -> Column {
    try Kernel.unary(operand, context) { (view: BytesView) in view.withRaw(body) }
  }

  /// A primitive from two texts.
  @inline(__always)
  static func measure<R: ColumnElement>(
    _ left: Operand, _ right: Operand, _ context: borrowing KernelContext,
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> R
  ) throws(SQLError) -> Column {
    try Kernel.binary(left, right, context) { (a: BytesView, b: BytesView) in
      a.withRaw { x in b.withRaw { y in body(x, y) } }
    }
  }
}
