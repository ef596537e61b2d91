import Expressions
import Foundation
import Testing

/// What the reference shows is what the engine prints.
@Suite struct FunctionExampleTests {
  private static let docs = FunctionRegistry.builtin.docs

  @Test func examplesPrintWhatTheySay() {
    let session = ParitySession()
    for doc in Self.docs {
      #expect(!doc.examples.isEmpty, "\(doc.name) has no example")
      for example in doc.examples {
        let answer = session.answer(to: example.sql)
        let value = answer.components(separatedBy: " | ").dropFirst().joined(separator: " | ")
        #expect(value == example.result.replacingOccurrences(of: "\n", with: "; "), "\(example.sql) gave \(answer)")
      }
    }
  }
}
