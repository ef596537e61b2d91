/// Bytes as text and text as bytes, a file a topic.
enum Encodings {
  static let all: [ScalarFunction] =
    HexFunctions.functions + BinaryText.functions + CharsetFunctions.functions + Utf8Functions.functions
}
