internal import CSimdjson
internal import Columnar

extension JsonProblem.Reason {
  /// What the first stage says of a text.
  init(indexError code: Int32) {
    self =
      switch Int(code) {
      case SQ_JSON_UNCLOSED_STRING: .unclosedString
      case SQ_JSON_CONTROL_CHARACTER: .controlCharacter
      case SQ_JSON_INVALID_UTF8: .invalidUTF8
      default: .unexpected
      }
  }
}

extension JsonProblem {
  /// What is wrong, for people.
  /// - Parameter start: where the record begins, so that columns are counted in it.
  func message(_ scan: JsonScanner, _ plan: JsonPlan, from start: Int = 0) -> String {
    let column = position - start + 1
    return switch reason {
    case .none: "malformed record"
    case .unexpected: "JSON has no \(found(scan)) here (column \(column))"
    case .incomplete: "the JSON text ends too early"
    case .badEscape: "unknown escape in a string (column \(column))"
    case .badNumber: "malformed number (column \(column))"
    case .badLiteral: "unknown word (column \(column))"
    case .tooDeep: "nested more than \(JsonScanner.depthMax) levels deep"
    case .notAnObject: "not a JSON object"
    case .trailing: "more text behind the JSON value (column \(column))"
    case .mismatch:
      "column \"\(plan.name(of: slot))\" cannot take \(found(scan)) as \(plan.type(of: slot).sqlName)"
    case .duplicateKey: "column \"\(plan.name(of: slot))\" has a map with one key twice"
    case .unclosedString: "a string does not end"
    case .controlCharacter: "a control character stands in a string"
    case .invalidUTF8: "the bytes are not valid UTF-8"
    }
  }

  /// The value or character at the place of the problem.
  private func found(_ scan: JsonScanner) -> String {
    guard position < scan.end else { return "end" }
    switch scan.base[position] {
    case UInt8(ascii: "{"): return reason == .mismatch ? "an object" : "'{'"
    case UInt8(ascii: "["): return reason == .mismatch ? "an array" : "'['"
    default:
      guard reason == .mismatch else {
        return "'\(String(decoding: [scan.base[position]], as: UTF8.self))'"
      }
      let isString = scan.base[position] == UInt8(ascii: "\"")
      var stop = position + 1
      while stop < scan.end, stop - position < 40,
        isString ? scan.base[stop] != UInt8(ascii: "\"") : !JsonScanner.isDelimiter(scan.base[stop])
      {
        stop += 1
      }
      if isString, stop < scan.end { stop += 1 }
      return String(
        decoding: UnsafeBufferPointer(start: scan.base + position, count: stop - position), as: UTF8.self)
    }
  }
}

extension JsonPlan {
  /// The name of a slot; an element has that of its list.
  func name(of slot: Int) -> String {
    names.indices.contains(slot) && !names[slot].isEmpty ? String(decoding: names[slot], as: UTF8.self) : "element"
  }

  func type(of slot: Int) -> DataType {
    var all = types
    var next = 0
    while next < all.count, all.count <= slot {
      switch all[next] {
      case .array(let element): all.append(element)
      case .map(let key, let value): all += [key, value]
      case .structure(let fields): all += fields.map(\.type)
      default: break
      }
      next += 1
    }
    return all.indices.contains(slot) ? all[slot] : .string
  }
}
