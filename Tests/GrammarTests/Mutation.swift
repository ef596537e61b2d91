import SeededRandom
@testable import SQLSyntax

/// Changes sentences a little: most of what comes out is nearly right, as what people type is.
struct Mutation {
  private var random: SplitMix
  private let vocabulary: [String]

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    let others = [
      "'s'", "'10 seconds'", "\"d\"", "`q`", "1", "1.5", "30s", "X'1F'", "DAY", "SECOND", "a", "b", "t", "/*+", "*/",
    ]
    vocabulary = Keyword.allCases.map(\.rawValue) + Symbol.allCases.map(\.rawValue) + others + others
  }

  /// One to three of: delete, duplicate, swap, replace, insert.
  mutating func mutated(_ words: [String]) -> [String] {
    var words = words
    for _ in 0...random.below(3) where !words.isEmpty {
      let place = random.below(words.count)
      switch random.below(5) {
      case 0: words.remove(at: place)
      case 1: words.insert(words[place], at: place)
      case 2: words.swapAt(place, min(place + 1, words.count - 1))
      case 3: words[place] = random.element(of: vocabulary)
      default: words.insert(random.element(of: vocabulary), at: place)
      }
    }
    return words
  }
}
