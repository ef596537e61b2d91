import Foundation
import Testing

/// The Nexmark queries of `examples/10-nexmark` give what DuckDB gives on the same events, and a matcher by brute force for the
/// row patterns. `Scripts/record-nexmark.py` has recorded the answers: a count, a hash of the sorted rows, the first of them.
@Suite struct NexmarkTests {
  struct Answer {
    var count: Int
    var hash: String
    var first: [String] = []
  }

  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let example = package.appendingPathComponent("examples/10-nexmark")

  static let queries: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: example.appendingPathComponent("queries").path)) ?? []
    return names.filter { $0.hasSuffix(".sql") }.map { String($0.dropLast(4)) }.sorted()
  }()

  static let answers: [String: Answer] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Nexmark/expected.txt")
    var answers: [String: Answer] = [:]
    var name = ""
    for line in (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? [] {
      if line.hasPrefix("  ") {
        answers[name]?.first.append(String(line.dropFirst(2)))
      } else {
        let words = line.split(separator: " ")
        guard words.count == 3, let count = Int(words[1]) else { continue }
        name = String(words[0])
        answers[name] = Answer(count: count, hash: String(words[2]))
      }
    }
    return answers
  }()

  @Test func queriesAndAnswersAreThere() {
    #expect(Self.queries.count >= 21)
    #expect(Self.queries.allSatisfy { Self.answers[$0] != nil })
  }

  @Test(arguments: queries) func givesWhatWasRecorded(_ query: String) throws {
    let answer = try #require(Self.answers[query])
    for configuration in [CorpusConfiguration.all[0], CorpusConfiguration.all[3]] {
      let output = runScript(try Self.script(query, sink: "memory") + "SELECT * FROM result;", configuration.options)
      let rows = output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("# ") }.sorted()
      #expect(rows.count == answer.count, "\(configuration.name): \(output.prefix(300))")
      #expect(Array(rows.prefix(answer.first.count)) == answer.first, "\(configuration.name)")
      #expect(Self.hash(rows) == answer.hash, "\(configuration.name)")
    }
  }

  /// As the public files have it: a sink that forgets everything.
  @Test(arguments: queries) func runsIntoABlackhole(_ query: String) throws {
    let output = runScript(try Self.script(query, sink: "blackhole"), CorpusConfiguration.all[0].options)
    #expect(output == "")
  }

  /// On a generator without an end, at a hundred events a second: after thirty seconds a query has given what it gives on a table
  /// of those three thousand events. Row patterns are final when the watermark has passed them: they have given a part of it.
  @Test(arguments: queries) func givesTheSameOnAnEndlessSource(_ query: String) throws {
    let answer = try #require(Self.answers[query])
    for configuration in [CorpusConfiguration.all[0], CorpusConfiguration.all[5]] {
      let output = runScript(
        try Self.script(query, sink: "memory", isEndless: true) + "ADVANCE CLOCK BY INTERVAL 30 SECONDS; SELECT * FROM result;",
        configuration.options)
      let rows = output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("# ") }.sorted()
      if query.hasPrefix("cep") {
        let whole = runScript(try Self.script(query, sink: "memory") + "SELECT * FROM result;", configuration.options)
        let all = Set(whole.split(separator: "\n").map(String.init))
        #expect(rows.allSatisfy(all.contains), "\(configuration.name)")
        #expect(rows.count > answer.count / 2 && rows.count <= answer.count, "\(configuration.name): \(output.prefix(300))")
      } else {
        #expect(rows.count == answer.count, "\(configuration.name): \(output.prefix(300))")
        #expect(Self.hash(rows) == answer.hash, "\(configuration.name)")
      }
    }
  }

  /// An endless generator begins when the bounded one does, not now.
  private static let endlessOptions = "'base-time' = '1436918400000', 'events.num' = '0'"

  private static func script(_ query: String, sink: String, isEndless: Bool = false) throws -> String {
    var definitions = try String(contentsOf: example.appendingPathComponent("ddl.sql"), encoding: .utf8)
    if isEndless {
      definitions = definitions.replacingOccurrences(of: "'events.num' = '${EVENTS_NUM}'", with: endlessOptions)
      #expect(definitions.contains(endlessOptions))
    }
    let text = try String(contentsOf: example.appendingPathComponent("queries/\(query).sql"), encoding: .utf8)
    let variables = [
      "TPS": "100", "EVENTS_NUM": "3000", "NEXMARK_TABLE": "datagen", "SINK": sink, "SIDE": example.path,
    ]
    return variables.reduce(definitions + text) { $0.replacingOccurrences(of: "${\($1.key)}", with: $1.value) }
  }

  /// FNV-1a over the lines.
  private static func hash(_ lines: [String]) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for line in lines {
      for byte in Array(line.utf8) + [10] { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
