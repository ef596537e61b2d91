internal import Columnar
internal import Diagnostics
internal import Expressions

/// What can be wrong with names.
extension SQLError {
  static func unresolvedColumn(_ name: String, candidates: [String], span: SourceSpan) -> SQLError {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    var hint = didYouMean(name, in: candidates) ?? didYouMean(last, in: candidates)
    if hint == nil, !candidates.isEmpty {
      let shown = candidates.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
      hint = "columns are \(shown)\(candidates.count > 8 ? ", …" : "")"
    }
    return SQLError(.bind, "UNRESOLVED_COLUMN", "column \"\(name)\" does not exist", span: span, hint: hint)
  }

  static func unresolvedField(_ name: String, of type: DataType, candidates: [String], span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "FIELD_NOT_FOUND", "no field \"\(name)\" in \(type.sqlName)", span: span,
      hint: didYouMean(name, in: candidates))
  }

  static func notAStruct(_ type: DataType, field: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_EXTRACT_BASE_FIELD_TYPE",
      "cannot take field \"\(field)\" of a value of type \(type.sqlName), which is not a struct, map or array of structs",
      span: span)
  }

  static func ambiguousColumn(_ name: String, candidates: [String], span: SourceSpan) -> SQLError {
    let listed = candidates.map { "\"\($0)\"" }.joined(separator: ", ")
    return SQLError(
      .bind, "AMBIGUOUS_REFERENCE", "\"\(name)\" may be any of \(listed)", span: span,
      hint: "write the relation's name before the column, or give one of them an alias")
  }

  static func ambiguousAlias(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "AMBIGUOUS_LATERAL_COLUMN_ALIAS", "alias \"\(name)\" is given more than once in this select list",
      span: span)
  }

  static func relationNotFound(
    _ name: String, candidates: [String], sources: [String], span: SourceSpan
  ) -> SQLError {
    let source = sources.first { $0 == name.lowercased() }
    return SQLError(
      .bind, "TABLE_OR_VIEW_NOT_FOUND", "there is no table, stream or view \"\(name)\"", span: span,
      hint: source.map { "\"\($0)\" is a connector: call it, as in FROM \($0)(…)" } ?? didYouMean(name, in: candidates)
        ?? (isFileName(name) ? "a path is read in quotes: FROM '\(name)'" : nil))
  }

  private static func isFileName(_ name: String) -> Bool {
    let suffixes = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".log", ".gz", ".zst", ".parquet"]
    return suffixes.contains { name.lowercased().hasSuffix($0) }
  }

  static func relationOfStarNotFound(_ name: String, candidates: [String], span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "CANNOT_RESOLVE_STAR_EXPAND", "\"\(name).*\": no relation or struct column \"\(name)\" here", span: span,
      hint: didYouMean(name, in: candidates))
  }

  static func unresolvedRoutine(_ name: String, candidates: [String], span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNRESOLVED_ROUTINE", "there is no function \"\(name)\"", span: span,
      hint: ForeignFunctions.hint(name) ?? didYouMean(name, in: candidates) ?? "SHOW FUNCTIONS lists all of them")
  }

  static func unresolvedTableFunction(_ name: String, candidates: [String], span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNRESOLVABLE_TABLE_VALUED_FUNCTION", "there is no connector or table function \"\(name)\"", span: span,
      hint: isFileReader(name)
        ? "a path in quotes is read by its suffix: FROM 'x.csv'; with options: read_files('x.csv', header => true)"
        : ForeignFunctions.hint(name) ?? didYouMean(name, in: candidates))
  }

  /// `read_csv`, `read_json_auto`, … of other systems.
  private static func isFileReader(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["csv", "json", "ndjson", "text"].contains { name.hasPrefix("read_\($0)") || name == "\($0)_scan" }
  }

  static func recursiveView(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "RECURSIVE_VIEW", "view \"\(name)\" is defined by itself", span: span)
  }
}

