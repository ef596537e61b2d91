@testable import Columnar

/// Runs `body` on the UTF-8 bytes of `text`.
func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
  Array(text.utf8).withUnsafeBytes(body)
}

/// The text that `body` appends.
func written(_ body: (inout ByteWriter) -> Void) -> String {
  var out = ByteWriter(capacity: 1)
  body(&out)
  return out.string
}
