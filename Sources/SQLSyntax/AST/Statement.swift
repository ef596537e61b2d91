import Diagnostics

extension AST {
  package struct Statement: Equatable, Sendable {
    package var kind: StatementKind
    @NotCompared package var span: SourceSpan

    package init(_ kind: StatementKind, span: SourceSpan) {
      self.kind = kind
      self.span = span
    }
  }

  package indirect enum StatementKind: Equatable, Sendable {
    case query(Query, StreamClauses)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case merge(Merge)
    case explain(ExplainMode, Statement)

    case createTable(CreateTable)
    case createView(CreateView)
    case createSink(CreateSink)
    case createFunction(CreateFunction)
    case createAggregate(CreateAggregate)
    case drop(Drop)
    case declare(Declare)
    case setVariables(SetVariables)
    case immediate(Immediate)
    case schema(SchemaStatement)
    case upkeep(Upkeep)

    case startQuery(StartQuery)
    case alterQuery(AlterQuery)
    /// `ALTER VIEW v AS query`: the view made anew.
    case alterView(CreateView)
    case rename(Rename)
    case addColumns(AddColumns)
    case stopQuery(Identifier)
    case pauseQuery(Identifier)
    case resumeQuery(Identifier)
    /// `AWAIT QUERY q [FOR duration]`
    case awaitQuery(Identifier, timeout: Duration?)
    /// `PROCESS [QUERY q]`
    case process(Identifier?)
    case closeStream(ObjectName)

    case show(Show)
    case describe(Describe)
    case set(SetStatement)
    /// `RESET [key]`
    case reset(String?)

    case assert(Assertion)
    /// `ADVANCE CLOCK BY duration`
    case advanceClock(Duration)
    /// `ADVANCE WATERMARK [ON] relation TO timestamp`
    case advanceWatermark(ObjectName, to: Expression)
  }

  /// What EXPLAIN shows; `plan` is the plain form.
  package enum ExplainMode: Equatable, Sendable, CaseIterable {
    case plan, logical, optimized, physical, graph, analyze
  }

  /// `START QUERY [IF NOT EXISTS] [name] [INTO target [OPTIONS (…)]] AS query clauses`
  package struct StartQuery: Equatable, Sendable {
    package var name: Identifier?
    package var ifNotExists: Bool
    package var target: InsertTarget?
    package var options: [Option]
    package var query: Query
    package var clauses: StreamClauses
  }

  /// `ALTER QUERY q AS query clauses`, or `ALTER QUERY q SET clauses`
  package struct AlterQuery: Equatable, Sendable {
    package var name: Identifier
    /// nil: the query stays as it is.
    package var query: Query?
    package var clauses: StreamClauses
  }

  /// `ALTER TABLE a RENAME TO b`, or ALTER VIEW
  package struct Rename: Equatable, Sendable {
    package var isView: Bool
    package var name: ObjectName
    package var newName: ObjectName
  }

  /// Where rows go.
  package enum InsertTarget: Equatable, Sendable {
    /// A relation, or else a connector such as `console`.
    case name(ObjectName)
    /// `'out/'`, `'out.csv'`
    case path(StringLiteral)
    /// `kafka('host:9092/topic', format => 'json')`
    case function(FunctionCall)
  }

  /// `p = 1`, or `p` alone, in the PARTITION clause of INSERT.
  package struct PartitionValue: Equatable, Sendable {
    package var column: Identifier
    /// nil: the query's last columns give it.
    package var value: Expression?
  }

  /// `INSERT INTO target [OPTIONS (…)] [PARTITION (…)] [BY NAME | (columns)] query clauses`
  package struct Insert: Equatable, Sendable {
    package var isOverwrite: Bool
    package var target: InsertTarget
    @NotCompared package var targetSpan: SourceSpan
    package var options: [Option]
    package var partition: [PartitionValue]
    /// BY NAME: the query's columns go where their names say.
    package var isByName: Bool
    package var columns: [Identifier]
    package var query: Query
    package var clauses: StreamClauses

    /// The same with tables that stand before the INSERT.
    func with(_ with: WithClause) -> Insert {
      var copy = self
      if query.with != nil { copy.query = Query(body: .query(query), span: query.span) }
      copy.query.with = with
      return copy
    }
  }

  /// `UPDATE table [alias] SET a = e, … [WHERE e]`
  package struct Update: Equatable, Sendable {
    package var target: ObjectName
    package var alias: Identifier?
    package var assignments: [Assignment]
    package var `where`: Expression?
  }

  /// `DELETE FROM table [alias] [WHERE e]`
  package struct Delete: Equatable, Sendable {
    package var target: ObjectName
    package var alias: Identifier?
    package var `where`: Expression?
  }

  /// `MERGE INTO target USING source ON condition WHEN … THEN …`
  package struct Merge: Equatable, Sendable {
    package enum Match: Equatable, Sendable, CaseIterable { case matched, notMatched, notMatchedBySource }

    package enum Action: Equatable, Sendable {
      case delete
      /// `UPDATE SET *` is no assignment at all.
      case update([Assignment])
      /// `INSERT *` is no column at all.
      case insert(columns: [ObjectName], values: [Expression])
    }

    package struct Clause: Equatable, Sendable {
      package var match: Match
      package var condition: Expression?
      package var action: Action
    }

    package var target: ObjectName
    package var targetAlias: Identifier?
    package var source: Relation
    package var condition: Expression
    package var clauses: [Clause]
  }

  package struct Show: Equatable, Sendable {
    package enum Subject: Equatable, Sendable {
      case queries, tables, streams, views, functions, sources, sinks, connectors, settings, schemas, currentSchema
      case columns(ObjectName)
      case createTable(ObjectName)
    }

    package var subject: Subject
    /// `LIKE 'pattern'`
    package var like: StringLiteral?
  }

  package struct Describe: Equatable, Sendable {
    package enum Subject: Equatable, Sendable {
      case relation(ObjectName)
      case path(StringLiteral)
      case query(Identifier)
      case function(ObjectName)
      /// The columns that a query would have.
      case statement(Query)
    }

    package var subject: Subject
    package var isExtended: Bool
  }

  package enum SetStatement: Equatable, Sendable {
    /// `SET`: shows every setting.
    case showAll
    /// `SET key`: shows one.
    case show(String)
    /// `SET key = value`, the value as written, a string without its quotes.
    case assign(key: String, value: String)
    /// `SET TIME ZONE 'UTC' | LOCAL | INTERVAL '1' HOUR`
    case timeZone(TimeZone)
  }

  package enum TimeZone: Equatable, Sendable {
    case local
    case named(StringLiteral)
    case offset(IntervalLiteral)
  }

  /// `ASSERT (query) = (query)`: both give the same rows, in any order unless both are ordered.
  package struct Assertion: Equatable, Sendable {
    package var actual: Query
    package var expected: Query
  }
}
