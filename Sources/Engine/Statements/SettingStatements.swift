import Columnar
import Connectors
import Diagnostics
import Expressions
import SQLSyntax

/// SET and RESET.
extension StatementExecutor {
  func set(_ set: AST.SetStatement, span: SourceSpan) throws(SQLError) -> String? {
    switch set {
    case .showAll: try showSettings()
    case .show(let key): try present(Self.settingSchema, [[.string(key), .string(try value(of: key, span: span))]])
    case .assign(let key, let value): try assign(key, value, span: span)
    case .timeZone(let zone): try setZone(zone, span: span)
    }
    return nil
  }

  func reset(_ key: String?) throws(SQLError) -> String? {
    let defaults = SessionSettings()
    switch key.map(Self.canonical) {
    case nil: catalog.settings = defaults
    case Self.zoneKey: catalog.settings.zoneName = defaults.zoneName
    case Self.watermarkPolicyKey: catalog.settings.usesGreatestWatermark = defaults.usesGreatestWatermark
    case Self.sourceIdleKey: catalog.settings.sourceIdleMicros = defaults.sourceIdleMicros
    case Self.levelLimitKey: catalog.settings.recursionLevelsMax = defaults.recursionLevelsMax
    case Self.mapKeyKey: catalog.settings.keepsLastOfEqualKeys = defaults.keepsLastOfEqualKeys
    case Self.rowLimitKey: catalog.settings.recursionRowsMax = defaults.recursionRowsMax
    case "dialect", Self.quotedNamesKey: session.dialect = .spark
    case .some(let other):
      if let flag = Self.flag(other) {
        catalog.settings[keyPath: flag] = defaults[keyPath: flag]
        return nil
      }
      guard catalog.foreignSettings.removeValue(forKey: other.lowercased()) != nil || ForeignSettings.answer(other, "") != nil else {
        throw unknownSetting(other, span: .none)
      }
    }
    return nil
  }

  /// The key in lower case, and Spark's where Flink has another one for the same.
  private static func canonical(_ key: String) -> String {
    let key = key.lowercased()
    return key == "table.local-time-zone" ? zoneKey : key
  }

  private static let quotedNamesKey = "spark.sql.ansi.doublequotedidentifiers"
  private static let zoneKey = "spark.sql.session.timezone"
  private static let settingSchema = Schema([Field("key", .string), Field("value", .string)])
  private static let watermarkPolicyKey = "spark.sql.streaming.multiplewatermarkpolicy"
  private static let sourceIdleKey = "table.exec.source.idle-timeout"
  private static let levelLimitKey = "spark.sql.cterecursionlevellimit"
  private static let rowLimitKey = "spark.sql.cterecursionrowlimit"
  private static let mapKeyKey = "spark.sql.mapkeydeduppolicy"
  static let keys =
    [
      "dialect", "spark.sql.session.timeZone", "spark.sql.streaming.multipleWatermarkPolicy",
      "table.exec.source.idle-timeout", "spark.sql.cteRecursionLevelLimit", "spark.sql.cteRecursionRowLimit",
      "spark.sql.mapKeyDedupPolicy",
    ] + flags.map(\.key)

  /// Settings that are true or false.
  private static let flags: [(key: String, path: any WritableKeyPath<SessionSettings, Bool> & Sendable)] = [
    ("spark.sql.ansi.enabled", \.isANSI), ("spark.sql.groupByAliases", \.groupsByAliases),
    ("spark.sql.groupByOrdinal", \.groupsByOrdinals), ("spark.sql.orderByOrdinal", \.ordersByOrdinals),
    ("spark.sql.legacy.parser.havingWithoutGroupByAsWhere", \.takesHavingAsWhere),
    ("spark.sql.legacy.bangEqualsNot", \.takesBangAsNot),
    ("spark.sql.decimalOperations.allowPrecisionLoss", \.allowsPrecisionLoss),
  ]

  private static func flag(_ key: String) -> WritableKeyPath<SessionSettings, Bool>? {
    let key = key.lowercased()
    return flags.first { $0.key.lowercased() == key }?.path
  }

  func showSettings() throws(SQLError) {
    try present(Self.settingSchema, Self.settings(of: session).map { [.string($0.key), .string($0.value)] })
  }

  /// All settings of a session with their values.
  static func settings(of session: Session) -> [(key: String, value: String)] {
    keys.compactMap { key in value(of: key, in: session).map { (key, $0) } }
  }

  private func value(of key: String, span: SourceSpan) throws(SQLError) -> String {
    if let value = Self.value(of: key, in: session) ?? catalog.foreignSettings[key.lowercased()]?.value { return value }
    if let value = ForeignSettings.defaultValue(key) { return value }
    throw unknownSetting(key, span: span)
  }

