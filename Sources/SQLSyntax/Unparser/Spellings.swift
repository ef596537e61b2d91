extension AST.UnaryOperator {
  package var spelling: String {
    switch self {
    case .plus: "+"
    case .minus: "-"
    case .bitNot: "~"
    }
  }
}

extension AST.BinaryOperator {
  /// The text, and the power with which it binds (see `Parser.binaryOperator`).
  var spelling: (text: String, power: Int) {
    switch self {
    case .multiply: ("*", 7)
    case .divide: ("/", 7)
    case .modulo: ("%", 7)
    case .integerDivide: ("DIV", 7)
    case .add: ("+", 6)
    case .subtract: ("-", 6)
    case .concat: ("||", 6)
    case .shiftLeft: ("<<", 5)
    case .shiftRight: (">>", 5)
    case .shiftRightUnsigned: (">>>", 5)
    case .bitAnd: ("&", 4)
    case .bitXor: ("^", 3)
    case .bitOr: ("|", 2)
    case .equal: ("=", 1)
    case .notEqual: ("<>", 1)
    case .less: ("<", 1)
    case .lessOrEqual: ("<=", 1)
    case .greater: (">", 1)
    case .greaterOrEqual: (">=", 1)
    case .nullSafeEqual: ("<=>", 1)
    }
  }

  /// The operator as canonical SQL writes it, for messages and plans.
  package var text: String { spelling.text }
}

extension AST.IsTest {
  package var spelling: String {
    switch self {
    case .null: "NULL"
    case .true: "TRUE"
    case .false: "FALSE"
    case .unknown: "UNKNOWN"
    }
  }
}

extension AST.LikePredicate.Operator {
  package var spelling: String {
    switch self {
    case .like: "LIKE"
    case .ilike: "ILIKE"
    case .rlike: "RLIKE"
    }
  }
}

extension AST.TypedLiteralType {
  package var spelling: String {
    switch self {
    case .date: "DATE"
    case .timestamp: "TIMESTAMP"
    case .timestampNTZ: "TIMESTAMP_NTZ"
    case .timestampLTZ: "TIMESTAMP_LTZ"
    }
  }
}

extension AST.OutputMode {
  package var spelling: String {
    switch self {
    case .append: "APPEND"
    case .update: "UPDATE"
    case .complete: "COMPLETE"
    case .changelog: "CHANGELOG"
    }
  }
}

extension AST.SetOperation.Operator {
  package var spelling: String {
    switch self {
    case .union: "UNION"
    case .intersect: "INTERSECT"
    case .except: "EXCEPT"
    }
  }
}

extension AST.Relation.Join.Kind {
  package var spelling: String {
    switch self {
    case .inner: "JOIN"
    case .left: "LEFT JOIN"
    case .right: "RIGHT JOIN"
    case .full: "FULL JOIN"
    case .cross: "CROSS JOIN"
    case .leftSemi: "LEFT SEMI JOIN"
    case .leftAnti: "LEFT ANTI JOIN"
    case .asOf: "ASOF JOIN"
    case .asOfLeft: "ASOF LEFT JOIN"
    }
  }
}

extension AST.ExplainMode {
  package var spelling: String {
    switch self {
    case .plan: ""
    case .logical: "LOGICAL"
    case .optimized: "OPTIMIZED"
    case .physical: "PHYSICAL"
    case .graph: "GRAPH"
    case .analyze: "ANALYZE"
    }
  }
}

extension AST.CreateTable.Kind {
  package var spelling: String {
    switch self {
    case .table: "TABLE"
    case .stream: "STREAM"
    case .source: "SOURCE"
    case .sink: "SINK"
    }
  }
}

extension AST.Drop.Kind {
  package var spelling: String {
    switch self {
    case .table: "TABLE"
    case .stream: "STREAM"
    case .source: "SOURCE"
    case .sink: "SINK"
    case .view: "VIEW"
    case .materializedView: "MATERIALIZED VIEW"
    case .function: "FUNCTION"
    case .aggregate: "AGGREGATE"
    case .variable: "VARIABLE"
    }
  }
}
