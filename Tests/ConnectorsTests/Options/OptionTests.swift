import Columnar
import Diagnostics
import Testing

@testable import Connectors

@Suite struct OptionTests {
  let connector = ConnectorDefinition(
    "demo", "For tests.",
    options: [
      OptionDefinition("host", .string, isRequired: true, "where"),
      OptionDefinition("maxRowsPerTrigger", .integer, "rows"),
      OptionDefinition("header", .boolean, default: "true", "header"),
      OptionDefinition("timeout", .duration, default: "8 seconds", "time"),
      OptionDefinition("mode", .choice(["PERMISSIVE", "FAILFAST"]), "mode"),
    ], positional: ["host"])

  @Test func keysAreMatchedWithoutCase() throws {
    let values = try connector.checkedOptions(
      [GivenOption("HOST", "a"), GivenOption("maxrowspertrigger", "10"), GivenOption("mode", "failfast")],
      span: .none)
    #expect(values["Host"] == "a")
    #expect(try values.integer(connector.options[1]) == 10)
    #expect(try values.boolean(connector.options[2]) == true)
    #expect(try values.durationMicros(connector.options[3]) == 8_000_000)
  }

  @Test(
    arguments: [
      ("64", 64), ("64b", 64), ("10m", 10 << 20), (" 512 kB ", 512 << 10), ("1GiB", 1 << 30), ("8t", 8 << 40), ("", nil), ("-1", nil),
      ("k", nil), ("1.5m", nil), ("1 x", nil), ("9223372036854775807k", nil),
    ] as [(String, Int64?)])
  func sizes(text: String, bytes: Int64?) { #expect(SizeText.bytes(text) == bytes) }

  @Test(
    arguments: [
      ([GivenOption("hots", "a")], "UNKNOWN_OPTION", "did you mean \"host\"?"),
      ([], "REQUIRED_OPTION_UNSPECIFIED", "host: where"),
      ([GivenOption("host", "a"), GivenOption("Host", "b")], "DUPLICATE_KEY", nil),
      ([GivenOption("host", "a"), GivenOption("header", "ja")], "INVALID_OPTION_VALUE", nil),
      ([GivenOption("host", "a"), GivenOption("maxRowsPerTrigger", "1e3")], "INVALID_OPTION_VALUE", nil),
      ([GivenOption("host", "a"), GivenOption("timeout", "soon")], "INVALID_OPTION_VALUE", nil),
      ([GivenOption("host", "a"), GivenOption("mode", "LAX")], "INVALID_OPTION_VALUE", nil),
    ] as [([GivenOption], String, String?)])
  func wrongOptionsAreNamed(given: [GivenOption], errorClass: String, hint: String?) {
    let error = failure { _ = try connector.checkedOptions(given, span: .none) }
    #expect(error?.errorClass == errorClass)
    if let hint { #expect(error?.hint == hint) }
  }

  @Test func positionalArguments() throws {
    let given = try connector.positionalOptions([("a", SourceSpan(1, 2))], span: .none)
    #expect(given.map(\.name) == ["host"])
    #expect(
      failure { _ = try connector.positionalOptions([("a", .none), ("b", SourceSpan(3, 4))], span: .none) }?
        .span
        == SourceSpan(3, 4))
  }

  @Test(
    arguments: [
      ("8 SECONDS", 8_000_000), ("30s", 30_000_000), ("INTERVAL '8' SECOND", 8_000_000), ("500ms", 500_000),
      ("1 minute 30 seconds", 90_000_000), ("1h30m", 5_400_000_000), ("0.5 s", 500_000), ("10", 10_000_000),
      ("2 days", 172_800_000_000), (" 1 week ", 604_800_000_000), ("7 microseconds", 7), ("0s", 0),
      ("", nil), ("soon", nil), ("-1 s", nil), ("1 parsec", nil), ("9223372036854775807 days", nil),
      ("1.s", nil),
      ("interval", nil), ("1 2", nil), ("99999999999999999999", nil),
    ] as [(String, Int64?)])
  func durations(text: String, micros: Int64?) {
    #expect(DurationText.micros(text) == micros)
  }

  @Test func registryFindsNamesAndSuggests() throws {
    let registry = ConnectorRegistry.builtin
    #expect(registry["SOCKET"]?.name == "socket")
    #expect(try registry.source(named: "Rate", span: .none).0.name == "rate")
    let error = failure { _ = try registry.source(named: "sokcet", span: .none) }
    #expect(error?.errorClass == "DATA_SOURCE_NOT_FOUND")
    #expect(error?.hint == "did you mean \"socket\"?")
  }

  /// Every definition can be shown and completed: names are unique, defaults are valid, positions exist.
  @Test func definitionsAreConsistent() {
    for definition in ConnectorRegistry.builtin.definitions {
      let names = definition.options.map { $0.name.lowercased() }
      #expect(Set(names).count == names.count, "\(definition.name)")
      #expect(definition.positional.allSatisfy { names.contains($0.lowercased()) }, "\(definition.name)")
      #expect(definition.summary.hasSuffix("."), "\(definition.name)")
      for option in definition.options {
        if let text = option.defaultValue { #expect(failure { try option.check(text, span: .none) } == nil) }
      }
    }
  }
}