  private static func value(of key: String, in session: Session) -> String? {
    if let flag = flag(key) { return session.settings[keyPath: flag] ? "true" : "false" }
    switch canonical(key) {
    case quotedNamesKey: return session.dialect == .ansi ? "true" : "false"
    case zoneKey: return session.settings.zoneName
    case watermarkPolicyKey: return session.settings.usesGreatestWatermark ? "max" : "min"
    case sourceIdleKey: return DurationText.text(micros: session.settings.sourceIdleMicros ?? 0)
    case levelLimitKey: return "\(session.settings.recursionLevelsMax ?? -1)"
    case rowLimitKey: return "\(session.settings.recursionRowsMax ?? -1)"
    case mapKeyKey: return session.settings.keepsLastOfEqualKeys ? "LAST_WIN" : "EXCEPTION"
    case "dialect": return session.dialect == .ansi ? "ansi" : "spark"
    default: return nil
    }
  }

  private func assign(_ key: String, _ value: String, span: SourceSpan) throws(SQLError) {
    if let flag = Self.flag(key) {
      catalog.settings[keyPath: flag] = try boolean(key, value, span: span)
      return
    }
    switch Self.canonical(key) {
    case Self.quotedNamesKey: session.dialect = try boolean(key, value, span: span) ? .ansi : .spark
    case Self.zoneKey: try setZone(named: value, span: span)
    case Self.watermarkPolicyKey:
      switch value.lowercased() {
      case "min": catalog.settings.usesGreatestWatermark = false
      case "max": catalog.settings.usesGreatestWatermark = true
      default: throw invalid(key, value, "min or max", span: span)
      }
    case Self.sourceIdleKey:
      guard let micros = DurationText.micros(value) else {
        throw invalid(key, value, "a duration such as '10 seconds', 0 for none", span: span)
      }
      catalog.settings.sourceIdleMicros = micros > 0 ? micros : nil
    case Self.levelLimitKey: catalog.settings.recursionLevelsMax = try limit(key, value, span: span)
    case Self.rowLimitKey: catalog.settings.recursionRowsMax = try limit(key, value, span: span)
    case Self.mapKeyKey:
      switch value.uppercased() {
      case "EXCEPTION": catalog.settings.keepsLastOfEqualKeys = false
      case "LAST_WIN": catalog.settings.keepsLastOfEqualKeys = true
      default: throw invalid(key, value, "EXCEPTION or LAST_WIN", span: span)
      }
    case "dialect":
      switch value.lowercased() {
      case "spark": session.dialect = .spark
      case "ansi": session.dialect = .ansi
      default: throw invalid(key, value, "spark or ansi", span: span)
      }
    default: try assign(foreign: key, value, span: span)
    }
  }

  /// A setting of Spark or Flink that changes nothing here.
  private func assign(foreign key: String, _ value: String, span: SourceSpan) throws(SQLError) {
    switch ForeignSettings.answer(key, value) {
    case .keep: catalog.foreignSettings[key.lowercased()] = (key, value)
    case .refuse(let expected):
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE.SETTING", "\(key) is always \(expected) here, found \"\(value)\"", span: span,
        hint: "leave it out, or SET \(key) = \(expected)")
    case nil: throw unknownSetting(key, span: span)
    }
  }

  private func setZone(_ zone: AST.TimeZone, span: SourceSpan) throws(SQLError) {
    switch zone {
    case .local: try setZone(named: "UTC", span: span)
    case .named(let name): try setZone(named: name.text, span: span)
    case .offset(let interval):
      let value = try interval.value(at: span)
      let minutes = value.micros / 60_000_000
      guard value.months == 0, value.micros % 60_000_000 == 0, abs(minutes) <= 18 * 60 else {
        throw SQLError(
          .bind, "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
          "the offset of a time zone is whole minutes, at most 18 hours", span: span, hint: "SET TIME ZONE '+02:00'")
      }
      func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
      try setZone(
        named: "\(minutes < 0 ? "-" : "+")\(digits(abs(minutes) / 60)):\(digits(abs(minutes) % 60))", span: span)
    }
  }

  private func setZone(named name: String, span: SourceSpan) throws(SQLError) {
    guard TimeZoneRules.named(name) != nil else {
      throw SQLError(
        .bind, "INVALID_CONF_VALUE.TIME_ZONE", "time zone \"\(name)\" is not known", span: span,
        hint: "write a region such as 'Europe/Berlin' or an offset such as '+02:00'")
    }
    catalog.settings.zoneName = name
    catalog.environment.zoneName = name
  }

  private func boolean(_ key: String, _ value: String, span: SourceSpan) throws(SQLError) -> Bool {
    switch value.lowercased() {
    case "true": return true
    case "false": return false
    default: throw invalid(key, value, "true or false", span: span)
    }
  }

  /// A bound, or -1 for none.
  private func limit(_ key: String, _ value: String, span: SourceSpan) throws(SQLError) -> Int? {
    guard let number = Int(value), number >= -1 else { throw invalid(key, value, "a whole number, or -1 for no bound", span: span) }
    return number == -1 ? nil : number
  }

  private func invalid(_ key: String, _ value: String, _ expected: String, span: SourceSpan) -> SQLError {
    SQLError(.bind, "INVALID_CONF_VALUE", "\(key) is \(expected), found \"\(value)\"", span: span)
  }

  private func unknownSetting(_ key: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNKNOWN_SETTING", "there is no setting \"\(key)\"", span: span, hint: didYouMean(key, in: Self.keys) ?? "SET lists the settings")
  }
}
