import Diagnostics

extension AST {
  /// What may stand in FROM, with all that may follow it.
  package struct Relation: Equatable, Sendable {
    package var kind: RelationKind
    /// `STREAM t`, `t STREAM`, `STREAM 'app.log'`, `STREAM read_files(…)`: read as it grows.
    package var isStream = false
    /// `LATERAL (SELECT …)`, `LATERAL TABLE(f(x))`: may use columns of the relations before it.
    package var isLateral = false
    package var hints: [Hint] = []
    /// `t WITH (k = v)`
    package var options: [Option] = []
    /// `FOR SYSTEM_TIME AS OF e`
    package var systemTime: Expression?
    package var sample: Sample?
    package var watermark: Watermark?
    package var matchRecognize: MatchRecognize?
    package var alias: TableAlias?
    @NotCompared package var span: SourceSpan

    package init(_ kind: RelationKind, span: SourceSpan) {
      self.kind = kind
      self.span = span
    }
  }

  package indirect enum RelationKind: Equatable, Sendable {
    /// A table, stream, view, common table; also `` csv.`path` ``.
    case name(ObjectName)
    /// `'logs/*.json'`, `'kafka://host/topic'`
    case path(StringLiteral)
    /// `socket('localhost:9999')`, `range(10)`, `explode(a)`, `late(q)`, and `TABLE(TUMBLE(TABLE t, …))`.
    case function(FunctionCall)
    case unnest([Expression], withOrdinality: Bool)
    case subquery(Query)
    /// `VALUES (1, 'a')` without parentheses around it.
    case values([[Expression]])
    case join(Relation.Join)
    /// A join in parentheses, perhaps with an alias.
    case parenthesised(Relation)
    case pivot(Relation, Pivot)
    case unpivot(Relation, Unpivot)
  }

  /// `[AS] name [(columns)]`
  package struct TableAlias: Equatable, Sendable {
    /// nil where only the columns are named: `AS (a, b)`.
    package var name: Identifier?
    package var columns: [Identifier]

    package init(name: Identifier?, columns: [Identifier] = []) {
      self.name = name
      self.columns = columns
    }

    package var span: SourceSpan { name?.span ?? columns.first?.span ?? .none }
  }

  /// `WATERMARK e [AS name] DELAY OF interval` after a relation.
  package struct Watermark: Equatable, Sendable {
    package var expression: Expression
    package var alias: Identifier?
    package var delay: Duration
    @NotCompared package var span: SourceSpan
  }

  /// `TABLESAMPLE (10 PERCENT | 5 ROWS | BUCKET 1 OUT OF 4) [REPEATABLE (seed)]`
  package struct Sample: Equatable, Sendable {
    package enum Amount: Equatable, Sendable {
      case percent(NumberLiteral)
      case rows(Expression)
      case bucket(NumberLiteral, outOf: NumberLiteral)
    }

    package var amount: Amount
    package var seed: NumberLiteral?
  }

  /// `LATERAL VIEW [OUTER] explode(a) t [AS x, y]`
  package struct LateralView: Equatable, Sendable {
    package var isOuter: Bool
    package var call: FunctionCall
    package var tableAlias: Identifier?
    package var columnAliases: [Identifier]
    @NotCompared package var span: SourceSpan
  }

  /// `PIVOT (sum(x) AS s FOR (a, b) IN ((1, 2) AS n, …))`
  package struct Pivot: Equatable, Sendable {
    package var aggregates: [SelectItem]
    package var columns: [ObjectName]
    package var values: [SelectItem]
    package var alias: TableAlias?
    @NotCompared package var span: SourceSpan
  }

  /// `UNPIVOT [INCLUDE | EXCLUDE NULLS] (v FOR n IN (a AS 'x', b))`, or several value columns `((v1, v2) FOR n IN ((a, b) AS 'x'))`.
  package struct Unpivot: Equatable, Sendable {
    package struct Column: Equatable, Sendable {
      package var names: [ObjectName]
      package var alias: Identifier?
    }

    package var includesNulls: Bool
    package var values: [Identifier]
    package var name: Identifier
    package var columns: [Column]
    package var alias: TableAlias?
    @NotCompared package var span: SourceSpan
  }
}

extension AST.Relation {
  package struct Join: Equatable, Sendable {
    package enum Kind: Equatable, Sendable, CaseIterable {
      case inner, left, right, full, cross, leftSemi, leftAnti
      /// `ASOF JOIN`, `ASOF LEFT JOIN`: the latest row of the right side that satisfies the inequality.
      case asOf, asOfLeft
    }

    package enum Condition: Equatable, Sendable {
      case none
      case on(AST.Expression)
      case using([AST.Identifier])
    }

    package var kind: Kind
    package var isNatural: Bool
    package var left: AST.Relation
    package var right: AST.Relation
    package var condition: Condition

    package init(
      kind: Kind, isNatural: Bool, left: AST.Relation, right: AST.Relation, condition: Condition
    ) {
      self.kind = kind
      self.isNatural = isNatural
      self.left = left
      self.right = right
      self.condition = condition
    }
  }
}
