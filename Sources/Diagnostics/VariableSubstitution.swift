extension SourceText {
  /// Replaces every `${NAME}` by its value, before anything is lexed (`-D NAME=value`).
  ///
  /// `$${` stands for a plain `${`. A name without a value stays and is listed in `undefinedVariables`, so that one
  /// inside a comment does no harm. Values are not searched again.
  package func substituting(_ variables: [String: String]) -> SourceText {
    var pass = Substitution(bytes: bytes, variables: variables)
    pass.run()
    if pass.replacements.isEmpty && pass.undefined.isEmpty { return self }
    return SourceText(
      name: name, bytes: pass.output, original: bytes, replacements: pass.replacements,
      undefinedVariables: pass.undefined)
  }
}

/// One pass over the bytes, copying all that is not a variable.
private struct Substitution {
  let bytes: [UInt8]
  let variables: [String: String]
  var output: [UInt8] = []
  var replacements: [SourceText.Replacement] = []
  var undefined: [SourceText.UndefinedVariable] = []
  var position = 0

  init(bytes: [UInt8], variables: [String: String]) {
    self.bytes = bytes
    self.variables = variables
  }

  mutating func run() {
    let dollar = UInt8(ascii: "$")
    guard bytes.contains(dollar) else { return }
    output.reserveCapacity(bytes.count)
    while position < bytes.count {
      if bytes[position] == dollar {
        if matches("$${", at: position) {
          replace(upTo: position + 3, by: "${")
          continue
        }
        if let end = variableEnd(at: position) {
          substitute(upTo: end)
          continue
        }
      }
      output.append(bytes[position])
      position += 1
    }
  }

  private mutating func substitute(upTo end: Int) {
    let name = String(decoding: bytes[(position + 2)..<(end - 1)], as: UTF8.self)
    if let value = variables[name] {
      replace(upTo: end, by: value)
    } else {
      let start = output.count
      output.append(contentsOf: bytes[position..<end])
      undefined.append(.init(name: name, span: SourceSpan(start, output.count)))
      position = end
    }
  }

  private mutating func replace(upTo end: Int, by value: String) {
    let start = output.count
    output.append(contentsOf: value.utf8)
    replacements.append(
      .init(span: SourceSpan(start, output.count), originalSpan: SourceSpan(position, end)))
    position = end
  }

  /// The offset after `}` if `${NAME}` begins at `start`; names are letters, digits, `_`, `.` and `-`.
  private func variableEnd(at start: Int) -> Int? {
    guard matches("${", at: start) else { return nil }
    var end = start + 2
    while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
    guard end > start + 2, end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
    return end + 1
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default:
      false
    }
  }

  private func matches(_ text: StaticString, at start: Int) -> Bool {
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount where bytes[start + index] != text.utf8Start[index] {
      return false
    }
    return true
  }
}
