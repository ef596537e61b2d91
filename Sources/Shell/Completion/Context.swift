import Columnar
import Connectors
import Engine
import SQLSyntax

/// What may come next in a statement, judged by the words before the cursor.
struct Context {
  let session: Session
  let before: Statement
  let whole: Statement
  let typed: String

  func candidates() -> [Completion.Candidate] {
    if let options = OptionContext(session: session, statement: before)?.candidates() { return options }
    let last = before.words.count - 1
    switch before.upper(last) {
    case "FROM", "JOIN", "INTO", "TABLE", "STREAM" where before.upper(last) != "STREAM" || isAfterFrom(last):
      return relations + sources
    case "DESCRIBE", "DESC", "VIEW": return relations + keywords(["QUERY", "FUNCTION"])
    case "USING": return names(session.connectors.definitions.map(\.name))
    case "FUNCTION": return names(session.functions.names)
    case "QUERY": return names(session.queries.map(\.name))
    case "SET", "RESET": return names(Session.settingNames)
    case ".": return columns(of: before.upper(last - 1))
    case "": return statementStarts
    default: return columns + functions + allKeywords + relations
    }
  }

  private func isAfterFrom(_ index: Int) -> Bool { ["FROM", "JOIN", ","].contains(before.upper(index - 1)) }

  // MARK: Kinds of candidates

  private func names(_ names: [String]) -> [Completion.Candidate] { names.map { .init(text: $0) } }

  private var relations: [Completion.Candidate] { names(session.relationNames) }

  private var sources: [Completion.Candidate] {
    session.connectors.sourceNames.map { .init(text: $0, suffix: "(") }
  }

  private var functions: [Completion.Candidate] {
    if typed.isEmpty { return [] }
    return session.functions.names.map { .init(text: isUpper ? $0.uppercased() : $0, suffix: "(") }
  }

  private var columns: [Completion.Candidate] {
    whole.relations.flatMap { relation in
      names(schema(relation)?.names ?? []) + (relation.alias.map { [.init(text: $0, suffix: ".")] } ?? [])
    }
  }

  private func columns(of qualifier: String) -> [Completion.Candidate] {
    let relation = whole.relations.first {
      ($0.alias ?? $0.name.last ?? "").uppercased() == qualifier || $0.name.last?.uppercased() == qualifier
    }
    return names(relation.flatMap(schema)?.names ?? [])
  }

  private func schema(_ relation: (name: [String], alias: String?, isPath: Bool)) -> Columnar.Schema? {
    relation.isPath ? session.columns(ofPath: relation.name[0]) : session.columns(ofRelation: relation.name)
  }

  /// Keywords in the case in which the user writes.
  private func keywords(_ words: [String]) -> [Completion.Candidate] {
    words.map { .init(text: isUpper || typed.isEmpty ? $0 : $0.lowercased()) }
  }

  private var isUpper: Bool { typed.first?.isUppercase ?? false }

  private var allKeywords: [Completion.Candidate] {
    typed.isEmpty ? keywords(Self.clauses) : keywords(Keyword.allCases.map(\.rawValue).sorted())
  }

  private var statementStarts: [Completion.Candidate] { keywords(Self.statements) }

  static let statements = [
    "SELECT", "WITH", "FROM", "VALUES", "INSERT INTO", "CREATE STREAM", "CREATE TABLE", "CREATE TEMP VIEW",
    "CREATE FUNCTION", "CREATE AGGREGATE", "CREATE MATERIALIZED VIEW", "START QUERY", "STOP QUERY", "PAUSE QUERY",
    "RESUME QUERY", "AWAIT QUERY", "PROCESS", "EXPLAIN", "DESCRIBE", "SHOW", "SET", "RESET", "DROP", "ASSERT",
    "ADVANCE CLOCK BY INTERVAL", "ADVANCE WATERMARK ON", "CLOSE STREAM", "MERGE INTO",
  ]

  private static let clauses = [
    "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "JOIN", "UNION ALL", "OUTPUT MODE", "EMIT", "TRIGGER",
    "CHECKPOINT", "AS",
  ]
}

/// Inside `OPTIONS (` or `WITH (` of a connector.
struct OptionContext {
  private let connector: ConnectorDefinition?
  private let session: Session
  private let quotesNames: Bool
  /// The option whose value comes next; nil where a name is expected.
  private let option: OptionDefinition?
  private let isAtName: Bool
  private let isConnectorValue: Bool

  /// Nil if the end of `statement` is not inside of options.
  init?(session: Session, statement: Statement) {
    var depth = 0
    var opening: Int?
    for index in statement.words.indices.reversed() {
      switch statement.words[index].text {
      case ")": depth += 1
      case "(":
        if depth == 0 { opening = index }
        depth -= 1
      default: break
      }
      if opening != nil { break }
    }
    guard let opening, ["OPTIONS", "WITH"].contains(statement.upper(opening - 1)) else { return nil }
    self.session = session
    quotesNames = statement.upper(opening - 1) == "WITH"
    connector = Self.connector(session, statement, opening)
    let last = statement.words[statement.words.count - 1].text
    isAtName = last == "(" || last == ","
    let nameIndex = last == "=" ? statement.words.count - 2 : statement.words.count - 1
    let name = isAtName ? "" : statement.words[max(0, nameIndex)].text.lowercased()
    isConnectorValue = name == "connector"
    option = connector?.options.first { $0.name.lowercased() == name }
  }

  private static func connector(_ session: Session, _ statement: Statement, _ opening: Int) -> ConnectorDefinition? {
    for index in statement.words.indices {
      let word = statement.upper(index)
      if word == "USING" || (word == "INTO" && index < opening), index + 1 < statement.words.count {
        if let found = session.connectors[statement.words[index + 1].text] { return found }
      }
      if word == "CONNECTOR", index > opening, index + 2 < statement.words.count {
        return session.connectors[statement.words[index + 2].text]
      }
    }
    return nil
  }

  private var names: [String] {
    (connector?.options.map(\.name) ?? []) + (quotesNames ? ["connector"] : [])
  }

  /// Where no quote is open.
  func candidates() -> [Completion.Candidate]? {
    if isAtName {
      return names.map { quotesNames ? .init(text: "'\($0)'", suffix: " = ") : .init(text: $0) }
    }
    return values.map { .init(text: "'\($0)'", suffix: "") }
  }

  /// Behind an open quote; empty if any text may stand there.
  func quotedCandidates() -> [Completion.Candidate] {
    if isAtName { return names.map { .init(text: $0, suffix: "' = ") } }
    return values.map { .init(text: $0, suffix: "'") }
  }

  private var values: [String] {
    if isConnectorValue { return session.connectors.definitions.map(\.name) }
    return switch option?.kind {
    case .choice(let choices): choices
    case .boolean: ["true", "false"]
    case .string, .integer, .duration, nil: option?.defaultValue.map { [$0] } ?? []
    }
  }
}
