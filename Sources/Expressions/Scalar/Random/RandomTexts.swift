internal import Columnar
internal import Diagnostics

/// `randstr`, `uuid`, `monotonically_increasing_id`: marks of rows.
enum RandomTexts {
  static let functions: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "randstr", .misc, "randstr(length[, seed])", "A text of so many random digits and letters.",
        shown: ["SELECT length(randstr(5, 0))": "5"]), bind: bindRandstr),
    ScalarFunction(
      FunctionDoc(
        "uuid", .misc, "uuid([seed])", "A random UUID (version 4, RFC 9562).", shown: ["SELECT length(uuid())": "36"])
    ) { (call) throws(SQLError) in
      try call.expect(0...1)
      let seed = try call.randomSeed(0)
      return BoundFunction(
        "uuid", call.types, returns: .string, nulls: .handled, isNullable: false, isDeterministic: false
      ) { (context, _) in
        let random = RowRandom(seed: seed, context)
        var builder = TextBuilder(rows: context.rows)
        var raw = ByteWriter()
        var out = ByteWriter()
        for row in 0..<context.rows {
          raw.removeAll()
          let high = random.bits(row, 0) & ~0xF000 | 0x4000
          let low = random.bits(row, 1) & ~(3 << 62) | 1 << 63
          withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { raw.append($0) }
          out.removeAll()
          for (start, end) in [(0, 4), (4, 6), (6, 8), (8, 10), (10, 16)] {
            if start > 0 { out.append(UInt8(ascii: "-")) }
            Hex.append(UnsafeRawBufferPointer(rebasing: raw.bytes[start..<end]), digits: Hex.lower, to: &out)
          }
          builder.append(out.bytes)
        }
        return builder.finish()
      }
    },
    ScalarFunction(
      FunctionDoc(
        "monotonically_increasing_id", .misc, "monotonically_increasing_id()",
        "A number that grows with the place of the row in its input, with gaps.",
        shown: ["SELECT monotonically_increasing_id() >= 0": "true"])
    ) { (call) throws(SQLError) in
      try call.expect(0)
      return BoundFunction(
        call.name, [], returns: .bigint, nulls: .handled, isNullable: false, isDeterministic: false
      ) { (context, _) in .int64(PrimitiveColumn(context.order.positions(count: context.rows))) }
    },
  ]

  private static let alphabet: StaticString = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

  private static func bindRandstr(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(1...2)
    let seed = try call.randomSeed(1)
    let length = try call.constantInteger(0, what: "the length") ?? 0
    guard length >= 0 else { throw .argumentOutOfRange(call, 0, range: "0 or more", found: "\(length)") }
    return BoundFunction(
      "randstr", [.int] + call.types.dropFirst(), returns: .string, nulls: .handled, isNullable: false,
      isDeterministic: false, canFail: true
    ) { (context, _) throws(SQLError) in
      try TextLimits.check("randstr", value: length, batch: length.multipliedReportingOverflow(by: context.rows).partialValue)
      let random = RowRandom(seed: seed, context)
      var builder = TextBuilder(rows: context.rows)
      var out = ByteWriter(capacity: length)
      for row in 0..<context.rows {
        out.removeAll()
        var generator = random.generator(row)
        for _ in 0..<length { out.append(alphabet.utf8Start[Int((generator.nextInt() % 62).magnitude)]) }
        builder.append(out.bytes)
      }
      return builder.finish()
    }
  }
}
