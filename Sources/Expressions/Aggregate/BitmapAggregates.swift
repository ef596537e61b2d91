internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `bitmap_construct_agg`, `bitmap_or_agg`, `bitmap_and_agg`.
  static let bitmaps: [AggregateFunction] = [
    bitmap(
      "bitmap_construct_agg", .construct, .bigint, "a bitmap of 4 KiB with the bits at all positions set",
      "SELECT substring(hex(bitmap_construct_agg(bitmap_bit_position(x))), 1, 6) FROM VALUES (1), (2), (3) AS t(x)", "070000"),
    bitmap(
      "bitmap_or_agg", .union, .binary, "a bitmap of 4 KiB with the bits that are set in any of the bitmaps",
      "SELECT substring(hex(bitmap_or_agg(x)), 1, 6) FROM VALUES (x'10'), (x'20'), (x'40') AS t(x)", "700000"),
    bitmap(
      "bitmap_and_agg", .intersection, .binary, "a bitmap of 4 KiB with the bits that are set in all of the bitmaps",
      "SELECT substring(hex(bitmap_and_agg(x)), 1, 6) FROM VALUES (x'F0'), (x'70'), (x'30') AS t(x)", "300000"),
  ]

  private static func bitmap(
    _ name: String, _ kind: BitmapAccumulator.Kind, _ type: DataType, _ summary: String, _ sql: String, _ result: String
  ) -> AggregateFunction {
    AggregateFunction(.aggregate(name, "\(name)(expr)", summary, sql, result)) { (call) throws(SQLError) in
      try call.expect(1)
      let parameter: DataType
      if type == .bigint {
        parameter = try call.parameter(0, as: .bigint)
      } else {
        guard call.types[0] == .binary || call.types[0] == .null else { throw .unexpectedInput(call, 0, wanted: "\"BINARY\"") }
        parameter = .binary
      }
      return BoundAggregate(
        name, [parameter], returns: .binary, isNullable: false, stateTypes: [Multisets.stateType(parameter)]
      ) { _ in BitmapAccumulator(kind, parameter) }
    }
  }
}

/// The different values of a group, put together to a bitmap when asked for: a value taken back leaves if it was the last
/// of its kind.
final class BitmapAccumulator: Accumulator {
  enum Kind: Sendable { case construct, union, intersection }

  private static let bytes = Int(BitmapFunctions.bits) / 8
  private let kind: Kind
  private let values: SetAccumulator

  init(_ kind: Kind, _ type: DataType) {
    self.kind = kind
    values = SetAccumulator(type, ignoresNulls: true)
  }

  func grow(to count: Int) { values.grow(to: count) }
  func update(_ input: AggregateInput) throws(SQLError) { try values.update(input) }
  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) { try values.merge(state, into: groups) }
  func state(of groups: [Int32]) throws(SQLError) -> [Column] { try values.state(of: groups) }
  func reset(_ groups: [Int32]) { values.reset(groups) }
  var memoryBytes: Int { values.memoryBytes }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    guard case .list(let list) = try values.result(of: groups) else { throw .malformedState("a bitmap") }
    var builder = TextBuilder(rows: groups.count)
    var bitmap = [UInt8](repeating: 0, count: Self.bytes)
    for group in groups.indices {
      let range = Int(list.offsets[group])..<Int(list.offsets[group + 1])
      for i in bitmap.indices { bitmap[i] = kind == .intersection ? 0xFF : 0 }
      if kind == .construct {
        let positions: [Int64] = try Operand(list.child).values()
        for position in positions[range] { try set(position, in: &bitmap) }
      } else {
        let views: [BytesView] = try Operand(list.child).values()
        for view in views[range] { view.withRaw { combine($0, into: &bitmap) } }
      }
      bitmap.withUnsafeBytes { builder.append($0) }
    }
    return withExtendedLifetime(list) { builder.finish() }
  }

  private func set(_ position: Int64, in bitmap: inout [UInt8]) throws(SQLError) {
    guard (0..<BitmapFunctions.bits).contains(position) else {
      throw .data(
        "INVALID_BITMAP_POSITION", "a bitmap has the positions 0 to \(BitmapFunctions.bits - 1), found \(position)",
        hint: "use bitmap_bit_position(n), and group by bitmap_bucket_number(n)")
    }
    bitmap[Int(position / 8)] |= 1 << UInt8(position % 8)
  }

  /// Bytes that a short bitmap lacks are 0.
  private func combine(_ bytes: UnsafeRawBufferPointer, into bitmap: inout [UInt8]) {
    for i in bitmap.indices {
      let byte = i < bytes.count ? bytes[i] : 0
      if kind == .union { bitmap[i] |= byte } else { bitmap[i] &= byte }
    }
  }
}
