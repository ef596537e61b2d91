internal import Columnar
internal import Diagnostics

/// Makes rows with weights of envelopes: c and r add the row after the change, d takes the row before it back, u does both,
/// the old row first.
struct DebeziumDecoder: ChangeDecoder {
  /// Reads `op`, `before`, `after`, and `payload` with the same three in it.
  let json: any Decoder
  let policy: MalformedPolicy
  let place: InputPlace
  /// Columns of a row.
  let types: [DataType]
  /// A key says which row is meant: the row before a change need not be told.
  let hasKey: Bool

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    try decodeChanges(buffer, range) { batch, _ throws(SQLError) in try emit(batch) }
  }

  func decodeChanges(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch, [Int64]?) throws(SQLError) -> Void
  ) throws(SQLError) {
    for piece in Self.withoutTombstones(buffer, range) {
      try json.decode(buffer, piece) { batch throws(SQLError) in
        var changes = Changes(decoder: self, batch: batch)
        try changes.collect()
        try changes.emit(emit)
      }
    }
  }

  /// The lines that are not `null`: neighbours stay together.
  private static func withoutTombstones(_ buffer: ByteBuffer, _ range: Range<Int>) -> [Range<Int>] {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(buffer.base), count: range.upperBound)
    var pieces: [Range<Int>] = []
    var pieceStart = range.lowerBound
    var lineStart = range.lowerBound
    while lineStart < range.upperBound {
      let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? range.upperBound
      if end - lineStart <= 6, bytes[lineStart..<end].starts(with: "null".utf8) {
        if pieceStart < lineStart { pieces.append(pieceStart..<lineStart) }
        pieceStart = min(end + 1, range.upperBound)
      }
      lineStart = end + 1
    }
    if pieceStart < range.upperBound { pieces.append(pieceStart..<range.upperBound) }
    return pieces
  }
}

/// The changes of one batch of envelopes.
private struct Changes {
  let decoder: DebeziumDecoder
  private let count: Int
  /// The columns of rows: those before, after, and the same two of `payload`, below each other.
  private let parts: [Column]
  private let operations: [Column]
  private var rows: [Int32] = []
  private var weights: [Int64] = []

  /// The places of the parts.
  private static let before = 0
  private static let after = 1

  init(decoder: DebeziumDecoder, batch: Batch) {
    self.decoder = decoder
    count = batch.count
    var parts = [batch.columns[1], batch.columns[2]]
    var operations = [batch.columns[0]]
    if case .structure(let payload) = batch.columns[3], payload.fields.count == 3 {
      parts += [payload.fields[1], payload.fields[2]]
      operations.append(payload.fields[0])
    }
    self.parts = parts
    self.operations = operations
  }

  mutating func collect() throws(SQLError) {
    for row in 0..<count {
      let form = operations.firstIndex { !$0.isNull(row) }
      guard let form, let operation = operation(operations[form], row) else {
        try refuse(row, form.map { "op is \"\(text(operations[$0], row))\", expected c, r, u or d" } ?? "it has no op")
        continue
      }
      let (old, new) = (part(form, Self.before, row), part(form, Self.after, row))
      switch operation {
      case .added:
        guard let new else { try refuse(row, "after is null where a row is added"); continue }
        add(new, 1)
      case .removed:
        guard let old else { try refuse(row, "before is null where a row is deleted"); continue }
        add(old, -1)
      case .changed:
        if hasKey, old == nil, let new {
          add(new, 1)
          continue
        }
        guard let old, let new else {
          try refuse(
            row,
            "before or after is null where a row is changed: a database sends the row before a change only if told to (REPLICA IDENTITY FULL), and it is not needed with a PRIMARY KEY"
          )
          continue
        }
        add(old, -1)
        add(new, 1)
      }
    }
  }

  private var hasKey: Bool { decoder.hasKey }

  private enum Operation { case added, removed, changed }

  private func operation(_ column: Column, _ row: Int) -> Operation? {
    switch text(column, row) {
    case "c", "r": .added
    case "u": .changed
    case "d": .removed
    default: nil
    }
  }

  private func text(_ column: Column, _ row: Int) -> String {
    guard case .bytes(let bytes) = column else { return "" }
    return bytes.views[row].withBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// Where the row lies among all parts; nil if it is null.
  private func part(_ form: Int, _ side: Int, _ row: Int) -> Int32? {
    let index = form * 2 + side
    return parts[index].isNull(row) ? nil : Int32(index * count + row)
  }

  private mutating func add(_ row: Int32, _ weight: Int64) {
    rows.append(row)
    weights.append(weight)
  }

  private func refuse(_ row: Int, _ reason: String) throws(SQLError) {
    try decoder.policy.note(
      decoder.place, byteOffset: decoder.place.byteOffset, column: nil, message: "not a change: \(reason)",
      text: "record \(row + 1) of \(count) read from there")
  }

  func emit(_ emit: (Batch, [Int64]?) throws(SQLError) -> Void) throws(SQLError) {
    if rows.isEmpty { return }
    var columns: [Column] = []
    for (ordinal, type) in decoder.types.enumerated() {
      let pieces = parts.map { part -> Column in
        guard case .structure(let structure) = part else { return .repeating(.null, type: type, count: count) }
        return structure.fields[ordinal]
      }
      columns.append(Column.concatenate(pieces, type: type).gather(rows))
    }
    try emit(Batch(columns, count: rows.count), weights.contains { $0 < 0 } ? weights : nil)
  }
}
