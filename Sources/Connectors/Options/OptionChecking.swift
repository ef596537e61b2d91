package import Diagnostics

/// An option as a statement gives it.
package struct GivenOption: Sendable {
  package var name: String
  package var text: String
  package var span: SourceSpan
  package init(_ name: String, _ text: String, span: SourceSpan = .none) {
    self.name = name
    self.text = text
    self.span = span
  }
}

extension ConnectorDefinition {
  /// The options of a statement, checked against this connector's definitions.
  ///
  /// Keys are matched without case. An unknown key, a value of the wrong type, a key given twice and an absent
  /// required option are errors at their place.
  /// - Parameter span: the place of the statement, for what is absent.
  package func checkedOptions(_ given: [GivenOption], span: SourceSpan) throws(SQLError) -> OptionValues {
    var values = OptionValues()
    for option in given {
      guard let definition = options.first(where: { $0.isCalled(option.name) }) else {
        throw .unknownOption(option, of: self)
      }
      let name = definition.storedName(of: option.name)
      guard values[name] == nil else {
        throw SQLError(
          .bind, "DUPLICATE_KEY", "option \"\(name)\" of \(self.name) is given twice", span: option.span
        )
      }
      try definition.check(option.text, span: option.span)
      values.set(name, option.text, span: option.span)
    }
    for definition in options where definition.isRequired && values[definition.name] == nil {
      throw .missingOption(definition, of: self, span: span)
    }
    return values
  }

  /// The option names that positional arguments `FROM name('a', 'b')` stand for.
  package func positionalOptions(
    _ arguments: [(text: String, span: SourceSpan)], span: SourceSpan
  ) throws(SQLError) -> [GivenOption] {
    guard arguments.count <= positional.count else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
        "\(name) takes at most \(positional.count) positional argument\(positional.count == 1 ? "" : "s"), found \(arguments.count)",
        span: arguments[positional.count].span,
        hint: options.isEmpty ? nil : "name the others: \(name)(…, \(options[0].name) => …)")
    }
    return zip(positional, arguments).map { GivenOption($0, $1.text, span: $1.span) }
  }
}

extension OptionDefinition {
  func isCalled(_ key: String) -> Bool {
    let key = key.lowercased()
    if let (head, tail) = pattern { return key.hasPrefix(head) && key.hasSuffix(tail) && key.count > head.count + tail.count }
    return name.lowercased() == key || aliases.contains { $0.lowercased() == key }
  }

  /// What stands around the part that differs: `fields.*.kind` is an option of each column.
  private var pattern: (head: String, tail: String)? {
    guard let star = name.firstIndex(of: "*") else { return nil }
    return (name[..<star].lowercased(), name[name.index(after: star)...].lowercased())
  }

  /// The name under which a value that was given as `key` is kept.
  func storedName(of key: String) -> String { pattern == nil ? name : key }

  /// Throws if `text` is no value of this option.
  func check(_ text: String, span: SourceSpan) throws(SQLError) {
    let isGood: Bool
    switch kind {
    case .string: isGood = true
    case .integer: isGood = Int64(text.trimmingSpaces()) != nil
    case .boolean: isGood = boolean(of: text) != nil
    case .duration: isGood = DurationText.micros(text) != nil
    case .size: isGood = SizeText.bytes(text) != nil
    case .choice(let choices): isGood = choices.contains { $0.lowercased() == text.lowercased() }
    }
    if !isGood { throw .invalidOption(self, text, span: span) }
  }

  fileprivate var choices: [String]? { if case .choice(let choices) = kind { choices } else { nil } }

  /// What a value must look like.
  var expectation: String {
    switch kind {
    case .string: "a string"
    case .integer: "an integer"
    case .boolean: "true or false"
    case .duration: "a duration such as '8 seconds' or '500ms'"
    case .size: "bytes, or a size such as '64kb' or '1g'"
    case .choice(let choices): choices.count == 1 ? choices[0] : "one of \(choices.joined(separator: ", "))"
    }
  }
}

extension OptionValues {
  /// The value as given, or the default of the definition.
  func text(_ definition: OptionDefinition) -> String? { self[definition.name] ?? definition.defaultValue }

