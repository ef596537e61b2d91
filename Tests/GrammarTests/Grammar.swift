import Foundation

/// The grammar of `grammar/streamsql.ebnf` in memory: a table of nodes, so that a node is a small number that other tables
/// (uses, distances, memos) can be indexed by.
struct Grammar {
  enum Node {
    /// A token; an index into `terminals`.
    case terminal(Int)
    case sequence([Int])
    case choice([Int])
    case optional(Int)
    case repetition(Int)
    /// Take nothing; what follows must, or must not, begin with the node.
    case lookahead(Int, isNegative: Bool)
    /// An index into `productions`.
    case reference(Int)
  }

  struct Production {
    var name: String
    var body: Int
  }

  fileprivate(set) var nodes: [Node] = []
  fileprivate(set) var productions: [Production] = []
  fileprivate(set) var terminals: [Terminal] = []

  /// The first production is the whole text.
  var start: Int { productions[0].body }

  /// The nodes below one, in order, without what is only looked ahead at.
  func children(of node: Int) -> [Int] {
    switch nodes[node] {
    case .terminal, .lookahead: []
    case .sequence(let parts), .choice(let parts): parts
    case .optional(let inner), .repetition(let inner): [inner]
    case .reference(let production): [productions[production].body]
    }
  }

  /// Every node that a sentence can pass through.
  func reachable() -> [Int] {
    var seen = Array(repeating: false, count: nodes.count)
    var pending = [start]
    seen[start] = true
    var order: [Int] = []
    while let node = pending.popLast() {
      order.append(node)
      for child in children(of: node) where !seen[child] {
        seen[child] = true
        pending.append(child)
      }
    }
    return order.sorted()
  }

  /// What there is to cover: every alternative of every choice, and every optional and repeated part.
  func choices() -> [Int] {
    var result: Set<Int> = []
    for node in reachable() {
      switch nodes[node] {
      case .choice, .optional, .repetition: result.formUnion(children(of: node))
      case .terminal, .sequence, .lookahead, .reference: break
      }
    }
    return result.sorted()
  }

  /// The node as the file writes it, for messages.
  func text(_ node: Int) -> String {
    switch nodes[node] {
    case .terminal(let terminal): terminals[terminal].text
    case .sequence(let parts): parts.map(text).joined(separator: " ")
    case .choice(let parts): "( " + parts.map(text).joined(separator: " | ") + " )"
    case .optional(let inner): "[ \(text(inner)) ]"
    case .repetition(let inner): "{ \(text(inner)) }"
    case .lookahead(let inner, let isNegative): (isNegative ? "!" : "&") + text(inner)
    case .reference(let production): productions[production].name
    }
  }

  /// The production whose body holds a node.
  func owner(of node: Int) -> String {
    func holds(_ parent: Int) -> Bool {
      if parent == node { return true }
      if case .reference = nodes[parent] { return false }
      return children(of: parent).contains(where: holds)
    }
    return productions.first { holds($0.body) }?.name ?? "?"
  }
}

/// Reads the notation that the head of the file describes.
struct GrammarReader {
  struct Malformed: Error { var message: String }

  private enum Lexeme: Equatable { case name(String), spelling(String), special(String), mark(Character) }

  private var lexemes: [Lexeme] = []
  private var index = 0
  private var grammar = Grammar()
  private var productionIndex: [String: Int] = [:]
  private var terminalIndex: [Terminal: Int] = [:]

  static func read(_ text: String) throws -> Grammar {
    var reader = GrammarReader()
    reader.lexemes = try lexemes(of: text)
    return try reader.grammarRead()
  }

