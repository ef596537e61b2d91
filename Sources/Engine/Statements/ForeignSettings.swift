/// Settings of Spark and Flink that say how a cluster runs a query and not what it means: they are taken, kept and shown, and change
/// nothing. Those that would change answers are taken with the value whose answers are given here.
enum ForeignSettings {
  /// What `SET key = value` does with a key that is no setting of ours.
  enum Answer {
    case keep
    /// Only this value is what is done here.
    case refuse(expected: String)
  }

  /// Nil if no setting of theirs is known by this key.
  static func answer(_ key: String, _ value: String) -> Answer? {
    let key = key.lowercased()
    if let fixed = fixed[key] {
      return fixed.contains { $0.caseInsensitiveEquals(value) } ? .keep : .refuse(expected: fixed[0])
    }
    if prefixes.contains(where: { key.hasPrefix($0) }) { return .keep }
    // What Spark did once is not done here, and saying so changes nothing.
    if key.hasPrefix(legacyPrefix) { return value.caseInsensitiveEquals("false") ? .keep : .refuse(expected: "false") }
    return nil
  }

  /// The value of a setting that nobody has set; nil if it has none that is the same for all of its kind.
  static func defaultValue(_ key: String) -> String? {
    let key = key.lowercased()
    return fixed[key]?.first ?? (key.hasPrefix(legacyPrefix) && !prefixes.contains { key.hasPrefix($0) } ? "false" : nil)
  }

  private static let legacyPrefix = "spark.sql.legacy."

  private static let prefixes = [
    "spark.sql.adaptive.", "spark.sql.autobroadcastjointhreshold", "spark.sql.broadcasttimeout", "spark.sql.catalog.", "spark.sql.cbo.",
    "spark.sql.codegen.", "spark.sql.debug.", "spark.sql.exchange.", "spark.sql.execution.", "spark.sql.files.", "spark.sql.hive.",
    "spark.sql.inmemorycolumnarstorage.", "spark.sql.join.", "spark.sql.objecthashaggregate.", "spark.sql.optimizer.", "spark.sql.orc.",
    "spark.sql.parquet.", "spark.sql.planchangelog.", "spark.sql.shuffle.", "spark.sql.sort.", "spark.sql.sources.", "spark.sql.statistics.",
    "spark.sql.subexpressionelimination.", "spark.sql.ui.", "spark.sql.warehouse.", "spark.sql.windowexec.", "spark.default.parallelism",
    "spark.driver.", "spark.executor.", "spark.sql.crossjoin.", "spark.sql.variable.substitute", "spark.sql.maxmetadatastringlength",
    "spark.sql.leafnodedefaultparallelism", "spark.sql.legacy.createhivetablebydefault", "spark.sql.constraintpropagation.",
    "cluster.", "execution.", "high-availability", "jobmanager.", "metrics.", "parallelism.", "pipeline.", "rest.", "restart-strategy",
    "sql-client.", "state.", "taskmanager.", "table.dml-sync", "table.dynamic-table-options.", "table.exec.async-", "table.exec.deduplicate.",
    "table.exec.disabled-operators", "table.exec.mini-batch.", "table.exec.resource.", "table.exec.shuffle-mode", "table.exec.sink.",
    "table.exec.sort.", "table.exec.spill-", "table.exec.window-agg.", "table.generated-code.", "table.optimizer.",
  ]

  /// The values that are what is done here, the first of them the default there.
  private static let fixed: [String: [String]] = [
    "spark.sql.ansi.enforcereservedkeywords": ["false"],
    "spark.sql.ansi.relationprecedence": ["false"],
    "spark.sql.ansi.strictindexoperator": ["true"],
    "spark.sql.casesensitive": ["false"],
    "spark.sql.legacy.cteprecedencepolicy": ["CORRECTED"],
    "spark.sql.legacy.sizeofnull": ["true"],
    "spark.sql.legacy.timeparserpolicy": ["CORRECTED", "EXCEPTION"],
    "spark.sql.lateralcolumnalias.enableimplicitresolution": ["true"],
    "spark.sql.parser.quotedregexcolumnnames": ["false"],
    "spark.sql.storeassignmentpolicy": ["ANSI"],
    "spark.sql.timestamptype": ["TIMESTAMP_LTZ"],
    "table.exec.legacy-cast-behaviour": ["DISABLED"],
    "table.exec.state.ttl": ["0 ms", "0", "0 s"],
    "table.sql-dialect": ["default"],
  ]
}

extension String {
  fileprivate func caseInsensitiveEquals(_ other: String) -> Bool { lowercased() == other.lowercased() }
}