/// What can be wrong with types and shapes.
extension SQLError {
  static func typeMismatch(
    _ what: String, subclass: String = "UNEXPECTED_INPUT_TYPE", span: SourceSpan, hint: String? = nil
  ) -> SQLError {
    SQLError(.bind, "DATATYPE_MISMATCH.\(subclass)", what, span: span, hint: hint)
  }

  static func notBoolean(_ clause: String, found: DataType, span: SourceSpan) -> SQLError {
    let isOfAggregate = clause == ExpressionBinder.Clause.filter.rawValue
    return SQLError(
      .bind, isOfAggregate ? "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN" : "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
      "the condition of \(clause) must be BOOLEAN, found \(found.sqlName)", span: span)
  }

  static func noCommonType(_ what: String, _ types: [DataType], span: SourceSpan) -> SQLError {
    let listed = Set(types.map(\.sqlName)).sorted().joined(separator: ", ")
    return typeMismatch("\(what) have no common type: \(listed)", subclass: "DATA_DIFF_TYPES", span: span)
  }

  static func cannotCast(from source: DataType, to target: DataType, span: SourceSpan) -> SQLError {
    Casts.notAllowed(from: source, to: target, span: span)
  }

  static func wrongArgumentType(
    function: String, position: Int, found: DataType, expected: DataType, span: SourceSpan
  ) -> SQLError {
    typeMismatch(
      "argument \(position) of \(function) must be \(expected.sqlName), found \(found.sqlName)", span: span,
      hint: "CAST(… AS \(expected.sqlName)) converts it")
  }

  static func wrongArgumentCount(_ function: String, expected: String, found: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "\(function) takes \(expected), found \(found)", span: span)
  }

  static func columnCountMismatch(_ operation: String, first: Int, other: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "NUM_COLUMNS_MISMATCH",
      "the sides of \(operation) must have the same number of columns, found \(first) and \(other)", span: span)
  }

  static func incompatibleColumn(
    _ operation: String, column: Int, _ first: DataType, _ other: DataType, span: SourceSpan
  ) -> SQLError {
    SQLError(
      .bind, "INCOMPATIBLE_COLUMN_TYPE",
      "column \(column) of \(operation) is \(first.sqlName) on one side and \(other.sqlName) on the other", span: span)
  }

  static func overlappingExcept(_ name: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "EXCEPT_OVERLAPPING_COLUMNS", "column \"\(name)\" is left out already", span: span)
  }

  /// Names for the columns of a generator: behind AS and LATERAL VIEW, or of a relation in FROM.
  static func aliasCountMismatch(
    _ generator: String, aliases: Int, columns: Int, isRelation: Bool = false, span: SourceSpan
  ) -> SQLError {
    SQLError(
      .bind, isRelation ? "NUM_TABLE_VALUE_ALIASES_MISMATCH" : "UDTF_ALIAS_NUMBER_MISMATCH",
      "\(generator) has \(columns) columns, but \(aliases) names are given", span: span)
  }

  static func severalAliases(span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "MULTI_ALIAS_WITHOUT_GENERATOR", "only a generator has several columns, which this is not", span: span,
      hint: "give it one name")
  }

  static func inlineTableWidth(expected: Int, found: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
      "rows and names of VALUES must have the same number of columns, found \(expected) and \(found)", span: span)
  }

  static func inlineTableNotConstant(span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE",
      "a row of VALUES must hold constants", span: span,
      hint: "SELECT computes it anew in each row")
  }
}

/// What can be wrong with grouping, ordering and generators.
extension SQLError {
  static func aggregateNotAllowed(_ function: String, in clause: String, span: SourceSpan) -> SQLError {
    let hint: String? = clause == "WHERE" ? "a condition on an aggregate belongs to HAVING" : nil
    let errorClass =
      switch clause {
      case "WHERE": "INVALID_WHERE_CONDITION"
      case ExpressionBinder.Clause.function.rawValue: "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS"
      case "VALUES": "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE"
      default: "INVALID_AGGREGATE_PLACE"
      }
    return SQLError(
      .bind, errorClass,
      "aggregate function \(function) cannot be used in \(clause)", span: span, hint: hint)
  }

