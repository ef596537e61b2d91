/// The functions that make short marks of values, a file a topic.
enum Digests {
  static let all: [ScalarFunction] = DigestFunctions.functions + RowHashFunctions.functions
}
