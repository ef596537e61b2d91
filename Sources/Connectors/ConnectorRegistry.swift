package import Diagnostics

/// The connectors of a session, by name.
package struct ConnectorRegistry: Sendable {
  /// What comes with the engine; one line a connector.
  package static let builtin = ConnectorRegistry([
    .text,
    .csv,
    .tsv,
    .json,
    .debezium,
    .socket,
    .stdin,
    .exec,
    .listen,
    .http,
    .memory,
    .rate,
    .rateMicroBatch,
    .datagen,
    .range,
    .nexmark,
    .console,
    .print,
    .blackhole,
  ])

  /// In order of registration.
  package private(set) var definitions: [ConnectorDefinition] = []
  /// Lower-case names and aliases.
  private var indexByName: [String: Int] = [:]

  package init(_ definitions: [ConnectorDefinition] = []) {
    for definition in definitions { add(definition) }
  }

  /// Adds a connector; one of the same name is replaced.
  package mutating func add(_ definition: ConnectorDefinition) {
    if let index = indexByName[definition.name] {
      definitions[index] = definition
    } else {
      indexByName[definition.name] = definitions.count
      definitions.append(definition)
    }
    for alias in definition.aliases { indexByName[alias.lowercased()] = indexByName[definition.name] }
  }

  /// The connector of this name or alias, or nil; case does not count.
  package subscript(_ name: String) -> ConnectorDefinition? {
    indexByName[name.lowercased()].map { definitions[$0] }
  }

  /// Names of the connectors that can be read.
  package var sourceNames: [String] { definitions.filter { $0.source != nil }.map(\.name) }

  /// Names of the connectors that can be written.
  package var sinkNames: [String] { definitions.filter { $0.sink != nil }.map(\.name) }

  /// The source of this name; an error that suggests another if there is none.
  package func source(named name: String, span: SourceSpan) throws(SQLError) -> (
    ConnectorDefinition, SourceFactory
  ) {
    guard let definition = self[name] else { throw .unknownConnector(name, in: sourceNames, span: span) }
    guard let factory = definition.source else { throw .notASource(definition.name, span: span) }
    return (definition, factory)
  }

  /// The sink of this name; an error that suggests another if there is none.
  package func sink(named name: String, span: SourceSpan) throws(SQLError) -> (
    ConnectorDefinition, SinkFactory
  ) {
    guard let definition = self[name] else { throw .unknownConnector(name, in: sinkNames, span: span) }
    guard let factory = definition.sink else { throw .notASink(definition.name, span: span) }
    return (definition, factory)
  }
}

extension SQLError {
  static func unknownConnector(_ name: String, in names: [String], span: SourceSpan) -> SQLError {
    if ForeignFormat.named(name) != nil { return foreignFormat(name, path: nil, span: span) }
    if let refusal = ForeignConnector.refusal(of: name, span: span) { return refusal }
    return SQLError(
      .bind, "DATA_SOURCE_NOT_FOUND", "there is no connector \"\(name)\"", span: span,
      hint: didYouMean(name, in: names) ?? "connectors: \(names.joined(separator: ", "))")
  }

  static func notASource(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "UNSUPPORTED_DATA_SOURCE", "connector \"\(name)\" can only be written", span: span)
  }

  static func notASink(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "UNSUPPORTED_DATA_SOURCE", "connector \"\(name)\" can only be read", span: span)
  }
}
