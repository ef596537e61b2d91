internal import Columnar
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Who and where one is: `current_user`, `current_catalog`, `current_database`, `version`. Known when a query is bound.
enum SessionFunctions {
  static let functions: [ScalarFunction] = [
    fact(
      "current_user", aliases: ["user", "session_user"], "The name of the user that the program runs as.",
      "SELECT current_user() = user()", "true"
    ) { _ in userName },
    fact("current_catalog", aliases: [], "The name of the catalog, which is always the same.", "SELECT current_catalog()", "spark_catalog") { _ in
      "spark_catalog"
    },
    fact(
      "current_database", aliases: ["current_schema"], "The name of the schema in use.",
      "SELECT current_database()", "default"
    ) { $0.settings.schemaName },
    fact("version", aliases: [], "The program and its version.", "SELECT version() LIKE 'streamsql %'", "true") { _ in
      "streamsql \(EngineVersion.text)"
    },
  ]

  private static func fact(
    _ name: String, aliases: [String], _ summary: String, _ sql: String, _ result: String,
    _ value: @escaping @Sendable (FunctionCall) -> String
  ) -> ScalarFunction {
    ScalarFunction(
      FunctionDoc(name, aliases: aliases, .misc, "\(name)()", summary, [FunctionExample(sql, result)])
    ) { (call) throws(SQLError) in
      try call.expect(0)
      let text = value(call)
      return BoundFunction(call.name, [], returns: .string, nulls: .handled, isNullable: false) { (context, _) in
        Column.repeating(.string(text), type: .string, count: context.rows)
      }
    }
  }

  /// The effective user's name; its number if nobody knows the name.
  private static var userName: String {
    let id = geteuid()
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    // More than any entry needs; one that is longer goes by its number.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { buffer in
      guard let base = buffer.baseAddress, getpwuid_r(id, &entry, base, buffer.count, &found) == 0, found != nil,
        let name = entry.pw_name
      else { return "\(id)" }
      return String(cString: name)
    }
  }
}
