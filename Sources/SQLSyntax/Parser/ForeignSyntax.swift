/// What other systems write where the parser finds something that it does not know: hints.
extension Parser {
  /// - Parameter isExpression: an expression could stand here.
  func foreignSyntax(isExpression: Bool) -> String? {
    let before = index > 0 ? source.text(of: tokens[index - 1].span).uppercased() : ""
    switch kind {
    case .symbol(.leftBracket) where isExpression: return "an array is ARRAY[1, 2, 3] or array(1, 2, 3)"
    case .symbol(.leftBrace) where isExpression: return "a struct is named_struct('a', 1), a map is map('a', 1)"
    case .symbol(.slash) where before == "/": return "division without a rest is a DIV b"
    case .symbol(.star) where before == "*": return "powers are power(a, b)"
    case .symbol(.tilde) where !isExpression: return "a regular expression is asked by x RLIKE 'pattern'"
    case .symbol(.arrow): return "text in JSON is get_json_object(x, '$.a'), a field of a struct is s.a"
    case .symbol(.dollar) where kind(ahead: 1) != .symbol(.leftBrace):
      return "a parameter is ? or :name, given by EXECUTE IMMEDIATE … USING; ${NAME} is replaced by -D NAME=value"
    case .end where before == "%": return "a share of the rows is TABLESAMPLE (50 PERCENT)"
    case .word:
      let behind = index + 1 < tokens.count ? source.text(of: tokens[index + 1].span).uppercased() : ""
      switch (before, tokenText.uppercased(), behind) {
      case ("AT", "TIME", "ZONE"): return "the time in another zone is from_utc_timestamp(ts, 'Europe/Berlin')"
      case (_, "USING", "SAMPLE"): return "a sample is TABLESAMPLE (10 ROWS) or TABLESAMPLE (5 PERCENT)"
      case (_, "ON", "CONFLICT"): return "a table with a PRIMARY KEY replaces the row of a key; MERGE INTO says what else to do"
      case ("AS", "MATERIALIZED", _), ("AS", "NOT", "MATERIALIZED"): return "leave it out: a common table is planned where it is read"
      default: return nil
      }
    default: return nil
    }
  }
}
