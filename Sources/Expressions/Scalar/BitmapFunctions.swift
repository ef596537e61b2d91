internal import Columnar
internal import Diagnostics

/// Sets of numbers as bitmaps of 4 KiB, a bucket of 32,768 numbers each: `bitmap_bit_position`, `bitmap_bucket_number`,
/// `bitmap_count`.
enum BitmapFunctions {
  /// Bits of one bitmap.
  static let bits: Int64 = 8 * 4096

  static let functions: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "bitmap_bit_position", .misc, "bitmap_bit_position(n)", "The place of a number in the bitmap of its bucket.",
        shown: ["SELECT bitmap_bit_position(1)": "0", "SELECT bitmap_bit_position(123)": "122"]), [.bigint], returns: .bigint
    ) { (context, operands) throws(SQLError) in
      try Kernel.unary(operands[0], context) { (n: Int64) in n > 0 ? (n - 1) % bits : (0 &- n) % bits & Int64.max }
    },
    .plain(
      FunctionDoc(
        "bitmap_bucket_number", .misc, "bitmap_bucket_number(n)", "The number of the bucket of a number.",
        shown: ["SELECT bitmap_bucket_number(123)": "1", "SELECT bitmap_bucket_number(0)": "0"]), [.bigint], returns: .bigint
    ) { (context, operands) throws(SQLError) in
      try Kernel.unary(operands[0], context) { (n: Int64) in n > 0 ? 1 + (n - 1) / bits : n / bits }
    },
    ScalarFunction(
      FunctionDoc(
        "bitmap_count", .misc, "bitmap_count(bitmap)", "The number of bits that are set in a binary.",
        shown: ["SELECT bitmap_count(x'1010')": "2"])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      guard call.types[0] == .binary || call.types[0] == .null else { throw .unexpectedInput(call, 0, wanted: "\"BINARY\"") }
      return BoundFunction("bitmap_count", [.binary], returns: .bigint) { (context, operands) throws(SQLError) in
        try TextKernel.measure(operands[0], context) { bytes in
          bytes.reduce(Int64(0)) { $0 &+ Int64($1.nonzeroBitCount) }
        }
      }
    },
  ]
}
