import Expressions
import Foundation
import Testing

/// `docs/functions.md` says what the registry says; `make reference` writes it anew.
@Suite struct FunctionReferenceTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/functions.md")

  @Test func referenceIsUpToDate() throws {
    let made = FunctionReference.markdown(FunctionRegistry.builtin.docs)
    if ProcessInfo.processInfo.environment["REFERENCE_UPDATE"] != nil {
      try made.write(to: Self.file, atomically: true, encoding: .utf8)
    }
    let written = (try? String(contentsOf: Self.file, encoding: .utf8)) ?? ""
    #expect(made == written, "docs/functions.md is not what the registry says: run make reference")
  }

  @Test func everyFunctionSaysWhatItDoes() {
    for doc in FunctionRegistry.builtin.docs {
      #expect(doc.summary.hasSuffix("."), "the summary of \(doc.name) is no sentence")
      #expect(doc.signature.lowercased().contains(doc.name) || doc.category == .operator || doc.signature.contains("expr IS"), "\(doc.signature)")
      #expect(!doc.examples.isEmpty, "\(doc.name) has no example")
    }
  }
}
