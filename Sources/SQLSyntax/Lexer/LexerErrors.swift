import Diagnostics

extension SQLError {
  static func unterminated(
    _ what: String, _ span: SourceSpan, errorClass: String = "PARSE_SYNTAX_ERROR"
  ) -> SQLError {
    SQLError(.parse, errorClass, "this \(what) is not closed before the end of the text", span: span)
  }

  static func emptyName(_ span: SourceSpan) -> SQLError {
    SQLError(.parse, "PARSE_SYNTAX_ERROR", "a quoted name is empty", span: span)
  }

  static func invalidUTF8(_ span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "PARSE_SYNTAX_ERROR", "a name is not valid UTF-8", span: span,
      hint: "bytes that are not UTF-8 can stand in strings only")
  }

  static func badHexString(_ span: SourceSpan) -> SQLError {
    SQLError(
      .parse, "INVALID_TYPED_LITERAL", "a binary literal may hold hexadecimal digits only", span: span,
      hint: "write it like X'1F2E'")
  }

  static func badNumber(_ span: SourceSpan, in source: SourceText) -> SQLError {
    SQLError(
      .parse, "PARSE_SYNTAX_ERROR", "\"\(source.text(of: span))\" is not a number", span: span,
      hint: "the suffixes are Y, S, L for whole numbers and F, D, BD for all")
  }

  static func undefinedVariable(_ variable: SourceText.UndefinedVariable) -> SQLError {
    SQLError(
      .parse, "UNDEFINED_VARIABLE", "variable \"\(variable.name)\" has no value", span: variable.span,
      hint: "give it with -D \(variable.name)=value, or write $${\(variable.name)} for the plain text")
  }

  static func strangeCharacter(_ span: SourceSpan, in source: SourceText) -> SQLError {
    let text = source.text(of: span)
    let hint: String? =
      switch text {
      case "‘", "’", "‚", "‛": "strings stand between plain quotes: '…'"
      case "“", "”", "„", "‟": "strings stand between plain quotes: '…' or \"…\""
      case "@", "#", "\\": "names with other characters than letters, digits and _ stand in backquotes"
      default: nil
      }
    let isPrintable = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0.value != 0xFFFD }
    let found = isPrintable ? "\"\(text)\"" : "byte 0x" + String(source.bytes[Int(span.lower)], radix: 16)
    return SQLError(.parse, "PARSE_SYNTAX_ERROR", "unexpected character \(found)", span: span, hint: hint)
  }
}
