import Diagnostics

extension AST {
  /// `[WITH …] body [WINDOW …] [ORDER BY …] [LIMIT …] [OFFSET …] [|> …]*`
  package struct Query: Equatable, Sendable {
    package var with: WithClause?
    package var body: QueryBody
    package var ordering = Ordering()
    package var limit: Expression?
    package var offset: Expression?
    /// Applied in order to the result of all of the above.
    package var pipes: [PipeOperator] = []
    @NotCompared package var span: SourceSpan

    /// Whether nothing stands around the body.
    package var isBodyAlone: Bool {
      with == nil && ordering.isEmpty && limit == nil && offset == nil && pipes.isEmpty
    }
  }

  /// How the rows of a query are ordered; Spark's partition-wise forms included.
  package struct Ordering: Equatable, Sendable {
    package var orderBy: [SortItem] = []
    /// `SORT BY`, `DISTRIBUTE BY` and `CLUSTER BY` say how a cluster would lay rows out.
    package var sortBy: [SortItem] = []
    package var distributeBy: [Expression] = []
    package var clusterBy: [Expression] = []

    package var isEmpty: Bool {
      orderBy.isEmpty && sortBy.isEmpty && distributeBy.isEmpty && clusterBy.isEmpty
    }
  }

  package indirect enum QueryBody: Equatable, Sendable {
    case select(Select)
    /// `VALUES (1, 'a'), (2, 'b')`; each row has at least one value.
    case values([[Expression]])
    case setOperation(SetOperation)
    /// `TABLE t`
    case table(ObjectName)
    /// `FROM t, u JOIN v`: every column, and the names stay visible to the pipes that follow.
    case from([Relation])
    /// A query in parentheses with clauses of its own.
    case query(Query)
  }

  package struct SetOperation: Equatable, Sendable {
    package enum Operator: Equatable, Sendable, CaseIterable { case union, intersect, except }

    package var `operator`: Operator
    package var isAll: Bool
    package var left: QueryBody
    package var right: QueryBody
    @NotCompared package var span: SourceSpan

    package init(`operator`: Operator, isAll: Bool, left: QueryBody, right: QueryBody, span: SourceSpan) {
      self.operator = `operator`
      self.isAll = isAll
      self.left = left
      self.right = right
      self.span = span
    }
  }

  package struct WithClause: Equatable, Sendable {
    package var isRecursive: Bool
    package var tables: [CommonTable]
  }

  /// `name [(columns)] AS (query)`
  package struct CommonTable: Equatable, Sendable {
    package var name: Identifier
    package var columns: [Identifier]
    /// `MAX RECURSION LEVEL n`: after how many rounds a recursion is given up.
    package var levelsMax: Int?
    package var query: Query
  }

  package struct Select: Equatable, Sendable {
    package var hints: [Hint] = []
    package var quantifier: SelectQuantifier = .all
    package var items: [SelectItem]
    /// Relations between commas; each may be a tree of joins.
    package var from: [Relation] = []
    package var lateralViews: [LateralView] = []
    package var `where`: Expression?
    package var groupBy: GroupBy?
    package var having: Expression?
    package var qualify: Expression?
    package var windows: [NamedWindow] = []
    @NotCompared package var span: SourceSpan

    package init(
      hints: [Hint] = [], quantifier: SelectQuantifier = .all, items: [SelectItem], from: [Relation] = [], span: SourceSpan
    ) {
      self.hints = hints
      self.quantifier = quantifier
      self.items = items
      self.from = from
      self.span = span
    }
  }

  package enum SelectQuantifier: Equatable, Sendable {
    case all
    case distinct
    /// `DISTINCT ON (keys) [WITHIN WATERMARK]`: the first row of each key.
    case distinctOn([Expression], isWithinWatermark: Bool)
  }

  /// An expression of a select list with its alias; a generator may have several: `posexplode(a) AS (i, x)`.
  package struct SelectItem: Equatable, Sendable {
    package var expression: Expression
    package var aliases: [Identifier]
    @NotCompared package var span: SourceSpan

    package init(_ expression: Expression, aliases: [Identifier] = [], span: SourceSpan = .none) {
      self.expression = expression
      self.aliases = aliases
      self.span = span
    }

    package var alias: Identifier? { aliases.count == 1 ? aliases[0] : nil }
  }

  package struct GroupBy: Equatable, Sendable {
    package var elements: [GroupingElement]
    /// `TIMEOUT 30 MINUTES`: the state of a group that got no row for so long is dropped.
    package var timeout: Duration?
    @NotCompared package var span: SourceSpan

    package init(elements: [GroupingElement], span: SourceSpan) {
      self.elements = elements
      self.span = span
    }
  }

  package indirect enum GroupingElement: Equatable, Sendable {
    /// An expression, an ordinal or an alias of the select list.
    case expression(Expression)
    /// `GROUP BY ALL`: every item of the select list that holds no aggregate.
    case all
    case rollup([[Expression]])
    case cube([[Expression]])
    case groupingSets([GroupingElement])
    /// `GROUP BY a, b GROUPING SETS (…)`, as Hive writes it: the keys in front list those of the sets.
    case keyedSets([Expression], [GroupingElement])
    /// `(a, b)` or `()` as one of the grouping sets.
    case set([Expression])
  }

  package struct NamedWindow: Equatable, Sendable {
    package var name: Identifier
    package var specification: WindowSpecification
  }

  /// `e [ASC | DESC] [NULLS FIRST | LAST]`
  package struct SortItem: Equatable, Sendable {
    package enum Nulls: Equatable, Sendable, CaseIterable { case first, last }

    package var expression: Expression
    package var isDescending: Bool
    /// What was said; without it NULLs come first in ascending order and last in descending order.
    package var nulls: Nulls?

    package init(_ expression: Expression, isDescending: Bool = false, nulls: Nulls? = nil) {
      self.expression = expression
      self.isDescending = isDescending
      self.nulls = nulls
    }
  }

  /// One hint of `/*+ REPARTITION(4), BROADCAST(t) */`.
  package struct Hint: Equatable, Sendable {
    package var name: Identifier
    package var arguments: [Expression]
    /// `OPTIONS('k' = 'v')` as Flink writes it after a relation.
    package var options: [Option]
  }
}
