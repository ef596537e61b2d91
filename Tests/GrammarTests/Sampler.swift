import SeededRandom
@testable import SQLSyntax

/// Makes random sentences of a grammar, and leads them to where none has been.
struct Sampler {
  /// A sentence as token texts, and the choices that it went through.
  struct Sentence {
    var words: [String] = []
    var choices: Set<Int> = []

    var text: String { words.joined(separator: " ") }
  }

  /// Below this many references the shortest way out is taken.
  private static let depthMax = 20

  let grammar: Grammar
  let dialect: SQLDialect
  private(set) var uncovered: Set<Int>
  /// How many tokens a node needs at least.
  private let cost: [Int]
  /// How many nodes lie between a node and an uncovered choice.
  private var distance: [Int] = []
  private let isChoice: [Bool]
  private var random: SplitMix

  init(_ grammar: Grammar, dialect: SQLDialect, seed: UInt64) {
    self.grammar = grammar
    self.dialect = dialect
    random = SplitMix(seed: seed)
    uncovered = Set(grammar.choices())
    cost = Self.relaxed(grammar, first: { grammar.isToken($0) ? 1 : nil }) { grammar, node, cost in
      switch grammar.nodes[node] {
      case .terminal: 1
      case .lookahead, .optional, .repetition: 0
      case .sequence(let parts): parts.reduce(0) { min($0 + cost[$1], Self.far) }
      case .choice(let parts): parts.map { cost[$0] }.min() ?? Self.far
      case .reference(let production): min(cost[grammar.productions[production].body] + 1, Self.far)
      }
    }
    var marks = Array(repeating: false, count: grammar.nodes.count)
    for choice in uncovered { marks[choice] = true }
    isChoice = marks
    measure()
  }

  private static let far = 1 << 20

  /// Lowers values until none changes any more.
  private static func relaxed(
    _ grammar: Grammar, first: (Int) -> Int?, _ value: (Grammar, Int, [Int]) -> Int
  ) -> [Int] {
    var values = grammar.nodes.indices.map { first($0) ?? far }
    var isChanged = true
    while isChanged {
      isChanged = false
      for node in grammar.nodes.indices {
        let lower = value(grammar, node, values)
        if lower < values[node] {
          values[node] = lower
          isChanged = true
        }
      }
    }
    return values
  }

  private mutating func measure() {
    let uncovered = uncovered
    distance = Self.relaxed(grammar, first: { uncovered.contains($0) ? 0 : nil }) { grammar, node, distance in
      min(distance[node], grammar.children(of: node).map { distance[$0] + 1 }.min() ?? Self.far)
    }
  }

  /// Tells that a sentence was accepted.
  mutating func cover(_ sentence: Sentence) {
    guard !uncovered.isDisjoint(with: sentence.choices) else { return }
    uncovered.subtract(sentence.choices)
    measure()
  }

  /// A sentence; one that `seeks` goes straight to the nearest uncovered choice.
  mutating func sentence(seeks: Bool) -> Sentence {
    var sentence = Sentence()
    write(grammar.start, depth: 0, seeks: seeks && !uncovered.isEmpty, into: &sentence)
    return sentence
  }

  private mutating func write(_ node: Int, depth: Int, seeks: Bool, into sentence: inout Sentence) {
    if isChoice[node] { sentence.choices.insert(node) }
    let seeks = seeks && distance[node] > 0 && distance[node] < Self.far
    switch grammar.nodes[node] {
    case .terminal(let terminal):
      let word = grammar.terminals[terminal].sample(dialect: dialect, using: &random)
      if word == ">", let last = sentence.words.last, last == ">" || last == ">>", random.chance(in: 2) {
        sentence.words[sentence.words.count - 1] += word
      } else {
        sentence.words.append(word)
      }
    case .lookahead: break
    case .sequence(let parts):
      let target = seeks ? parts.min { distance[$0] < distance[$1] } : nil
      for part in parts { write(part, depth: depth, seeks: part == target, into: &sentence) }
    case .choice(let parts):
      let part = alternative(of: parts, depth: depth, seeks: seeks)
      write(part, depth: depth, seeks: seeks, into: &sentence)
    case .optional(let inner):
      if seeks || takesMore(depth) { write(inner, depth: depth, seeks: seeks, into: &sentence) }
    case .repetition(let inner):
      if seeks { write(inner, depth: depth, seeks: true, into: &sentence) }
      var count = 0
      while count < 3, takesMore(depth) {
        write(inner, depth: depth, seeks: false, into: &sentence)
        count += 1
      }
    case .reference(let production):
      write(grammar.productions[production].body, depth: depth + 1, seeks: seeks, into: &sentence)
    }
  }

  private mutating func alternative(of parts: [Int], depth: Int, seeks: Bool) -> Int {
    if seeks, let nearest = parts.min(by: { distance[$0] < distance[$1] }) { return nearest }
    if depth > Self.depthMax || (depth > 10 && !random.chance(in: 4)) {
      let least = parts.map { cost[$0] }.min() ?? 0
      return random.element(of: parts.filter { cost[$0] == least })
    }
    return random.element(of: parts)
  }

  /// Optional parts become rarer on the way down.
  private mutating func takesMore(_ depth: Int) -> Bool {
    depth < Self.depthMax && random.chance(in: 4 + depth / 3)
  }
}

extension Grammar {
  fileprivate func isToken(_ node: Int) -> Bool {
    if case .terminal = nodes[node] { true } else { false }
  }
}