  static func nestedAggregate(_ function: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "NESTED_AGGREGATE_FUNCTION", "aggregate function \(function) stands inside another one", span: span,
      hint: "compute the inner one in a subquery in FROM")
  }

  static func aggregateInGroupBy(_ function: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "GROUP_BY_AGGREGATE", "aggregate function \(function) cannot be a key of GROUP BY", span: span)
  }

  static func missingAggregation(_ column: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "MISSING_AGGREGATION", "column \"\(column)\" is neither a key of GROUP BY nor inside an aggregate",
      span: span, hint: "add it to GROUP BY, or write any_value(\(column)) if any value will do")
  }

  static func missingGroupBy(_ column: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "MISSING_GROUP_BY", "column \"\(column)\" stands beside an aggregate, and there is no GROUP BY", span: span,
      hint: "add GROUP BY \(column), or write any_value(\(column)) if any value will do")
  }

  static func positionOutOfRange(_ clause: String, position: String, count: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "\(clause == "GROUP BY" ? "GROUP" : "ORDER")_BY_POS_OUT_OF_RANGE",
      "\(clause) position \(position) is not in the select list, which has \(count) item\(count == 1 ? "" : "s")",
      span: span)
  }

  static func groupByPositionAggregate(_ position: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "GROUP_BY_POS_AGGREGATE", "item \(position) of the select list holds an aggregate and cannot be a key",
      span: span)
  }

  static func notOrderable(_ type: DataType, in clause: String, span: SourceSpan) -> SQLError {
    typeMismatch(
      "\(clause) cannot compare values of type \(type.sqlName)", subclass: "INVALID_ORDERING_TYPE", span: span)
  }

  static func notGroupable(_ type: DataType, in clause: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", "\(clause) cannot compare values of type \(type.sqlName)",
      span: span)
  }

  static func orderByNotInDistinct(span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNRESOLVED_COLUMN", "ORDER BY of a SELECT DISTINCT may only use what the select list holds", span: span,
      hint: "add the expression to the select list")
  }

  static func nestedGenerator(_ function: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "\(function) makes rows and cannot stand inside an expression",
      span: span, hint: "make it an item of the select list by itself, or use LATERAL VIEW")
  }

  static func generatorOutsideSelect(_ function: String, clause: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", "\(function) makes rows and cannot be used in \(clause)", span: span,
      hint: "put it into the select list of a subquery in FROM")
  }

  static func invalidLimit(_ clause: String, subclass: String, _ what: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "INVALID_LIMIT_LIKE_EXPRESSION.\(subclass)", "\(clause) must be \(what)", span: span)
  }
}

/// What is too much.
extension SQLError {
  static func expressionTooDeep(_ max: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "EXPRESSION_TOO_DEEP", "expression is nested more than \(max) levels deep", span: span,
      hint: "split it with a subquery in FROM")
  }

  static func expressionTooLarge(_ max: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "EXPRESSION_TOO_LARGE", "expression has more than \(max) nodes once its aliases are put in", span: span,
      hint: "compute the alias in a subquery in FROM")
  }

  static func planTooLarge(_ max: Int, span: SourceSpan) -> SQLError {
    SQLError(
      .plan, "PLAN_TOO_LARGE", "query has more than \(max) operators once its views and common tables are put in",
      span: span)
  }

  static func planTooDeep(_ max: Int, span: SourceSpan) -> SQLError {
    SQLError(.plan, "PLAN_TOO_DEEP", "query is nested more than \(max) operators deep", span: span)
  }

  static func viewsTooDeep(_ max: Int, span: SourceSpan) -> SQLError {
    SQLError(.bind, "VIEW_EXCEED_MAX_NESTED_DEPTH", "views are nested more than \(max) levels deep", span: span)
  }
}
