import Diagnostics
import Foundation
import Testing

@testable import SQLSyntax

/// Deep and long statements: answered or refused in linear time, on the stack of an ordinary thread.
struct NestingTests {
  /// Runs on a thread with a stack of its own.
  private static func onThread<Value: Sendable>(
    stackBytes: Int = 8 << 20, _ body: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      thread.stackSize = stackBytes
      thread.start()
    }
  }

  /// Parses, unparses and parses again; the class of the error, or nil.
  private static func outcome(_ text: String) -> String? {
    do throws(SQLError) {
      let tree = try Parser.parseStatement(SourceText(name: "t", text: text))
      let again = try Parser.parseStatement(SourceText(name: "t", bytes: tree.sqlBytes))
      return tree == again ? nil : "another tree"
    } catch {
      return error.errorClass
    }
  }

  private static func nested(_ open: String, _ inner: String, _ close: String, _ count: Int) -> String {
    "SELECT " + String(repeating: open, count: count) + inner + String(repeating: close, count: count)
  }

  static let pairs = [
    ("(", ")"), ("f(", ")"), ("NOT ", ""), ("- ", ""), ("(SELECT ", ")"), ("CASE WHEN a THEN ", " END"), ("x -> ", ""),
    ("ARRAY[", "]"), ("CAST(", " AS INT)"), ("EXISTS(SELECT ", ")"), ("1 IN (", ")"), ("a[", "]"),
    ("(SELECT * FROM (SELECT ", "))"),
  ]

  @Test(arguments: pairs)
  func deepNestingIsRefused(_ open: String, _ close: String) async {
    for count in [Parser.nestingDepthMax, 5_000, 100_000] {
      let text = Self.nested(open, "1", close, count)
      #expect(await Self.onThread { Self.outcome(text) } == "STATEMENT_TOO_DEEP")
    }
  }

  @Test(arguments: pairs)
  func nestingBelowTheLimitIsFine(_ open: String, _ close: String) async {
    // Some pairs take several levels each.
    let text = Self.nested(open, "1", close, Parser.nestingDepthMax / 6)
    #expect(await Self.onThread { Self.outcome(text) } == nil)
  }

  @Test func nestingFitsASmallStack() async {
    let text = Self.nested("(", "1", ")", 8)
    #expect(await Self.onThread(stackBytes: 512 << 10) { Self.outcome(text) } == nil)
  }

  @Test(arguments: ["AND", "OR"])
  func longLogicalChainsAreFlat(_ word: String) async {
    let text = "SELECT " + (0..<10_000).map { "a = \($0)" }.joined(separator: " \(word) ")
    #expect(await Self.onThread { Self.outcome(text) } == nil)
  }

  @Test func longOperatorChainsHaveALimit() async {
    let fits = "SELECT " + String(repeating: "1 + ", count: Parser.treeHeightMax - 10) + "1"
    #expect(await Self.onThread { Self.outcome(fits) } == nil)
    let tooLong = "SELECT " + String(repeating: "1 + ", count: 10_000) + "1"
    #expect(await Self.onThread { Self.outcome(tooLong) } == "STATEMENT_TOO_DEEP")
    let unions = "SELECT 1" + String(repeating: " UNION ALL SELECT 1", count: 10_000)
    #expect(await Self.onThread { Self.outcome(unions) } == "STATEMENT_TOO_DEEP")
  }

  @Test func longListsTakeLinearTime() async {
    func list(_ count: Int) -> String {
      "SELECT a IN (" + (0..<count).map(String.init).joined(separator: ", ") + ")"
    }
    let clock = ContinuousClock()
    let (short, long) = (list(10_000), list(100_000))
    let shortTime = await clock.measure { #expect(await Self.onThread { Self.outcome(short) } == nil) }
    let longTime = await clock.measure { #expect(await Self.onThread { Self.outcome(long) } == nil) }
    // Ten times the work; quadratic time would be a hundred times.
    #expect(longTime < shortTime * 50 + .seconds(1))
  }

  /// Words inside calls are looked for up to the closing parenthesis: that must not be done again at every level.
  @Test func nestedWordedCallsTakeLinearTime() async {
    let depth = Parser.nestingDepthMax / 4
    let text = Self.nested("trim(", "'" + String(repeating: "x", count: 20_000) + "'", ")", depth)
    #expect(await Self.onThread { Self.outcome(text) } == nil)
    let wide = "SELECT trim(concat(" + (0..<4_000).map { "trim(a\($0))" }.joined(separator: ", ") + "))"
    #expect(await Self.onThread { Self.outcome(wide) } == nil)
  }

  @Test func aStatementOfAMegabyte() async {
    let text = "SELECT '" + String(repeating: "x''", count: 400_000) + "' AS a, 1"
    #expect(await Self.onThread { Self.outcome(text) } == nil)
    let tooLong = "SELECT '" + String(repeating: "x", count: Parser.statementBytesMax) + "'"
    #expect(await Self.onThread { Self.outcome(tooLong) } == "STATEMENT_TOO_LONG")
  }
}
