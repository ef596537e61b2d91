internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// The columns that a star names, in order: of every relation, of one (`t.*`), or the fields of a struct (`s.*`).
  func expand(_ star: AST.Star, span: SourceSpan) throws(SQLError) -> [NamedExpression] {
    if !star.replace.isEmpty {
      var plain = star
      plain.replace = []
      return try replaced(star.replace, in: try expand(plain, span: span))
    }
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
    if let columns = outerColumns(qualifier, span: span) { return try except(star.except, from: columns) }
    let relations = scope.columns.compactMap { $0.qualifier.last }
    throw .relationOfStarNotFound(qualifier.text, candidates: relations, span: qualifier.span.isNone ? span : qualifier.span)
  }

  /// `t.*` where t is a relation of a query around this one.
  private func outerColumns(
    _ qualifier: AST.ObjectName, span: SourceSpan
  ) -> [(NamedExpression, qualifier: [String])]? {
    for depth in outer.indices.reversed() {
      let ordinals = outer[depth].ordinals(qualifier: qualifier.parts.map(\.text))
      if ordinals.isEmpty { continue }
      return ordinals.map { ordinal in
        let column = outer[depth].columns[ordinal]
        let id = context.noteOuter(OuterReference(depth: depth, value: .column(ordinal, column.field, span: span)))
        let value = BoundExpression(
          .outer(id), type: column.field.type, isNullable: column.field.isNullable, span: span)
        return (NamedExpression(value, as: column.field.name), qualifier: column.qualifier)
      }
    }
    return nil
  }

  private func columns(at ordinals: [Int], span: SourceSpan) -> [(NamedExpression, qualifier: [String])] {
    ordinals.map {
      let column = scope.columns[$0]
      return (
        NamedExpression(scope.reference(to: $0, span: span), as: column.field.name), qualifier: column.qualifier
      )
    }
  }

  /// Puts the expressions of REPLACE in the places of the columns that they are named after.
  private func replaced(
    _ items: [AST.SelectItem], in columns: [NamedExpression]
  ) throws(SQLError) -> [NamedExpression] {
    var result = columns
    for item in items {
      guard let alias = item.alias else { continue }
      let places = columns.indices.filter { columns[$0].name.equalsIgnoringCase(alias.text) }
      if places.isEmpty {
        throw .unresolvedColumn(alias.text, candidates: columns.map(\.name), span: alias.span)
      }
      let expression = try bind(item.expression)
      for place in places { result[place].expression = expression }
    }
    return result
  }

  /// Leaves out the columns of EXCEPT, each of which must be there.
  private func except(
    _ names: [AST.ObjectName], from columns: [(NamedExpression, qualifier: [String])]
  ) throws(SQLError) -> [NamedExpression] {
    var left = columns
    for (index, name) in names.enumerated() {
      let before = left.count
      let qualifier = name.parts.dropLast().map(\.text)
      left.removeAll { column, owner in
        column.name.equalsIgnoringCase(name.last.text) && qualifier.count <= owner.count
          && zip(owner.suffix(qualifier.count), qualifier).allSatisfy { $0.equalsIgnoringCase($1) }
      }
      if left.count < before { continue }
      if let place = left.firstIndex(where: { $0.0.name.equalsIgnoringCase(name.parts[0].text) }), name.parts.count > 1 {
        left[place].0.expression = try without(name.parts.dropFirst(), of: left[place].0.expression, name)
        continue
      }
      if names[..<index].contains(where: { $0.last.text.equalsIgnoringCase(name.last.text) }) {
        throw .overlappingExcept(name.text, span: name.span)
      }
      throw .unresolvedColumn(name.text, candidates: columns.map(\.0.name), span: name.span)
    }
    return left.map(\.0)
  }

  /// A struct without the field at `path`.
  private func without(
    _ path: ArraySlice<AST.Identifier>, of base: BoundExpression, _ name: AST.ObjectName
  ) throws(SQLError) -> BoundExpression {
    guard let first = path.first, case .structure(let fields) = base.type,
      fields.contains(where: { $0.name.equalsIgnoringCase(first.text) })
    else {
      var candidates: [String] = []
      if case .structure(let fields) = base.type { candidates = fields.map(\.name) }
      throw .unresolvedColumn(name.text, candidates: candidates, span: name.span)
    }
    var arguments: [BoundExpression] = []
    for field in fields {
      let isMeant = field.name.equalsIgnoringCase(first.text)
      if isMeant, path.count == 1 { continue }
      let value = try self.field(AST.Identifier(field.name), of: base, span: name.span)
      arguments.append(.literal(.string(field.name), .string, span: name.span))
      arguments.append(isMeant ? try without(path.dropFirst(), of: value, name) : value)
    }
    if arguments.isEmpty {
      throw SQLError(
        .bind, "EXCEPT_NESTED_COLUMN_INVALID_TYPE", "EXCEPT leaves no field of the struct \"\(name.parts[0].text)\"",
        span: name.span, hint: "leave out the whole column")
    }
    return try call("named_struct", arguments, span: name.span)
  }
}
