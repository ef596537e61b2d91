package import Columnar
package import Diagnostics
package import Expressions
package import SQLSyntax

/// What the binder asks the session: which relation a name, a path or a call in FROM means, which functions there are.
package protocol Catalog {
  /// The relation of this (possibly qualified) name, or nil.
  func relation(named name: [String]) throws(SQLError) -> CatalogRelation?
  /// A string in FROM: `'logs/*.json'`, or `` csv.`path` `` with its format.
  func source(atPath path: String, format: String?, isStream: Bool, span: SourceSpan) throws(SQLError) -> SourceReference
  /// A call in FROM: `socket('localhost:9999')`, `kafka(…, format => 'json')`. Nil if no connector has this name.
  func source(
    function name: String, positional: [Value], named options: [(name: String, value: Value)], isStream: Bool,
    span: SourceSpan
  ) throws(SQLError) -> SourceReference?
  /// Names of all relations, for "did you mean".
  var relationNames: [String] { get }
  /// Names of connectors that can be called in FROM, for a hint.
  var sourceNames: [String] { get }
  var functions: FunctionRegistry { get }
  /// The function that a user defined under this lower-case name, or nil.
  func routine(named name: String) -> RoutineDefinition?
  /// Names of those functions, for "did you mean".
  var routineNames: [String] { get }
  /// The query that gives the first states of an aggregate of the user (INITIAL FROM): keys, then the state.
  func initialStates(ofAggregate name: String) -> AST.Query?
  /// The variable of this lower-case name, or nil.
  func variable(named name: String) -> SessionVariable?
  var settings: SessionSettings { get }
  /// What may stand before a column of the relation of this name: all of it, or its last parts.
  func qualifier(of name: [String]) -> [String]
  /// Runs `body` with another schema in use: that of a view.
  func within<R>(schema: String, _ body: () throws(SQLError) -> R) throws(SQLError) -> R
}

extension Catalog {
  package func qualifier(of name: [String]) -> [String] { name }
  package func within<R>(schema: String, _ body: () throws(SQLError) -> R) throws(SQLError) -> R { try body() }
  package func routine(named name: String) -> RoutineDefinition? { nil }
  package var routineNames: [String] { [] }
  package var sourceNames: [String] { [] }
  package func variable(named name: String) -> SessionVariable? { nil }
  package func initialStates(ofAggregate name: String) -> AST.Query? { nil }
}

package enum CatalogRelation {
  case source(SourceReference)
  case view(ViewDefinition)
}

/// A stored query. Bound anew where it is used, in its own text.
package struct ViewDefinition: Sendable {
  package var name: String
  /// Column names given in CREATE VIEW; empty: those of the query.
  package var columns: [String]
  package var query: AST.Query
  package var text: SourceText
  /// The schema that was in use when it was defined.
  package var schema: String?
  package init(name: String, columns: [String], query: AST.Query, text: SourceText) {
    self.name = name
    self.columns = columns
    self.query = query
    self.text = text
  }
}

/// A relation that a connector provides, as the planner sees it.
package struct SourceReference: Sendable {
  /// The relation's identity in its session: all scans of one id within a query are one reader (SEM-7).
  package var id: SourceID
  package var name: String
  /// Connector name, for EXPLAIN.
  package var connector: String
  package var schema: Schema
  /// True if the data ends by itself and is all there (a file, a table).
  package var isBounded: Bool
  /// True if an unbounded source may end (stdin, a socket, a memory stream), false if it never does (rate, a topic).
  package var canEnd: Bool
  /// False if changes may take rows back.
  package var isAppendOnly: Bool
  /// Columns that identify a row, if the source promises it.
  package var primaryKey: [Int]?
  /// Event time: a column (of `layout`, if there is one) and how far events may come late, µs.
  package var watermark: (column: Int, delayMicros: Int64)?
  /// A relation whose rows live in the session: a SELECT reads those that are there, a query that goes on may follow.
  package var followable: Followable?
  /// The rows that are there when the query starts are no news to it (SEM-8).
  package var isFollowed = false

  /// Rows are changed by others, who may take back what never came: a query keeps those that are there.
  package var isChangedElsewhere: Bool { !isAppendOnly && followable == nil }

  package struct Followable: Sendable {
    /// Rows may be taken back.
    package var isChanging: Bool
    package init(isChanging: Bool) { self.isChanging = isChanging }
  }

  /// Reads what is there and then every change, where that is possible.
  package mutating func follow() {
    guard let followable, isBounded else { return }
    isBounded = false
    canEnd = true
    isAppendOnly = !followable.isChanging
    isFollowed = true
  }

  /// The relation's columns where some are computed; empty: those of the connector, as they are.
  package var layout: [LayoutColumn] = []

  /// A column that stands behind those of `schema` for queries that name it: what the file of a row is.
  package var metadata: Field?

  /// A column of CREATE TABLE.
  package enum LayoutColumn: Sendable {
    /// A column that the connector gives, by ordinal.
    case stored(Int)
    /// `name AS expression`, in its own text.
    case computed(name: String, AST.Expression)
  }

  package init(
    id: SourceID, name: String, connector: String, schema: Schema, isBounded: Bool, canEnd: Bool,
    isAppendOnly: Bool = true, primaryKey: [Int]? = nil, watermark: (column: Int, delayMicros: Int64)? = nil
  ) {
    self.id = id
    self.name = name
    self.connector = connector
    self.schema = schema
    self.isBounded = isBounded
    self.canEnd = canEnd
    self.isAppendOnly = isAppendOnly
    self.primaryKey = primaryKey
    self.watermark = watermark
  }
}

package struct SourceID: Hashable, Sendable {
  package var rawValue: Int
  package init(_ rawValue: Int) { self.rawValue = rawValue }
}
