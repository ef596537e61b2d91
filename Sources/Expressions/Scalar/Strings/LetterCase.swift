internal import Columnar
internal import Diagnostics

/// `upper`, `lower`, `initcap`.
extension Strings {
  static let letterCase: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "upper", aliases: ["ucase"], .string, "upper(str)", "The text in upper case.",
        [FunctionExample("SELECT upper('SparkSql')", "SPARKSQL"), FunctionExample("SELECT upper('Straße')", "STRASSE")]),
      [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { CaseMapping.convert($0, to: .upper, into: &$1) }
    },
    .plain(
      FunctionDoc(
        "lower", aliases: ["lcase"], .string, "lower(str)", "The text in lower case.",
        [FunctionExample("SELECT lower('SparkSql')", "sparksql"), FunctionExample("SELECT lower('ÄÖÜ')", "äöü")]),
      [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { CaseMapping.convert($0, to: .lower, into: &$1) }
    },
    .plain(
      FunctionDoc(
        "initcap", .string, "initcap(str)", "The text with the first letter of each word in upper case, all others in lower case.",
        [FunctionExample("SELECT initcap('sPark sql')", "Spark Sql")]),
      [.string], returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { CaseMapping.title($0, into: &$1) }
    },
  ]
}
