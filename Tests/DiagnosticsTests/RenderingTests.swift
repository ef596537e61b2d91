import Testing

@testable import Diagnostics

struct RenderingTests {
  /// The error at the first occurrence of `marked`.
  private func rendered(_ text: String, at marked: String, hint: String? = nil) -> String {
    let bytes = Array(text.utf8)
    let pattern = Array(marked.utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: pattern) } ?? 0
    let span = SourceSpan(start, start + pattern.count)
    let error = SQLError(.bind, "UNRESOLVED_COLUMN", "column \"x\" does not exist", span: span, hint: hint)
    return error.rendered(in: SourceText(name: "q.sql", text: text))
  }

  @Test func layout() {
    #expect(
      rendered("SELECT a,\n\n  custmer_id\nFROM t", at: "custmer_id", hint: "did you mean \"customer_id\"?") == """
        q.sql:3:3: error[UNRESOLVED_COLUMN]: column "x" does not exist
          custmer_id
          ^^^^^^^^^^
        hint: did you mean "customer_id"?
        """)
  }

  @Test func tabsAndWideCharacters() {
    #expect(
      rendered("\tSELECT '漢字', é, xyz\r\n", at: "xyz") == """
        q.sql:1:18: error[UNRESOLVED_COLUMN]: column "x" does not exist
        \tSELECT '漢字', é, xyz
        \t                  ^^^
        """)
  }

  @Test func markMayEndAtTheLineOrBeEmpty() {
    #expect(rendered("a (b\nc)", at: "(b\nc)").hasSuffix("a (b\n  ^^"))
    let error = SQLError(.parse, "E", "m", span: SourceSpan(3, 3))
    #expect(error.rendered(in: SourceText(name: "f", text: "abc")) == "f:1:4: error[E]: m\nabc\n   ^")
    #expect(error.rendered(in: nil) == "error[E]: m")
  }

  @Test func longLinesAreCut() {
    let text = String(repeating: "a ", count: 5_000) + "bad" + String(repeating: " z", count: 5_000)
    let lines = rendered(text, at: "bad").split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("q.sql:1:10001: "))
    #expect(lines[1].hasPrefix("…") && lines[1].hasSuffix("…"))
    #expect(displayWidth(of: lines[1]) <= SQLError.shownColumnsMax + 2)
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } ?? 0
    #expect(Array(lines[1])[caret..<(caret + 3)] == ["b", "a", "d"])
  }

  @Test func controlCharactersAreNotShown() {
    #expect(rendered("a \u{1B}[31m b", at: "b").contains("a ?[31m b"))
    let broken = SourceText(name: "f", bytes: [0x61, 0xFF, 0x20, 0x62])
    #expect(SQLError(.parse, "E", "m", span: SourceSpan(3, 4)).rendered(in: broken) == "f:1:4: error[E]: m\na\u{FFFD} b\n   ^")
  }
}

struct VariableTests {
  @Test func positionsLeadBack() {
    let source = SourceText(name: "f", text: "SELECT ${A} FROM ${LONG_NAME} WHERE $${x}").substituting([
      "A": "1 + 2", "LONG_NAME": "t",
    ])
    #expect(String(decoding: source.bytes, as: UTF8.self) == "SELECT 1 + 2 FROM t WHERE ${x}")
    func original(_ lower: Int, _ upper: Int) -> String {
      let span = source.originalSpan(of: SourceSpan(lower, upper))
      return String(decoding: source.original[Int(span.lower)..<Int(span.upper)], as: UTF8.self)
    }
    #expect(original(0, 6) == "SELECT")
    #expect(original(9, 10) == "${A}")
    #expect(original(18, 19) == "${LONG_NAME}")
    #expect(original(20, 25) == "WHERE")
    #expect(source.undefinedVariables.isEmpty)
  }

  @Test func undefinedVariablesStay() {
    let source = SourceText(name: "f", text: "-- ${B}\n${C").substituting(["A": "1"])
    #expect(source.undefinedVariables == [.init(name: "B", span: SourceSpan(3, 7))])
    #expect(source.bytes == source.original)
  }
}

struct ClosestMatchTests {
  @Test func findsMisspellings() {
    #expect(closestMatch(to: "custmer_id", in: ["order_id", "customer_id"]) == "customer_id")
    #expect(closestMatch(to: "FORM", in: ["FROM", "FOR"]) == "FROM")
    #expect(closestMatch(to: "slect", in: ["SELECT"]) == "SELECT")
    #expect(closestMatch(to: "zzz", in: ["abc"]) == nil)
    #expect(closestMatch(to: "a", in: ["b"]) == nil)
    #expect(closestMatch(to: "", in: ["b"]) == nil)
    #expect(didYouMean("cuont", in: ["count", "sum"]) == "did you mean \"count\"?")
  }
}
