import Diagnostics

extension Unparser {
  mutating func relation(_ relation: AST.Relation) {
    if relation.isLateral { write("LATERAL ") }
    if relation.isStream { write("STREAM ") }
    relationKind(relation.kind)
    if !relation.hints.isEmpty {
      write(" ")
      hints(relation.hints)
      bytes.removeLast()
    }
    if !relation.options.isEmpty {
      write(" WITH ")
      options(relation.options)
    }
    if let time = relation.systemTime {
      write(" FOR SYSTEM_TIME AS OF ")
      value(time)
    }
    if let sample = relation.sample {
      write(" TABLESAMPLE ")
      self.sample(sample)
    }
    if let watermark = relation.watermark { self.watermark(watermark) }
    if let match = relation.matchRecognize {
      write(" ")
      matchRecognize(match)
    }
    tableAlias(relation.alias)
  }

  private mutating func relationKind(_ kind: AST.RelationKind) {
    switch kind {
    case .name(let name): objectName(name)
    case .path(let path): string(path)
    case .function(let call):
      function(call.name)
      parenthesised(call.arguments) { $0.argument($1) }
    case .unnest(let arrays, let withOrdinality):
      write("UNNEST")
      parenthesised(arrays) { $0.expression($1) }
      if withOrdinality { write(" WITH ORDINALITY") }
    case .subquery(let query): subquery(query)
    case .values(let rows): body(.values(rows))
    case .join(let join):
      relation(join.left)
      write(join.isNatural ? " NATURAL " : " ")
      self.join(join.kind, join.right, join.condition)
    case .parenthesised(let inner):
      write("(")
      relation(inner)
      write(")")
    case .pivot(let input, let pivot):
      relation(input)
      write(" ")
      self.pivot(pivot)
    case .unpivot(let input, let unpivot):
      relation(input)
      write(" ")
      self.unpivot(unpivot)
    }
  }

  mutating func join(
    _ kind: AST.Relation.Join.Kind, _ right: AST.Relation, _ condition: AST.Relation.Join.Condition
  ) {
    write(kind.spelling + " ")
    relation(right)
    switch condition {
    case .none: break
    case .on(let expression): clause(" ON ", expression)
    case .using(let names):
      write(" USING ")
      nameList(names)
    }
  }

  mutating func tableAlias(_ alias: AST.TableAlias?) {
    guard let alias else { return }
    write(" AS ")
    if let name = alias.name { anyName(name) }
    if !alias.columns.isEmpty { nameList(alias.columns) }
  }

  private mutating func watermark(_ watermark: AST.Watermark) {
    clause(" WATERMARK ", watermark.expression)
    if let alias = watermark.alias {
      write(" AS ")
      anyName(alias)
    }
    clause(" DELAY OF ", watermark.delay)
  }

  mutating func sample(_ sample: AST.Sample) {
    write("(")
    switch sample.amount {
    case .percent(let percent):
      number(percent)
      write(" PERCENT")
    case .rows(let count):
      expression(count)
      write(" ROWS")
    case .bucket(let bucket, let count):
      write("BUCKET ")
      number(bucket)
      write(" OUT OF ")
      number(count)
    }
    write(")")
    if let seed = sample.seed {
      write(" REPEATABLE (")
      number(seed)
      write(")")
    }
  }

  mutating func lateralView(_ view: AST.LateralView) {
    write(view.isOuter ? "LATERAL VIEW OUTER " : "LATERAL VIEW ")
    objectName(view.call.name)
    parenthesised(view.call.arguments) { $0.argument($1) }
    if let alias = view.tableAlias {
      write(" ")
      name(alias)
    }
    clause(" AS ", view.columnAliases) { $0.name($1) }
  }

  mutating func pivot(_ pivot: AST.Pivot) {
    write("PIVOT (")
    list(pivot.aggregates) { $0.selectItem($1) }
    write(" FOR ")
    parenthesised(pivot.columns) { $0.objectName($1) }
    write(" IN ")
    parenthesised(pivot.values) { $0.selectItem($1) }
    write(")")
    tableAlias(pivot.alias)
  }

  mutating func unpivot(_ unpivot: AST.Unpivot) {
    write(unpivot.includesNulls ? "UNPIVOT INCLUDE NULLS (" : "UNPIVOT (")
    nameList(unpivot.values)
    write(" FOR ")
    name(unpivot.name)
    write(" IN ")
    parenthesised(unpivot.columns) { unparser, column in
      unparser.parenthesised(column.names) { $0.objectName($1) }
      if let alias = column.alias {
        unparser.write(" AS ")
        unparser.anyName(alias)
      }
    }
    write(")")
    tableAlias(unpivot.alias)
  }

  mutating func pipe(_ pipe: AST.PipeOperator) {
    switch pipe.kind {
    case .select(let quantifier, let items, let groupBy):
      write("SELECT ")
      self.quantifier(quantifier)
      list(items) { $0.selectItem($1) }
      if let groupBy { self.groupBy(groupBy) }
    case .extend(let items): clause("EXTEND ", items) { $0.selectItem($1) }
    case .set(let assignments): clause("SET ", assignments) { $0.assignment($1) }
    case .drop(let names): clause("DROP ", names) { $0.objectName($1) }
    case .alias(let name):
      write("AS ")
      anyName(name)
    case .where(let condition): clause("WHERE ", condition)
    case .limit(let count, let offset):
      clause("LIMIT ", count)
      clause(" OFFSET ", offset)
    case .offset(let count): clause("OFFSET ", count)
    case .aggregate(let items, let keys):
      write("AGGREGATE")
      clause(" ", items) { $0.selectItem($1) }
      clause(" GROUP BY ", keys) { $0.selectItem($1) }
    case .join(let kind, let isNatural, let right, let condition):
      if isNatural { write("NATURAL ") }
      join(kind, right, condition)
    case .ordering(let ordering): self.ordering(ordering)
    case .setOperation(let operation, let isAll, let operands):
      write(operation.spelling + (isAll ? " ALL " : " "))
      list(operands) { unparser, operand in
        unparser.write("(")
        unparser.body(operand)
        unparser.write(")")
      }
    case .lateralView(let view): lateralView(view)
    case .pivot(let pivot): self.pivot(pivot)
    case .unpivot(let unpivot): self.unpivot(unpivot)
    case .sample(let sample):
      write("TABLESAMPLE ")
      self.sample(sample)
    }
  }

  mutating func assignment(_ assignment: AST.Assignment) {
    objectName(assignment.target)
    clause(" = ", assignment.value)
  }
}
