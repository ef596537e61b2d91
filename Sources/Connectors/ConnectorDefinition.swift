package import Columnar
package import Diagnostics

/// A kind of source or sink: its name, its options, how to make one. Parsing, errors, completion and documentation all
/// come from this declaration; a connector is one file and one line in `ConnectorRegistry.builtin`.
package struct ConnectorDefinition: Sendable {
  package var name: String
  package var aliases: [String]
  /// One sentence.
  package var summary: String
  package var options: [OptionDefinition]
  /// What `FROM name('a', 'b')` positional arguments mean: option names in order.
  package var positional: [String]
  package var source: SourceFactory?
  package var sink: SinkFactory?

  package init(
    _ name: String, aliases: [String] = [], _ summary: String, options: [OptionDefinition],
    positional: [String] = [], source: SourceFactory? = nil, sink: SinkFactory? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.options = options
    self.positional = positional
    self.source = source
    self.sink = sink
  }
}

package struct SourceFactory: Sendable {
  /// Looks at options and perhaps a sample: what the relation is, before any query reads it.
  package var describe: @Sendable (SourceRequest) throws(SQLError) -> SourceDescription
  /// A reader for one query; `columns` are the ordinals of the description's schema that the query needs, in order; the one
  /// behind them is `metadata`.
  package var open: @Sendable (SourceRequest, SourceDescription, _ columns: [Int]) throws(SQLError) -> any Source
  package init(
    describe: @escaping @Sendable (SourceRequest) throws(SQLError) -> SourceDescription,
    open: @escaping @Sendable (SourceRequest, SourceDescription, [Int]) throws(SQLError) -> any Source
  ) {
    self.describe = describe
    self.open = open
  }
}

/// What CREATE … USING or a reference in FROM asks of a source.
package struct SourceRequest: Sendable {
  package var options: OptionValues
  /// Columns declared in DDL; nil: infer.
  package var schema: Schema?
  /// STREAM was said, or CREATE STREAM.
  package var isStream: Bool
  /// The reader ends with what is there when it is opened: a SELECT over a memory relation (SEM-5, SEM-8).
  package var isSnapshot: Bool
  /// Ordinals of the columns of PRIMARY KEY.
  package var primaryKey: [Int]?
  /// The query can take rows back; it has this name.
  package var takesChanges = false
  package var queryName = ""
  package var environment: ConnectorEnvironment
  package var span: SourceSpan
  package init(
    options: OptionValues, schema: Schema?, isStream: Bool, isSnapshot: Bool = false,
    environment: ConnectorEnvironment, span: SourceSpan
  ) {
    self.options = options
    self.schema = schema
    self.isStream = isStream
    self.isSnapshot = isSnapshot
    self.environment = environment
    self.span = span
  }
}

package struct SourceDescription: Sendable {
  package var schema: Schema
  /// Options that were not given and that the beginning of the data tells.
  var findings: [GivenOption] = []
  /// A hidden column that readers give at the ordinal behind those of `schema`.
  package var metadata: Field?
  /// Columns whose values are names of folders, lower case.
  var folderColumns: Set<String> = []
  package var isBounded: Bool
  package var canEnd: Bool
  /// False: one hub per session shares it among queries (SEM-7).
  package var canReplay: Bool
  /// Rows that live with the relation and are shared by its readers; INSERT goes here. Nil: the relation is elsewhere.
  package var store: (any RelationStore)?
  /// What could not be read as declared, for `errors(source)`; nil where every input is good.
  package var malformed: MalformedRecords?
  /// The one reader that queries share, of a source that cannot replay.
  package var hub: StreamHub?
  /// False if the input takes rows back: changes of a database.
  package var isAppendOnly = true
  /// Columns that identify a row, if the input promises it.
  package var primaryKey: [Int]?
  package init(
    schema: Schema, isBounded: Bool, canEnd: Bool, canReplay: Bool, store: (any RelationStore)? = nil,
    malformed: MalformedRecords? = nil
  ) {
    self.malformed = malformed
    self.schema = schema
    self.isBounded = isBounded
    self.canEnd = canEnd
    self.canReplay = canReplay
    self.store = store
  }
}

