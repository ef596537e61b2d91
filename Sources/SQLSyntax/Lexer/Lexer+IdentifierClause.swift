import Diagnostics

extension Lexer {
  /// The name that `IDENTIFIER('x')` spells, for a word IDENTIFIER that was just read: one name, as if it stood in backquotes,
  /// so that it may stand wherever a name may. Nil, and nothing is read, if it is a dotted name, no name, or not made of
  /// strings alone: that is the parser's to say.
  mutating func nameOfIdentifierClause(from start: Int) -> TokenKind? {
    // Behind a dot it is a name like others: `t.IDENTIFIER('c')` is a call.
    if isProbing || start > 0 && source.bytes[start - 1] == UInt8(ascii: ".") { return nil }
    var probe = self
    probe.isProbing = true
    var text: [UInt8] = []
    do {
      guard try probe.next().kind == .symbol(.leftParen) else { return nil }
      var token = try probe.next()
      while case .string(let bytes, _) = token.kind {
        text.append(contentsOf: bytes)
        token = try probe.next()
        if token.kind == .symbol(.doubleBar) { token = try probe.next() }
      }
      guard token.kind == .symbol(.rightParen) else { return nil }
    } catch {
      // What is wrong in there is found when it is read as what it is.
      return nil
    }
    guard let parts = AST.ObjectName.parts(of: String(decoding: text, as: UTF8.self)), parts.count == 1 else { return nil }
    position = probe.position
    return .quotedName(parts[0])
  }
}
