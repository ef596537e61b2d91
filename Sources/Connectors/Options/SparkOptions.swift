/// Options of Spark's readers and writers that are not here: each is refused by name, with what to do instead.
enum SparkOptions {
  /// By lower-case name: what Spark calls it, and the hint.
  private static let absent: [String: (name: String, hint: String)] = {
    let entries: [(String, String)] = [
      ("enableDateTimeParsingFallback", "without dateFormat and timestampFormat texts are read as CAST does; a pattern must match"),
      ("maxCharsPerColumn", "maxLineBytes bounds whole records"),
      ("pretty", "a row is a line; jq . FILE lays it out"),
      ("partitionBy", "write the partitions one by one: INSERT INTO 'out/day=2024-01-01/' SELECT … WHERE day = …"),
      ("extension", "a path with a suffix is one file of that name: INSERT INTO 'out.tsv' …"),
      ("columnPruning", "columns that a query does not need are never converted; leave it out"),
      ("singleVariantColumn", "there is no VARIANT: read lines with USING text, and take them apart with get_json_object or from_json"),
      ("writeNonAsciiCharacterAsCodePoint", "text is written as UTF-8"),
      ("mergeSchema", "the fields of all files looked at are merged anyway; declare columns to be sure of them"),
      ("useUnsafeRow", "leave it out"),
      ("maxFileAge", "files are never forgotten; newFilesOnly passes over those that are there"),
      ("maxCachedFiles", "files are listed anew when the folder changes; leave it out"),
      ("sourceArchiveDir", "files that were read stay where they are"),
    ]
    return Dictionary(entries.map { ($0.0.lowercased(), ($0.0, $0.1)) }) { first, _ in first }
  }()

  static func refusal(of name: String) -> (name: String, hint: String)? { absent[name.lowercased()] }
}
