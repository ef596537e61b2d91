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
    if let names = argumentNames { return names }
    let last = before.words.count - 1
    if let follows = continuations { return keywords(follows) }
    if let follows = Self.following[before.upper(last)], !isAfterDot(last) { return keywords(follows) }
    switch before.upper(last) {
    case "INTO": return relations + names(session.connectors.sinkNames)
    case "TABLE" where before.upper(last - 1) != "FROM", "STREAM" where ["DROP", "CLOSE"].contains(before.upper(last - 1)): return relations
    case "FROM", "JOIN", "TABLE": return relations + sources
    case "STREAM" where isAfterFrom(last): return relations + sources
    case "DESCRIBE", "DESC", "VIEW": return relations + keywords(["QUERY", "FUNCTION", "EXTENDED"])
    case "EXPLAIN": return keywords(["LOGICAL", "OPTIMIZED", "PHYSICAL", "GRAPH", "ANALYZE"] + Self.statements)
    case "USING": return names(session.connectors.definitions.map(\.name))
    case "FUNCTION": return names(session.functions.names)
    case "QUERY": return names(session.queries.map(\.name))
    case "SET", "RESET": return names(Session.settingNames)
    case "." where before.upper(last - 1) == "SYSTEM" && isAfterFrom(last - 1): return names(Session.systemRelationNames)
    case ".": return columns(of: before.upper(last - 1))
    case "": return statementStarts
    default: return columns + functions + allKeywords + relations
    }
  }

  private func isAfterDot(_ index: Int) -> Bool { before.upper(index - 1) == "." }

  /// What stands behind a word that only a few others can follow.
  private static let following: [String: [String]] = [
    "SHOW": [
      "QUERIES", "TABLES", "STREAMS", "VIEWS", "FUNCTIONS", "SOURCES", "SINKS", "CONNECTORS", "SETTINGS", "COLUMNS FROM",
      "CREATE TABLE",
    ],
    "CREATE": ["STREAM", "TABLE", "TEMP VIEW", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "AGGREGATE", "SINK", "OR REPLACE"],
    "DROP": ["STREAM", "TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "AGGREGATE", "SINK"],
    "START": ["QUERY"], "STOP": ["QUERY"], "PAUSE": ["QUERY"], "RESUME": ["QUERY"], "AWAIT": ["QUERY"],
    "OUTPUT": ["MODE"], "MODE": ["APPEND", "UPDATE", "COMPLETE", "CHANGELOG"],
    "EMIT": ["CHANGES", "FINAL", "ON WINDOW CLOSE", "UPDATES", "SNAPSHOT"],
    "TRIGGER": ["EVERY", "ONCE", "AVAILABLE NOW", "CONTINUOUS", "REALTIME"],
    "|>": [
      "WHERE", "SELECT", "EXTEND", "AGGREGATE", "JOIN", "LEFT JOIN", "ORDER BY", "LIMIT", "SET", "DROP", "AS", "UNION ALL", "LATERAL VIEW",
      "PIVOT", "UNPIVOT",
    ],
    "MATERIALIZED": ["VIEW"], "TEMP": ["VIEW", "FUNCTION"], "INSERT": ["INTO"], "GROUP": ["BY"], "ORDER": ["BY"], "PARTITION": ["BY"],
    "ADVANCE": ["CLOCK BY INTERVAL", "WATERMARK ON"],
  ]

  /// Inside `connector(…)` in FROM: options by name; nil elsewhere.
  private var argumentNames: [Completion.Candidate]? {
    guard let opening = before.openParenthesis, ["FROM", "JOIN", "STREAM", ","].contains(before.upper(opening - 2)) else { return nil }
    let name = before.upper(opening - 1).lowercased()
    if before.upper(before.words.count - 1) == "=>" { return argumentValues(of: name) }
    guard ["(", ","].contains(before.upper(before.words.count - 1)) else { return nil }
    let options: [OptionDefinition]
    if name == "read_files" {
      options = ["csv", "json", "text"].flatMap { session.connectors[$0]?.options ?? [] }
      return names(["format"], suffix: " => ") + names(options.map(\.name).filter { $0 != "path" }, suffix: " => ")
    }
    guard let connector = session.connectors[name], connector.source != nil else { return nil }
    return names(connector.options.map(\.name), suffix: " => ")
  }

  /// Behind `option =>`: what it may be.
  private func argumentValues(of connector: String) -> [Completion.Candidate] {
    let key = before.upper(before.words.count - 2).lowercased()
    let connectors = connector == "read_files" ? ["csv", "json", "text"] : [connector]
    let option = connectors.lazy.compactMap { session.connectors[$0] }.flatMap(\.options).first { $0.name.lowercased() == key }
    let isBoolean = if case .boolean = option?.kind { true } else { false }
    return (option?.listedValues ?? []).map { .init(text: isBoolean ? $0 : "'\($0)'", suffix: "") }
  }

  private func isAfterFrom(_ index: Int) -> Bool { ["FROM", "JOIN", ","].contains(before.upper(index - 1)) }

  // MARK: Kinds of candidates

  private func names(_ names: [String], suffix: String = " ") -> [Completion.Candidate] {
    names.map { .init(text: $0, suffix: suffix) }
  }

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
  /// One, or those of all formats of Flink's `filesystem`.
  private let connectors: [ConnectorDefinition]
  private let session: Session
  private let quotesNames: Bool
  /// The option whose value comes next; nil where a name is expected.
  private let option: OptionDefinition?
  private let isAtName: Bool
  private let isConnectorValue: Bool

  /// Nil if the end of `statement` is not inside of options.
  init?(session: Session, statement: Statement) {
    guard let opening = statement.openParenthesis, ["OPTIONS", "WITH"].contains(statement.upper(opening - 1)) else { return nil }
    self.session = session
    quotesNames = statement.upper(opening - 1) == "WITH"
    connectors = Self.connectors(session, statement, opening)
    let last = statement.words[statement.words.count - 1].text
    isAtName = last == "(" || last == ","
    let nameIndex = last == "=" ? statement.words.count - 2 : statement.words.count - 1
    let name = isAtName ? "" : statement.words[max(0, nameIndex)].text.lowercased()
    isConnectorValue = name == "connector"
    option = connectors.lazy.flatMap(\.options).first { $0.name.lowercased() == name }
  }

  private static func connectors(_ session: Session, _ statement: Statement, _ opening: Int) -> [ConnectorDefinition] {
    for index in statement.words.indices {
      let word = statement.upper(index)
      if word == "USING" || (word == "INTO" && index < opening), index + 1 < statement.words.count {
        if let found = session.connectors[statement.words[index + 1].text] { return [found] }
      }
      if word == "CONNECTOR", index > opening, index + 2 < statement.words.count {
        let name = statement.words[index + 2].text.lowercased()
        if name == FlinkFilesystem.connectorName { return ["csv", "json", "text"].compactMap { session.connectors[$0] } }
        return session.connectors[name].map { [$0] } ?? []
      }
    }
    return []
  }

  private var names: [String] {
    let isFilesystem = connectors.count > 1
    return connectors.flatMap { $0.options.map(\.name) } + (isFilesystem ? ["format"] : []) + (quotesNames ? ["connector"] : [])
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
    if isConnectorValue { return session.connectors.definitions.map(\.name) + [FlinkFilesystem.connectorName] }
    return option?.listedValues ?? []
  }
}

extension OptionDefinition {
  /// Values worth offering.
  fileprivate var listedValues: [String] {
    switch kind {
    case .choice(let choices): choices
    case .boolean: ["true", "false"]
    case .string, .integer, .duration, .size: defaultValue.map { [$0] } ?? []
    }
  }
}