  /// The integer given, or the default.
  func integer(_ definition: OptionDefinition, in range: ClosedRange<Int64> = 0 ... .max) throws(SQLError)
    -> Int64?
  {
    try number(definition, in: range) { Int64($0.trimmingSpaces()) }
  }

  /// The size given, or the default, in bytes.
  func bytes(_ definition: OptionDefinition, in range: ClosedRange<Int64> = 0 ... .max) throws(SQLError) -> Int64? {
    try number(definition, in: range, SizeText.bytes)
  }

  private func number(
    _ definition: OptionDefinition, in range: ClosedRange<Int64>, _ parse: (String) -> Int64?
  ) throws(SQLError) -> Int64? {
    guard let text = text(definition) else { return nil }
    guard let value = parse(text) else {
      throw .invalidOption(definition, text, span: span(of: definition.name))
    }
    guard range.contains(value) else {
      let expected =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw .invalidOption(definition, text, expected: expected, span: span(of: definition.name))
    }
    return value
  }

  /// As ``integer(_:in:)``, as a machine word, for options that count things.
  func count(_ definition: OptionDefinition, from least: Int64 = 1) throws(SQLError) -> Int? {
    try integer(definition, in: least ... .max).map { Int(clamping: $0) }
  }

  /// The truth value given, or the default; false if there is neither.
  func boolean(_ definition: OptionDefinition) throws(SQLError) -> Bool {
    guard let text = text(definition) else { return false }
    guard let value = Connectors.boolean(of: text) else {
      throw .invalidOption(definition, text, span: span(of: definition.name))
    }
    return value
  }

  /// The duration given, or the default, in µs.
  func durationMicros(_ definition: OptionDefinition) throws(SQLError) -> Int64? {
    guard let text = text(definition) else { return nil }
    guard let value = DurationText.micros(text) else {
      throw .invalidOption(definition, text, span: span(of: definition.name))
    }
    return value
  }
}

private func boolean(of text: String) -> Bool? {
  switch text.trimmingSpaces().lowercased() {
  case "true": true
  case "false": false
  default: nil
  }
}

extension String {
  func trimmingSpaces() -> String {
    var rest = Substring(self)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension SQLError {
  static func unknownOption(_ option: GivenOption, of connector: ConnectorDefinition) -> SQLError {
    let names = connector.options.map(\.name)
    if connector.positional.first == "path", let absent = SparkOptions.refusal(of: option.name) {
      return SQLError(
        .bind, "UNSUPPORTED_FEATURE", "Spark's option \"\(absent.name)\" is not supported by \(connector.name)", span: option.span,
        hint: absent.hint)
    }
    return SQLError(
      .bind, "UNKNOWN_OPTION", "connector \"\(connector.name)\" has no option \"\(option.name)\"",
      span: option.span,
      hint: didYouMean(option.name, in: names)
        ?? (names.isEmpty
          ? "it takes none"
          : names.count <= listedMax
            ? "options: \(names.joined(separator: ", "))" : "SELECT options FROM system.connectors WHERE name = '\(connector.name)' lists them"))
  }

  /// Options that a hint lists.
  private static let listedMax = 12

  static func missingOption(
    _ definition: OptionDefinition, of connector: ConnectorDefinition, span: SourceSpan
  ) -> SQLError {
    SQLError(
      .bind, "REQUIRED_OPTION_UNSPECIFIED",
      "connector \"\(connector.name)\" needs the option \"\(definition.name)\"", span: span,
      hint: "\(definition.name): \(definition.summary)")
  }

  static func invalidOption(
    _ definition: OptionDefinition, _ text: String, expected: String? = nil, span: SourceSpan?
  ) -> SQLError {
    SQLError(
      .bind, "INVALID_OPTION_VALUE",
      "option \"\(definition.name)\" is '\(text)', expected \(expected ?? definition.expectation)", span: span,
      hint: definition.choices.flatMap { closestMatch(to: text, in: $0) }.map { "did you mean '\($0)'?" })
  }
}
