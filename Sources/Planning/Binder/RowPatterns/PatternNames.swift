internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// The variables of a row pattern in the order in which the pattern names them, and the unions of SUBSET.
struct PatternNames {
  private(set) var variables: [String] = []
  private var subsets: [String: Set<Int>] = [:]

  /// PERMUTE is written out: its factorial is bounded by this.
  private static let permutedMax = 6

  init(_ match: AST.MatchRecognize) throws(SQLError) {
    collect(match.pattern)
    for subset in match.subsets {
      let name = subset.name.text.lowercased()
      guard variable(name) == nil, subsets[name] == nil else {
        throw SQLError(
          .bind, "ROW_PATTERN_VARIABLE", "\"\(subset.name.text)\" of SUBSET is the name of another variable",
          span: subset.name.span)
      }
      var union: Set<Int> = []
      for member in subset.variables { union.formUnion(try variables(of: member)) }
      subsets[name] = union
    }
  }

  private mutating func collect(_ pattern: AST.RowPattern) {
    switch pattern.kind {
    case .variable(let name): if variable(name.text) == nil { variables.append(name.text) }
    case .empty, .start, .end: break
    case .sequence(let parts), .alternation(let parts), .permute(let parts): for part in parts { collect(part) }
    case .quantified(let part, _, _, _), .excluded(let part): collect(part)
    }
  }

  func variable(_ name: String) -> Int? { variables.firstIndex { $0.equalsIgnoringCase(name) } }

  /// The variables that a name stands for; nil if it is none.
  func find(_ name: String) -> Set<Int>? {
    if let variable = variable(name) { return [variable] }
    return subsets[name.lowercased()]
  }

  func variables(of name: AST.Identifier) throws(SQLError) -> Set<Int> {
    if let found = find(name.text) { return found }
    throw .unknownPatternVariable(name.text, variables, span: name.span)
  }

  func pattern(_ pattern: AST.RowPattern) throws(SQLError) -> RowPattern {
    switch pattern.kind {
    case .variable(let name): return .variable(variable(name.text) ?? 0)
    case .empty: return .empty
    case .start: return .partitionStart
    case .end: return .partitionEnd
    case .excluded(let part): return .excluded(try self.pattern(part))
    case .sequence(let parts): return .sequence(try patterns(parts))
    case .alternation(let parts): return .alternation(try patterns(parts))
    case .quantified(let part, let least, let most, let isReluctant):
      if let most, most < least || most == 0 {
        throw SQLError(
          .bind, "ROW_PATTERN_QUANTIFIER", "a quantifier {n,m} needs m above 0 and not below n, found {\(least),\(most)}",
          span: pattern.span)
      }
      return .repeated(try self.pattern(part), least: least, most: most, isReluctant: isReluctant)
    case .permute(let parts):
      guard parts.count <= Self.permutedMax else {
        throw SQLError.unsupported(
          "PERMUTE of more than \(Self.permutedMax) patterns", span: pattern.span,
          hint: "write the orders that can occur as alternatives", kind: .bind)
      }
      return .alternation(Self.orders(of: try patterns(parts)).map { .sequence($0) })
    }
  }

  private func patterns(_ parts: [AST.RowPattern]) throws(SQLError) -> [RowPattern] {
    var bound: [RowPattern] = []
    for part in parts { bound.append(try pattern(part)) }
    return bound
  }

  /// All orders, in the lexicographic order of positions: the standard prefers earlier ones.
  private static func orders(of parts: [RowPattern]) -> [[RowPattern]] {
    if parts.isEmpty { return [[]] }
    return parts.indices.flatMap { first in
      var rest = parts
      let head = rest.remove(at: first)
      return orders(of: rest).map { [head] + $0 }
    }
  }
}

extension SQLError {
  static func unknownPatternVariable(_ name: String, _ known: [String], span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "ROW_PATTERN_VARIABLE", "there is no variable \"\(name)\" in the pattern", span: span,
      hint: didYouMean(name, in: known) ?? "variables are \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
  }

  static func outsideRowPattern(_ what: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "ROW_PATTERN_PLACE", "\(what) can only be used in MEASURES and DEFINE of MATCH_RECOGNIZE", span: span)
  }
}
