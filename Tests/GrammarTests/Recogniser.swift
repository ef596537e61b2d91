import Diagnostics

@testable import SQLSyntax

/// Says whether a text is a sentence of the grammar, whatever the parser thinks.
///
/// The set of places where a node that begins at a place may end is computed from the sets of its parts and remembered for
/// every production and place. All ways to read a text are followed at once (as in GLL parsing, Scott and Johnstone 2010),
/// so ambiguity costs nothing and nothing is ever committed to. Left recursion is not supported; the grammar has none.
struct Recogniser {
  /// Places are bits of a word, one more than there are pieces.
  static let piecesMax = 127

  let grammar: Grammar
  private var pieces: [Piece] = []
  private var memo: [Ends?] = []

  /// A token, or one `>` of `>>` and `>>>`, which close two or three nested types at once.
  private struct Piece {
    var kind: TokenKind
    var text: String
    /// Nothing stands between this `>` and the one before.
    var isGlued = false
  }

  /// A set of places.
  private typealias Ends = UInt128

  init(_ grammar: Grammar) { self.grammar = grammar }

  /// nil if the text is too long or cannot be cut into tokens.
  mutating func accepts(_ text: String, dialect: SQLDialect) -> Bool? {
    let source = SourceText(name: "grammar", text: text)
    var lexer = Lexer(source, dialect: dialect)
    pieces = []
    while true {
      guard let token = try? lexer.next(), pieces.count <= Self.piecesMax - 3 else { return nil }
      if token.kind == .end { break }
      append(token, source.text(of: token.span))
    }
    memo = Array(repeating: nil, count: grammar.productions.count * (pieces.count + 1))
    return ends(of: grammar.start, from: 0) & (1 << Ends(pieces.count)) != 0
  }

  private mutating func append(_ token: Token, _ text: String) {
    switch token.kind {
    case .symbol(.shiftRight), .symbol(.shiftRightUnsigned):
      for position in 0..<text.utf8.count {
        pieces.append(.init(kind: .symbol(.greater), text: ">", isGlued: position > 0))
      }
    case .word, .quotedName, .string, .binary, .number, .symbol, .hintStart, .hintEnd, .end:
      pieces.append(.init(kind: token.kind, text: text))
    }
  }

  private mutating func ends(of node: Int, from place: Int) -> Ends {
    switch grammar.nodes[node] {
    case .terminal(let terminal):
      let length = length(of: grammar.terminals[terminal], at: place)
      return length > 0 ? 1 << Ends(place + length) : 0
    case .sequence(let parts):
      var reached: Ends = 1 << Ends(place)
      for part in parts where reached != 0 { reached = ends(of: part, fromAny: reached) }
      return reached
    case .choice(let alternatives):
      var reached: Ends = 0
      for alternative in alternatives { reached |= ends(of: alternative, from: place) }
      return reached
    case .optional(let inner):
      return 1 << Ends(place) | ends(of: inner, from: place)
    case .repetition(let inner):
      var reached: Ends = 1 << Ends(place)
      var fresh = reached
      while fresh != 0 {
        fresh = ends(of: inner, fromAny: fresh) & ~reached
        reached |= fresh
      }
      return reached
    case .lookahead(let inner, let isNegative):
      let follows = ends(of: inner, from: place) != 0
      return follows == isNegative ? 0 : 1 << Ends(place)
    case .reference(let production):
      let index = production * (pieces.count + 1) + place
      if let known = memo[index] { return known }
      let found = ends(of: grammar.productions[production].body, from: place)
      memo[index] = found
      return found
    }
  }

  private mutating func ends(of node: Int, fromAny places: Ends) -> Ends {
    var rest = places
    var reached: Ends = 0
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      rest &= rest - 1
      reached |= ends(of: node, from: place)
    }
    return reached
  }

  /// How many pieces the terminal takes at a place; 0 if it does not match.
  private func length(of terminal: Terminal, at place: Int) -> Int {
    guard place < pieces.count else { return 0 }
    let piece = pieces[place]
    switch terminal {
    case .keyword(let keyword): return piece.kind == .word(keyword) ? 1 : 0
    case .symbol(.shiftRight): return glued(2, at: place) ? 2 : 0
    case .symbol(.shiftRightUnsigned): return glued(3, at: place) ? 3 : 0
    case .symbol(let symbol): return piece.kind == .symbol(symbol) ? 1 : 0
    case .hintStart: return piece.kind == .hintStart ? 1 : 0
    case .hintEnd: return piece.kind == .hintEnd ? 1 : 0
    case .ofClass(let tokenClass): return tokenClass.matches(piece.kind, text: piece.text) ? 1 : 0
    }
  }

  private func glued(_ count: Int, at place: Int) -> Bool {
    guard place + count <= pieces.count, pieces[place].kind == .symbol(.greater) else { return false }
    return pieces[(place + 1)..<(place + count)].allSatisfy(\.isGlued)
  }
}