/// The rows of a relation that lives in the session.
package protocol RelationStore: AnyObject, Sendable {
  /// Adds what one INSERT gives: one micro-batch for those who follow. Negative weights take rows back.
  func append(_ batch: Batch, weights: [Int64]?) throws(SQLError)
  /// Nothing will be added any more (CLOSE STREAM, the end of a script).
  func close()
}

package struct SinkFactory: Sendable {
  package var open: @Sendable (SinkRequest) throws(SQLError) -> any Sink
  /// Whether the receiver is to hear of every change, with what happened to each row, unless the query says otherwise.
  package var wantsChanges: @Sendable (OptionValues) -> Bool
  package init(
    wantsChanges: @escaping @Sendable (OptionValues) -> Bool = { _ in false },
    open: @escaping @Sendable (SinkRequest) throws(SQLError) -> any Sink
  ) {
    self.open = open
    self.wantsChanges = wantsChanges
  }
}

package struct SinkRequest: Sendable {
  package var options: OptionValues
  package var schema: Schema
  /// Rows carry operations that the sink must show or apply (CHANGELOG).
  package var isChangelog: Bool
  /// The query ends by itself: its result is one whole.
  package var isBounded: Bool
  /// Name of the query it belongs to.
  package var queryName: String
  package var environment: ConnectorEnvironment
  package var span: SourceSpan
  package init(
    options: OptionValues, schema: Schema, isChangelog: Bool, isBounded: Bool = false, queryName: String,
    environment: ConnectorEnvironment, span: SourceSpan
  ) {
    self.options = options
    self.schema = schema
    self.isBounded = isBounded
    self.isChangelog = isChangelog
    self.queryName = queryName
    self.environment = environment
    self.span = span
  }
}

/// What connectors get from the session.
package struct ConnectorEnvironment: Sendable {
  /// Session zone name.
  package var zoneName: String
  /// Where rows for the user go (stdout, or `-o`).
  package var output: any OutputStreamSink
  /// Whether stdin carries data (false: it is the script).
  package var isStdinData: Bool
  /// µs since the UTC epoch; the session's clock, which may be virtual.
  package var nowMicros: @Sendable () -> Int64
  /// What sources that cannot replay wait for before they read.
  package var gate = StreamGate()
  /// The standard input's hub: all relations over it are one reader.
  let standardInput = SharedHub()
  package init(
    zoneName: String, output: any OutputStreamSink, isStdinData: Bool,
    nowMicros: @escaping @Sendable () -> Int64 = { wallClockMicros() }
  ) {
    self.zoneName = zoneName
    self.output = output
    self.isStdinData = isStdinData
    self.nowMicros = nowMicros
  }
}

/// A place for output bytes, shared by console sinks and the shell; calls are whole pieces, never interleaved.
package protocol OutputStreamSink: AnyObject, Sendable {
  /// Writes all bytes; throws a `.sink` error of class `CLOSED_PIPE` when the reader has gone, `IO_ERROR` otherwise.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError)
  func flush() throws(SQLError)
  var isTerminal: Bool { get }
}

/// One option of a connector.
package struct OptionDefinition: Sendable {
  package enum Kind: Sendable {
    case string, integer, boolean, duration, size
    case choice([String])
  }
  /// camelCase as in the docs; matched without case.
  package var name: String
  /// What other systems call it.
  package var aliases: [String]
  package var kind: Kind
  /// Shown default; nil with `isRequired` false means "none".
  package var defaultValue: String?
  package var isRequired: Bool
  package var summary: String
  package init(
    _ name: String, aliases: [String] = [], _ kind: Kind, default defaultValue: String? = nil, isRequired: Bool = false,
    _ summary: String
  ) {
    self.name = name
    self.aliases = aliases
    self.kind = kind
    self.defaultValue = defaultValue
    self.isRequired = isRequired
    self.summary = summary
  }
}

/// Option values checked against their definitions. Keys are lower case.
package struct OptionValues: Sendable {
  package private(set) var values: [String: (text: String, span: SourceSpan)] = [:]

  package init() {}

  package subscript(_ name: String) -> String? { values[name.lowercased()]?.text }

  package func span(of name: String) -> SourceSpan? { values[name.lowercased()]?.span }

  package mutating func set(_ name: String, _ text: String, span: SourceSpan) {
    values[name.lowercased()] = (text, span)
  }

  package mutating func remove(_ name: String) { values[name.lowercased()] = nil }
}