  private static func lexemes(of text: String) throws -> [Lexeme] {
    var result: [Lexeme] = []
    var rest = Substring(text)
    func taken(upTo end: String) throws -> String {
      guard let range = rest.range(of: end) else { throw Malformed(message: "no \(end) after \(rest.prefix(30))") }
      defer { rest = rest[range.upperBound...] }
      return String(rest[..<range.lowerBound])
    }
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if rest.hasPrefix("(*") {
        _ = try taken(upTo: "*)")
      } else if first == "\"" || first == "?" {
        rest.removeFirst()
        let inner = try taken(upTo: String(first))
        result.append(first == "?" ? .special(inner) : .spelling(inner))
      } else if first.isLetter {
        let name = rest.prefix { $0.isLetter || $0 == "-" }
        rest.removeFirst(name.count)
        result.append(.name(String(name)))
      } else {
        result.append(.mark(first))
        rest.removeFirst()
      }
    }
    return result
  }

  private mutating func grammarRead() throws -> Grammar {
    for (position, lexeme) in lexemes.enumerated() {
      guard case .name(let name) = lexeme, lexemes.indices.contains(position + 1), lexemes[position + 1] == .mark("=")
      else { continue }
      guard productionIndex[name] == nil else { throw Malformed(message: "\(name) is defined twice") }
      productionIndex[name] = grammar.productions.count
      grammar.productions.append(.init(name: name, body: -1))
    }
    while index < lexemes.count {
      guard case .name(let name) = lexemes[index], let production = productionIndex[name] else {
        throw Malformed(message: "\(lexemes[index]) is no production")
      }
      index += 1
      try expect("=")
      let body = try choice()
      grammar.productions[production].body = body
      try expect(";")
    }
    return grammar
  }

  private mutating func expect(_ mark: Character) throws {
    guard index < lexemes.count, lexemes[index] == .mark(mark) else {
      throw Malformed(message: "\(mark) is missing before \(lexemes[index...].prefix(4))")
    }
    index += 1
  }

  private mutating func add(_ node: Grammar.Node) -> Int {
    grammar.nodes.append(node)
    return grammar.nodes.count - 1
  }

  private mutating func choice() throws -> Int {
    var alternatives = [try sequence()]
    while index < lexemes.count, lexemes[index] == .mark("|") {
      index += 1
      alternatives.append(try sequence())
    }
    return alternatives.count == 1 ? alternatives[0] : add(.choice(alternatives))
  }

  private mutating func sequence() throws -> Int {
    var parts: [Int] = []
    while index < lexemes.count, let part = try part() { parts.append(part) }
    guard !parts.isEmpty else { throw Malformed(message: "nothing before \(lexemes[index...].prefix(4))") }
    return parts.count == 1 ? parts[0] : add(.sequence(parts))
  }

  private mutating func part() throws -> Int? {
    let lexeme = lexemes[index]
    switch lexeme {
    case .name(let name):
      guard let production = productionIndex[name] else { throw Malformed(message: "\(name) is not defined") }
      index += 1
      return add(.reference(production))
    case .spelling(let text):
      index += 1
      guard let terminal = Terminal(spelling: text) else {
        throw Malformed(message: "\"\(text)\" is neither a keyword nor a symbol")
      }
      return add(.terminal(number(of: terminal)))
    case .special(let text):
      index += 1
      guard let tokenClass = TokenClass(rawValue: text) else { throw Malformed(message: "?\(text)? is no class") }
      return add(.terminal(number(of: .ofClass(tokenClass))))
    case .mark("("): return try grouped(until: ")") { _, inner in inner }
    case .mark("["): return try grouped(until: "]") { $0.add(.optional($1)) }
    case .mark("{"): return try grouped(until: "}") { $0.add(.repetition($1)) }
    case .mark("!"), .mark("&"):
      index += 1
      guard let inner = try part() else { throw Malformed(message: "nothing after \(lexeme)") }
      return add(.lookahead(inner, isNegative: lexeme == .mark("!")))
    case .mark: return nil
    }
  }

  private mutating func grouped(until end: Character, _ wrap: (inout Self, Int) -> Int) throws -> Int {
    index += 1
    let inner = try choice()
    try expect(end)
    return wrap(&self, inner)
  }

  private mutating func number(of terminal: Terminal) -> Int {
    if let number = terminalIndex[terminal] { return number }
    grammar.terminals.append(terminal)
    terminalIndex[terminal] = grammar.terminals.count - 1
    return grammar.terminals.count - 1
  }
}
