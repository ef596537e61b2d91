internal import Columnar
internal import Diagnostics

/// `url_encode`, `url_decode`, `parse_url` and their `try_` forms.
enum Urls {
  static let functions: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "url_encode", .string, "url_encode(str)", "The text as the value of a form's field (application/x-www-form-urlencoded).",
        shown: ["SELECT url_encode('https://spark.apache.org')": "https%3A%2F%2Fspark.apache.org"]),
      [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { text, out in
        for byte in text {
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "_"):
            out.append(byte)
          case 0x20: out.append(UInt8(ascii: "+"))
          default:
            out.append(UInt8(ascii: "%"))
            withUnsafeBytes(of: byte) { Hex.append($0, digits: Hex.upper, to: &out) }
          }
        }
      }
    },
    decoding(
      FunctionDoc(
        "url_decode", .string, "url_decode(str)", "The text that the value of a form's field stands for.",
        shown: ["SELECT url_decode('https%3A%2F%2Fspark.apache.org')": "https://spark.apache.org"]), isTry: false),
    decoding(
      FunctionDoc(
        "try_url_decode", .string, "try_url_decode(str)", "As url_decode, with NULL for a text with a malformed escape.",
        shown: ["SELECT try_url_decode('%zz')": "NULL"]), isTry: true),
    parsing(
      FunctionDoc(
        "parse_url", .string, "parse_url(url, part[, key])",
        "A part of a URL: PROTOCOL, HOST, PATH, QUERY (of a key, its value), REF, FILE, AUTHORITY or USERINFO.",
        shown: [
          "SELECT parse_url('http://spark.apache.org/path?query=1', 'HOST')": "spark.apache.org",
          "SELECT parse_url('http://spark.apache.org/path?query=1', 'QUERY', 'query')": "1",
        ]), isTry: false),
    parsing(
      FunctionDoc(
        "try_parse_url", .string, "try_parse_url(url, part[, key])", "As parse_url, with NULL for a text that is no URL.",
        shown: ["SELECT try_parse_url('http://a b/', 'HOST')": "NULL"]), isTry: true),
  ]

  // MARK: Decoding

  private static func decoding(_ doc: FunctionDoc, isTry: Bool) -> ScalarFunction {
    .plain(doc, [.string], returns: .string, canFail: !isTry) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let texts = try operands[0].texts(rows)
      var builder = TextBuilder(rows: rows)
      var known = Validity(repeating: true, count: rows)
      var out = ByteWriter()
      for row in 0..<rows {
        out.removeAll()
        if context.isValid(row), !texts[row].withRaw({ decode($0, into: &out) }) {
          if !isTry {
            throw .data(
              "CANNOT_DECODE_URL", "'\(texts[row].string)' has a malformed escape", hint: "use try_url_decode to get NULL")
          }
          known.set(row, false)
        }
        builder.append(out.bytes)
      }
      return builder.finish(validity: known.isAllValid ? nil : known)
    }
  }

  /// False at a `%` without two hexadecimal digits behind it.
  private static func decode(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) -> Bool {
    var at = 0
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "%"):
        guard at &+ 2 < text.count, Hex.decode(UnsafeRawBufferPointer(rebasing: text[at &+ 1...at &+ 2]), into: &out)
        else { return false }
        at &+= 3
      case UInt8(ascii: "+"):
        out.append(0x20)
        at &+= 1
      default:
        out.append(text[at])
        at &+= 1
      }
    }
    return true
  }

  // MARK: Parsing

  private static func parsing(_ doc: FunctionDoc, isTry: Bool) -> ScalarFunction {
    .plain(doc, [.string, .string, .string], optional: 1, isExact: true, returns: .string, canFail: !isTry) {
      (context, operands) throws(SQLError) in
      let rows = context.rows
      let urls = try operands[0].texts(rows)
      let parts = try operands[1].texts(rows)
      let keys = operands.count > 2 ? try operands[2].texts(rows) : []
      let constantPart = operands[1].constantText.map { UrlPart($0.string) }
      var builder = TextBuilder(rows: rows)
      var known = Validity(repeating: true, count: rows)
      for row in 0..<rows {
        guard context.isValid(row) else {
          builder.appendEmpty()
          continue
        }
        let part = constantPart ?? UrlPart(parts[row].string)
        var isMalformed = false
        let found: BytesView? = urls[row].withRaw { text in
          guard let url = Url(text) else {
            isMalformed = true
            return nil
          }
          let range =
            operands.count > 2
            ? (part == .query ? keys[row].withRaw { url.value(of: $0) } : nil) : part.flatMap { url.range(of: $0) }
          return range.map { urls[row].slice($0.lowerBound, $0.count) }
        }
        if isMalformed, !isTry {
          throw .data("INVALID_URL", "'\(urls[row].string)' is no URL", hint: "use try_parse_url to get NULL")
        }
        builder.append(shared: found ?? BytesView())
        if found == nil { known.set(row, false) }
      }
      return builder.finish(sharing: operands[0].owners, validity: known.isAllValid ? nil : known)
    }
  }
}
