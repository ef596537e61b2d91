/// The reference of all functions as Markdown, by category: `docs/functions.md` is made of it (`make reference`).
package enum FunctionReference {
  package static func markdown(_ docs: [FunctionDoc]) -> String {
    var lines = [
      "# Functions", "",
      "Made from the registry by `make reference`; `DESCRIBE FUNCTION name` and `.functions` show the same. Names, argument",
      "rules, results and error classes are those of Spark 4.3 where it has the function. The examples run as tests.",
    ]
    for category in FunctionCategory.allCases {
      let members = docs.filter { $0.category == category }.sorted { $0.name < $1.name }
      if members.isEmpty { continue }
      lines += ["", "## \(category.title)", ""]
      for doc in members { lines += entry(doc) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ doc: FunctionDoc) -> [String] {
    var line = "- **`\(doc.signature)`**"
    if !doc.aliases.isEmpty {
      line += ", also " + doc.aliases.sorted().map { "`\($0)`" }.joined(separator: ", ")
    }
    let examples = doc.examples.map { example in
      let rows = example.result.split(separator: "\n").map { "`\($0)`" }.joined(separator: ", ")
      return "  `\(example.sql)` → \(rows.isEmpty ? "an empty text" : rows)  "
    }
    return [line + ": " + doc.summary + "  "] + examples
  }
}

extension FunctionCategory {
  fileprivate var title: String {
    switch self {
    case .operator: "Operators"
    case .string: "Strings"
    case .regexp: "Regular expressions"
    case .math: "Mathematics"
    case .datetime: "Dates, times and intervals"
    case .conditional: "Conditions"
    case .json: "JSON and CSV"
    case .array: "Arrays"
    case .map: "Maps"
    case .structure: "Structs"
    case .lambda: "Functions with lambdas"
    case .aggregate: "Aggregates"
    case .generator: "Generators"
    case .conversion: "Conversions"
    case .hash: "Hashes and digests"
    case .window: "Windows"
    case .stream: "Streams"
    case .user: "Defined in the session"
    case .misc: "Miscellaneous"
    }
  }
}
