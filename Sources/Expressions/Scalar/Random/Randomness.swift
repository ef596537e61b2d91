/// The functions whose value differs from row to row for no argument's sake.
enum Randomness {
  static let all: [ScalarFunction] = RandomNumbers.functions + RandomTexts.functions
}
