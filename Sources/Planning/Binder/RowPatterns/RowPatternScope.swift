internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// What names mean inside MEASURES or DEFINE, and the navigations that were met there: an expression there is bound over
/// the values of those.
final class RowPatternScope {
  let input: Scope
  let names: PatternNames
  let order: [SortKey]
  var isMeasure = false
  private(set) var navigations: [RowNavigation] = []

  init(_ input: Scope, _ names: PatternNames, order: [SortKey]) {
    self.input = input
    self.names = names
    self.order = order
  }

  /// The column that stands for a navigation's value, equal ones once.
  func column(_ navigation: RowNavigation, span: SourceSpan) -> BoundExpression {
    let index = navigations.firstIndex { $0.isSame(as: navigation) } ?? navigations.count
    if index == navigations.count { navigations.append(navigation) }
    return BoundExpression(.column(index), type: navigation.type, span: span)
  }
}

/// Where in MATCH_RECOGNIZE an expression stands.
enum RowPatternPlace {
  /// A condition or a measure.
  case value(RowPatternScope)
  /// What FIRST, LAST, PREV, NEXT or an aggregate is applied to: columns of one variable.
  case argument(RowPatternScope, RowPatternArgument)
}

/// The variable that all columns of an argument have.
final class RowPatternArgument {
  private(set) var name: AST.Identifier?
  private(set) var variables: Set<Int>?
  private var isNamed = false

  func note(_ found: Set<Int>?, _ name: AST.Identifier?, span: SourceSpan) throws(SQLError) {
    if isNamed, found != variables {
      throw SQLError(
        .bind, "ROW_PATTERN_ARGUMENT", "the columns inside a navigation or an aggregate must be those of one variable", span: span,
        hint: "apply it to each variable by itself: sum(A.x) + sum(B.x)")
    }
    isNamed = true
    variables = found
    self.name = name
  }
}

extension ExpressionBinder {
  /// `A.price`: the last row taken for A. `price`: the last row of all.
  func bindPatternColumn(
    _ name: AST.ObjectName, _ place: RowPatternPlace, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    let scope: RowPatternScope
    switch place {
    case .value(let found), .argument(let found, _): scope = found
    }
    var plain = self
    plain.rowPattern = nil
    plain.scope = scope.input
    var variables: Set<Int>?
    var column = name
    if name.parts.count > 1, let found = scope.names.find(name.parts[0].text) {
      variables = found
      column = AST.ObjectName(Array(name.parts.dropFirst()))
    }
    let bound = try plain.bindName(column, span: span)
    switch place {
    case .argument(_, let argument):
      if !bound.columnsUsed.isEmpty { try argument.note(variables, variables == nil ? nil : name.parts[0], span: span) }
      return bound
    case .value:
      // CURRENT_DATE and its like are no columns.
      if bound.columnsUsed.isEmpty { return bound }
      return scope.column(RowNavigation(.expression(bound), variables: variables, type: bound.type, text: name.text), span: span)
    }
  }
}

extension RowNavigation {
  fileprivate func isSame(as other: RowNavigation) -> Bool {
    guard variables == other.variables, isFromFirst == other.isFromFirst, offset == other.offset, step == other.step,
      isFinal == other.isFinal, type == other.type
    else { return false }
    switch (value, other.value) {
    case (.expression(let a), .expression(let b)): return a.isSame(as: b)
    case (.aggregate(let a, let x), .aggregate(let b, let y)):
      return a.name == b.name && a.parameters == b.parameters && x.isSame(as: y)
    case (.classifier, .classifier), (.matchNumber, .matchNumber): return true
    default: return false
    }
  }
}
