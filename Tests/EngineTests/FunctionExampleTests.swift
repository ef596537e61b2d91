import Expressions
import Foundation
import Testing

/// What the reference shows is what the engine prints.
@Suite struct FunctionExampleTests {
  private static let categories: Set<FunctionCategory> = [.math, .datetime, .conditional, .operator, .conversion, .hash, .misc, .string, .regexp]

  private static let docs = FunctionRegistry.builtin.scalars.values.map(\.doc).filter { categories.contains($0.category) }

  @Test func examplesPrintWhatTheySay() {
    let session = ParitySession()
    var seen: Set<String> = []
    for doc in Self.docs.sorted(by: { $0.name < $1.name }) where seen.insert(doc.name).inserted {
      #expect(!doc.examples.isEmpty, "\(doc.name) has no example")
      for example in doc.examples {
        let answer = session.answer(to: example.sql)
        let value = answer.components(separatedBy: " | ").dropFirst().joined(separator: " | ")
        #expect(value == example.result, "\(example.sql) gave \(answer)")
      }
    }
  }
}
