import Diagnostics

extension AST {
  /// `CREATE [OR REPLACE] [TEMP] {TABLE | STREAM | SOURCE} [IF NOT EXISTS] name …`
  package struct CreateTable: Equatable, Sendable {
    package enum Kind: Equatable, Sendable, CaseIterable { case table, stream, source, sink }

    package var kind: Kind
    package var isReplace = false
    package var isTemporary = false
    package var ifNotExists = false
    package var name: ObjectName
    package var columns: [ColumnDefinition] = []
    package var watermarks: [WatermarkDefinition] = []
    /// `PRIMARY KEY (a, b)`, or the columns marked as key.
    package var primaryKey: [Identifier] = []
    /// `LIKE other`
    package var like: ObjectName?
    /// `USING format`
    package var using: Identifier?
    /// Of OPTIONS, WITH and TBLPROPERTIES together.
    package var options: [Option] = []
    package var partitionedBy: [Identifier] = []
    package var location: StringLiteral?
    package var comment: StringLiteral?
    /// `AS query`
    package var query: Query?
    package var clauses = StreamClauses()

    package init(kind: Kind, name: ObjectName) {
      self.kind = kind
      self.name = name
    }
  }

  /// `name type [NOT NULL] [DEFAULT e] [COMMENT '…']`, or a computed column `name AS e`.
  package struct ColumnDefinition: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
      case stored(TypeName)
      /// `ts AS to_timestamp(t)`, `ts TIMESTAMP GENERATED ALWAYS AS (…)`
      case computed(Expression, TypeName?)
      /// `ts TIMESTAMP METADATA [FROM 'timestamp'] [VIRTUAL]`
      case metadata(TypeName, from: StringLiteral?, isVirtual: Bool)
    }

    package var name: Identifier
    package var content: Content
    package var isNotNull = false
    package var defaultValue: Expression?
    package var comment: StringLiteral?
    @NotCompared package var span: SourceSpan

    package init(name: Identifier, content: Content, span: SourceSpan) {
      self.name = name
      self.content = content
      self.span = span
    }
  }

  /// `WATERMARK FOR column AS e`, or `WATERMARK column DELAY OF interval`, which means `column - interval`.
  package struct WatermarkDefinition: Equatable, Sendable {
    package enum Strategy: Equatable, Sendable {
      case expression(Expression)
      case delay(Duration)
    }

    package var column: ObjectName
    package var strategy: Strategy
    @NotCompared package var span: SourceSpan

    package init(column: ObjectName, strategy: Strategy, span: SourceSpan) {
      self.column = column
      self.strategy = strategy
      self.span = span
    }
  }

  /// `CREATE [OR REPLACE] [TEMP | MATERIALIZED] VIEW [IF NOT EXISTS] name [(columns)] AS query`
  package struct CreateView: Equatable, Sendable {
    package enum Kind: Equatable, Sendable, CaseIterable { case permanent, temporary, materialized }

    package var kind: Kind
    package var isReplace: Bool
    package var ifNotExists: Bool
    package var name: ObjectName
    package var columns: [Identifier]
    package var comment: StringLiteral?
    package var options: [Option]
    package var query: Query
    package var clauses: StreamClauses
  }

  /// `CREATE SINK name [USING format] [OPTIONS (…)] AS query clauses`: a started query with a sink of its own.
  package struct CreateSink: Equatable, Sendable {
    package var ifNotExists: Bool
    package var name: ObjectName
    package var using: Identifier?
    package var options: [Option]
    package var query: Query
    package var clauses: StreamClauses
  }

  package struct Parameter: Equatable, Sendable {
    package var name: Identifier
    package var type: TypeName
    package var defaultValue: Expression?
  }

  package struct CreateFunction: Equatable, Sendable {
    package enum Body: Equatable, Sendable {
      case expression(Expression)
      case query(Query)
      /// `AS '…'`: SQL text if there are parameters or RETURNS, else the name of a class.
      case text(StringLiteral)
    }

    package var isReplace: Bool
    package var isTemporary: Bool
    package var ifNotExists: Bool
    package var name: ObjectName
    /// nil: no list was written, as in `CREATE FUNCTION count_char AS 'com.example.CountChar'`.
    package var parameters: [Parameter]?
    package var returns: TypeName?
    /// `RETURNS TABLE (a INT, …)`: a function that stands in FROM.
    package var returnsTable: [Parameter]?
    package var language: Identifier?
    package var body: Body
  }

  /// `CREATE AGGREGATE name(x T) RETURNS T INITIAL … UPDATE (s, x) -> … [INVERSE …] [MERGE …] [RESULT …] [TIMEOUT d]`
  package struct CreateAggregate: Equatable, Sendable {
    package enum Initial: Equatable, Sendable {
      case expression(Expression)
      /// `INITIAL FROM (SELECT key, state …)`
      case query(Query)
    }

    /// A lambda: its parameters and body.
    package struct Step: Equatable, Sendable {
      package var parameters: [Identifier]
      package var body: Expression
    }

    package var isReplace: Bool
    package var isTemporary: Bool
    package var ifNotExists: Bool
    package var name: ObjectName
    package var parameters: [Parameter]
    package var returns: TypeName
    package var initial: Initial?
    package var update: Step
    package var inverse: Step?
    package var merge: Step?
    /// `RESULT s -> e` or `FINAL s -> e`: the value shown for a state; without it the state itself.
    package var result: Step?
    package var timeout: Duration?
  }

  package struct Drop: Equatable, Sendable {
    package enum Kind: Equatable, Sendable, CaseIterable {
      case table, stream, source, sink, view, materializedView, function, aggregate, variable
    }

    package var kind: Kind
    package var ifExists: Bool
    package var name: ObjectName

    package init(kind: Kind, ifExists: Bool, name: ObjectName) {
      self.kind = kind
      self.ifExists = ifExists
      self.name = name
    }
  }
}
