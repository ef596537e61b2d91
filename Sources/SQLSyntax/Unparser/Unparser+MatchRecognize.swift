import Diagnostics

extension Unparser {
  mutating func matchRecognize(_ match: AST.MatchRecognize) {
    write("MATCH_RECOGNIZE (")
    clause("PARTITION BY ", match.partitionBy) { $0.expression($1) }
    clause(" ORDER BY ", match.orderBy) { $0.sortItem($1) }
    clause(" MEASURES ", match.measures) { $0.selectItem($1) }
    switch match.rowsPerMatch {
    case .one: write(" ONE ROW PER MATCH")
    case .allShowEmpty: write(" ALL ROWS PER MATCH")
    case .allOmitEmpty: write(" ALL ROWS PER MATCH OMIT EMPTY MATCHES")
    case .allWithUnmatched: write(" ALL ROWS PER MATCH WITH UNMATCHED ROWS")
    }
    write(" AFTER MATCH SKIP ")
    switch match.afterMatch {
    case .pastLastRow: write("PAST LAST ROW")
    case .toNextRow: write("TO NEXT ROW")
    case .toFirst(let variable):
      write("TO FIRST ")
      name(variable)
    case .toLast(let variable):
      write("TO LAST ")
      name(variable)
    }
    write(" PATTERN (")
    pattern(match.pattern)
    write(")")
    clause(" WITHIN ", match.within)
    clause(" SUBSET ", match.subsets) { unparser, subset in
      unparser.name(subset.name)
      unparser.write(" = ")
      unparser.nameList(subset.variables)
    }
    clause(" DEFINE ", match.definitions) { unparser, definition in
      unparser.name(definition.variable)
      unparser.clause(" AS ", definition.condition)
    }
    write(")")
  }

  private mutating func pattern(_ pattern: AST.RowPattern) {
    switch pattern.kind {
    case .variable(let variable): name(variable)
    case .empty: write("()")
    case .start: write("^")
    case .end: write("$")
    case .sequence(let steps):
      for (index, step) in steps.enumerated() {
        if index > 0 { write(" ") }
        patternOperand(step, inSequence: true)
      }
    case .alternation(let alternatives):
      for (index, alternative) in alternatives.enumerated() {
        if index > 0 { write(" | ") }
        self.pattern(alternative)
      }
    case .quantified(let inner, let least, let most, let isReluctant):
      patternOperand(inner, inSequence: false)
      quantifier(least: least, most: most)
      if isReluctant { write("?") }
    case .excluded(let inner):
      write("{- ")
      self.pattern(inner)
      write(" -}")
    case .permute(let patterns):
      write("PERMUTE")
      parenthesised(patterns) { $0.pattern($1) }
    }
  }

  private mutating func patternOperand(_ pattern: AST.RowPattern, inSequence: Bool) {
    switch pattern.kind {
    case .alternation: break
    case .sequence, .quantified: if inSequence { return self.pattern(pattern) }
    case .variable, .empty, .start, .end, .excluded, .permute: return self.pattern(pattern)
    }
    write("(")
    self.pattern(pattern)
    write(")")
  }

  private mutating func quantifier(least: Int, most: Int?) {
    switch (least, most) {
    case (0, nil): write("*")
    case (1, nil): write("+")
    case (0, 1): write("?")
    case (let least, nil): write("{\(least),}")
    case (let least, let most?): write(least == most ? "{\(least)}" : "{\(least),\(most)}")
    }
  }
}
