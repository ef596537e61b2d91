internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// The columns that a star names, in order: of every relation, of one (`t.*`), or the fields of a struct (`s.*`).
  func expand(_ star: AST.Star, span: SourceSpan) throws(SQLError) -> [NamedExpression] {
    if let first = star.replace.first { throw UnsupportedFeature.starReplace.error(first.span) }
    guard let qualifier = star.qualifier else {
      return try except(star.except, from: columns(at: scope.visibleOrdinals, span: span))
    }
    let ordinals = scope.ordinals(qualifier: qualifier.parts.map(\.text))
    if !ordinals.isEmpty { return try except(star.except, from: columns(at: ordinals, span: span)) }
    if let base = try inputColumn(qualifier, in: scope, span: span), case .structure(let fields) = base.type {
      var columns: [NamedExpression] = []
      for field in fields {
        columns.append(NamedExpression(try self.field(AST.Identifier(field.name), of: base, span: span), as: field.name))
      }
      return try except(star.except, from: columns.map { ($0, []) })
    }
    let relations = scope.columns.compactMap { $0.qualifier.last }
    throw .relationOfStarNotFound(qualifier.text, candidates: relations, span: qualifier.span.isNone ? span : qualifier.span)
  }

  private func columns(at ordinals: [Int], span: SourceSpan) -> [(NamedExpression, qualifier: [String])] {
    ordinals.map {
      let column = scope.columns[$0]
      return (
        NamedExpression(scope.reference(to: $0, span: span), as: column.field.name), qualifier: column.qualifier
      )
    }
  }

  /// Leaves out the columns of EXCEPT, each of which must be there.
  private func except(
    _ names: [AST.ObjectName], from columns: [(NamedExpression, qualifier: [String])]
  ) throws(SQLError) -> [NamedExpression] {
    var left = columns
    for name in names {
      let before = left.count
      let qualifier = name.parts.dropLast().map(\.text)
      left.removeAll { column, owner in
        column.name.equalsIgnoringCase(name.last.text) && qualifier.count <= owner.count
          && zip(owner.suffix(qualifier.count), qualifier).allSatisfy { $0.equalsIgnoringCase($1) }
      }
      if left.count == before {
        throw .unresolvedColumn(name.text, candidates: columns.map(\.0.name), span: name.span)
      }
    }
    return left.map(\.0)
  }
}
