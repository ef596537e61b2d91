import Diagnostics
import Foundation
import Testing

@testable import SQLSyntax

struct GrammarTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("grammar")

  static func grammar() throws -> Grammar {
    try GrammarReader.read(String(contentsOf: folder.appendingPathComponent("streamsql.ebnf"), encoding: .utf8))
  }

  @Test func everyProductionIsUsed() throws {
    let grammar = try Self.grammar()
    var used: Set<String> = [grammar.productions[0].name]
    for case .reference(let production) in grammar.nodes { used.insert(grammar.productions[production].name) }
    let unused = grammar.productions.map(\.name).filter { !used.contains($0) }
    #expect(unused == [])
  }

  /// Every keyword has a place in the grammar, except those that only reserve a name.
  @Test func everyKeywordAndSymbolIsUsed() throws {
    let terminals = Set(try Self.grammar().terminals)
    #expect(Keyword.allCases.filter { !terminals.contains(.keyword($0)) }.map(\.rawValue) == Self.wordsWithoutProduction)
    let symbols = Symbol.allCases.filter { !terminals.contains(.symbol($0)) }
    #expect(symbols == [])
  }

  /// They are told from other names to be unparsed without quotes, or by the binder.
  private static let wordsWithoutProduction = [
    "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DATEADD", "DATEDIFF", "DATE_ADD", "DATE_DIFF",
    "LOCALTIME", "LOCALTIMESTAMP", "TIMESTAMPADD", "TIMESTAMPDIFF", "TYPE",
  ]

  @Test func keywordsFileIsTheKeywordList() throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent("keywords"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let written = lines.map { $0.split(separator: " ").joined(separator: " ") }
    let expected = Keyword.Reservation.allCases.flatMap { reservation in
      Keyword.allCases.filter { $0.reservation == reservation }.map(\.rawValue).sorted()
        .map { "\(reservation.rawValue) \($0)" }
    }
    #expect(written == expected)
  }

  /// Sentences made from the grammar go through every alternative, parse, and come back unchanged from the unparser.
  @Test(arguments: SQLDialect.allCases)
  func sentencesParseAndRoundTrip(_ dialect: SQLDialect) throws {
    let grammar = try Self.grammar()
    var recogniser = Recogniser(grammar)
    var sampler = Sampler(grammar, dialect: dialect, seed: 1)
    if dialect == .ansi { sampler.cover(.init(words: [], choices: Self.doubleQuotedStrings(of: grammar))) }
    let total = grammar.choices().count
    var accepted = 0
    var attempts = 0
    while attempts < 20_000, accepted < 1_000 || !sampler.uncovered.isEmpty {
      attempts += 1
      let sentence = sampler.sentence(seeks: attempts.isMultiple(of: 2))
      // What a lookahead of the grammar forbids is no sentence after all.
      guard recogniser.accepts(sentence.text, dialect: dialect) ?? false else { continue }
      switch Judgement(sentence.text, dialect: dialect) {
      case .accepted(let tree):
        accepted += 1
        sampler.cover(sentence)
        Self.expectRoundTrip(of: tree, sentence.text, dialect)
      case .refused:
        let difference = Difference(sentence.words, dialect: dialect, recogniser: &recogniser)
        Issue.record("\(difference.map(String.init(describing:)) ?? sentence.text)")
      case .constrained(let errorClass):
        #expect(Judgement.constraints.contains(errorClass), "\(sentence.text)")
      }
    }
    print(
      "grammar, \(dialect): \(total - sampler.uncovered.count) of \(total) alternatives,",
      "\(accepted) sentences of \(attempts)")
    let missing = sampler.uncovered.sorted().map { "\(grammar.owner(of: $0)): \(grammar.text($0))" }
    #expect(missing == [], "alternatives that no accepted sentence went through")
  }

  /// The ANSI dialect has none.
  private static func doubleQuotedStrings(of grammar: Grammar) -> Set<Int> {
    Set(
      grammar.nodes.indices.filter { node in
        if case .terminal(let terminal) = grammar.nodes[node] {
          grammar.terminals[terminal] == .ofClass(.doubleQuotedString)
        } else {
          false
        }
      })
  }

  private static func expectRoundTrip(of tree: AST.Statement, _ text: String, _ dialect: SQLDialect) {
    let canonical = tree.sql
    switch Judgement(canonical, dialect: dialect) {
    case .accepted(let again):
      #expect(again == tree, "\(text)\nbecomes another tree as\n\(canonical)")
      #expect(again.sql == canonical, "\(text)")
    case .refused(let error): Issue.record("\(text)\nis unparsed to\n\(canonical)\n\(error)")
    case .constrained(let errorClass): Issue.record("\(text)\nis unparsed to\n\(canonical)\n\(errorClass)")
    }
  }

  /// On sentences with mistakes in them the recogniser and the parser say the same.
  @Test(arguments: SQLDialect.allCases)
  func parserAgreesWithTheGrammar(_ dialect: SQLDialect) throws {
    let grammar = try Self.grammar()
    var recogniser = Recogniser(grammar)
    var sampler = Sampler(grammar, dialect: dialect, seed: 2)
    var mutation = Mutation(seed: 3)
    var differences: Set<String> = []
    var counts = (accepted: 0, refused: 0)
    for round in 0..<Self.rounds {
      let sentence = sampler.sentence(seeks: round.isMultiple(of: 3))
      sampler.cover(sentence)
      for _ in 0..<5 {
        let words = mutation.mutated(sentence.words)
        if let difference = Difference(words, dialect: dialect, recogniser: &recogniser) {
          differences.insert(String(describing: difference))
        } else if Judgement(words.joined(separator: " "), dialect: dialect).isAccepted {
          counts.accepted += 1
        } else {
          counts.refused += 1
        }
      }
    }
    print("grammar, \(dialect): mutated sentences, \(counts.accepted) accepted and \(counts.refused) refused by both")
    #expect(differences.sorted() == [])
    #expect(counts.accepted > 100 && counts.refused > 100)
  }

  /// `GRAMMAR_ROUNDS` makes it longer.
  private static let rounds = ProcessInfo.processInfo.environment["GRAMMAR_ROUNDS"].flatMap(Int.init) ?? 500
}
