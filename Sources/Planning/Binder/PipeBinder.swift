internal import Diagnostics
internal import SQLSyntax

extension QueryBinder {
  /// One `|> …` step over the rows before it.
  func bind(_ pipe: AST.PipeOperator, over input: BoundRelation) throws(SQLError) -> BoundRelation {
    throw UnsupportedFeature.pipe.error(pipe.span)
  }
}
