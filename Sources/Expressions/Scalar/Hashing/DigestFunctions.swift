internal import Columnar
internal import Diagnostics

/// `md5`, `sha1`, `sha2`, `hmac`, `crc32`: digests of bytes.
enum DigestFunctions {
  static let functions: [ScalarFunction] = [
    hexDigest(
      .md5,
      FunctionDoc(
        "md5", .hash, "md5(expr)", "The MD5 digest of 128 bits as hexadecimal digits.",
        shown: ["SELECT md5('Spark')": "8cde774d6f7333752ed72cacddb05126"])),
    hexDigest(
      .sha1,
      FunctionDoc(
        "sha1", aliases: ["sha"], .hash, "sha1(expr)", "The SHA-1 digest of 160 bits as hexadecimal digits.",
        shown: ["SELECT sha1('Spark')": "85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c"])),
    .plain(
      FunctionDoc(
        "sha2", .hash, "sha2(expr, bits)",
        "The SHA-2 digest of 224, 256 (also as 0), 384 or 512 bits as hexadecimal digits; NULL for other sizes.",
        shown: [
          "SELECT sha2('Spark', 256)": "529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b",
          "SELECT sha2('Spark', 10)": "NULL",
        ]), [.binary, .int], returns: .string
    ) { (context, operands) throws(SQLError) in
      let texts = try operands[0].texts(context.rows)
      let sizes: [Int32] = try operands[1].rowValues(context.rows)
      var builder = TextBuilder(rows: context.rows)
      var known = Validity(repeating: true, count: context.rows)
      var digest = ByteWriter()
      var out = ByteWriter()
      for row in 0..<context.rows {
        out.removeAll()
        if let kind = Digest(bits: sizes[row]) {
          digest.removeAll()
          texts[row].withRaw { kind.append(of: $0, to: &digest) }
          Hex.append(digest.bytes, digits: Hex.lower, to: &out)
        } else {
          known.set(row, false)
        }
        builder.append(out.bytes)
      }
      return builder.finish(validity: known.isAllValid ? nil : known)
    },
    ScalarFunction(
      FunctionDoc(
        "hmac", .hash, "hmac(key, message[, algorithm])",
        "The keyed hash (RFC 2104) of a message by SHA-256 or another of MD5, SHA-1, SHA-224, SHA-384, SHA-512.",
        shown: ["SELECT hex(hmac('key', 'message', 'MD5'))": "4E4748E62B463521F6775FBF921234B5"]), bind: bindHmac),
    .plain(
      FunctionDoc(
        "crc32", .hash, "crc32(expr)", "The cyclic redundancy check of 32 bits.",
        shown: ["SELECT crc32('Spark')": "1557323817"]), [.binary], returns: .bigint
    ) { (context, operands) throws(SQLError) in
      try TextKernel.measure(operands[0], context) { Int64(Crc32.value(of: $0)) }
    },
  ]

  private static func hexDigest(_ digest: Digest, _ doc: FunctionDoc) -> ScalarFunction {
    .plain(doc, [.binary], returns: .string) { (context, operands) throws(SQLError) in
      var raw = ByteWriter()
      return try TextKernel.write(operands[0], context) { text, out in
        raw.removeAll()
        digest.append(of: text, to: &raw)
        Hex.append(raw.bytes, digits: Hex.lower, to: &out)
      }
    }
  }

  private static func bindHmac(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(2...3)
    var types = [try call.parameter(0, as: .binary), try call.parameter(1, as: .binary)]
    if call.arguments.count == 3 { types.append(try call.parameter(2, as: .string)) }
    return BoundFunction("hmac", types, returns: .binary, canFail: true) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let keys = try operands[0].texts(rows)
      let texts = try operands[1].texts(rows)
      let names = operands.count > 2 ? try operands[2].texts(rows) : []
      var builder = TextBuilder(rows: rows)
      var out = ByteWriter()
      for row in 0..<rows {
        out.removeAll()
        var digest = Digest.sha256
        if operands.count > 2, context.isValid(row) {
          let name = names[row].string
          guard let chosen = Digest(name: name) else {
            throw .data(
              "INVALID_PARAMETER_VALUE.HMAC_ALGORITHM", "hmac knows no algorithm '\(name)'",
              hint: "it knows MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512")
          }
          digest = chosen
        }
        if keys[row].count == 0, context.isValid(row) {
          throw .data("INVALID_PARAMETER_VALUE.HMAC_CRYPTO_ERROR", "the key of hmac is empty")
        }
        keys[row].withRaw { key in texts[row].withRaw { digest.appendKeyed(key: key, $0, to: &out) } }
        builder.append(out.bytes)
      }
      return builder.finish()
    }
  }
}
