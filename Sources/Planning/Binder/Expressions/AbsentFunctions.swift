internal import Diagnostics

/// Functions of Spark that are not here: refused by name, with what to use instead.
enum AbsentFunctions {
  static func error(_ name: String, span: SourceSpan) -> SQLError? {
    guard let hint = hints.first(where: { $0.names.contains(name) || $0.prefixes.contains { name.hasPrefix($0) } })?.hint
    else { return nil }
    return SQLError(.bind, "UNSUPPORTED_FEATURE", "the function \(name) is not supported", span: span, hint: hint)
  }

  private static let hints: [(names: Set<String>, prefixes: [String], hint: String)] = [
    (["spark_partition_id"], [], "rows have no partition here; monotonically_increasing_id numbers them"),
    (["collate", "collation", "collations"], [], "texts compare by their bytes; compare lower(…) for equality without case"),
    (
      ["parse_json", "try_parse_json", "is_variant_null", "is_valid_variant", "to_variant_object", "schema_of_variant", "schema_of_variant_agg"],
      ["variant_", "try_variant_"], "there is no VARIANT; use from_json or get_json_object"
    ),
    (["reflect", "java_method", "try_reflect"], [], "there is no JVM; CREATE FUNCTION defines functions in SQL"),
    (["aes_encrypt", "aes_decrypt", "try_aes_decrypt"], [], "encrypt outside of the query; sha2 and hmac make digests"),
    (["xpath", "from_xml", "to_xml", "schema_of_xml"], ["xpath_"], "there is no XML; regexp_extract takes simple texts apart"),
    (["from_avro", "to_avro", "schema_of_avro", "from_protobuf", "to_protobuf"], [], "use JSON: from_json and to_json"),
    ([], ["hll_", "theta_", "tuple_"], "use approx_count_distinct, or count(DISTINCT …)"),
    ([], ["kll_"], "use approx_percentile"),
    (["count_min_sketch"], [], "count(*) with GROUP BY is exact"),
    ([], ["approx_top_k"], "GROUP BY with ORDER BY count(*) DESC LIMIT k is exact"),
    (["histogram_numeric"], [], "GROUP BY width_bucket(x, min, max, n) counts in even bins"),
  ]
}
