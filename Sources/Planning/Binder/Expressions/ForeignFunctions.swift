/// What functions of DuckDB, PostgreSQL, ClickHouse and Flink are called here: for the hint of an unknown name.
enum ForeignFunctions {
  static func hint(_ name: String) -> String? { uses[name.lowercased()].map { "here it is \($0)" } }

  static let uses: [String: String] = [
    // Text
    "regexp_matches": "regexp_like(x, pattern), or x RLIKE pattern", "regexp_full_match": "x RLIKE '^(?:pattern)$'",
    "regexp_split_to_array": "split(x, pattern)", "string_split": "split(x, separator), whose separator is a pattern",
    "str_split": "split(x, separator), whose separator is a pattern", "string_to_array": "split(x, separator), whose separator is a pattern",
    "array_to_string": "array_join(array, separator)", "strip_accents": "translate(x, 'áéí', 'aei')", "strpos": "position('needle', x)",
    "quote_literal": "concat('''', replace(x, '''', ''''''), '''')", "sha256": "sha2(x, 256)", "format_bytes": "format_number(x, 0)",
    // Time
    "strftime": "date_format(ts, 'yyyy-MM-dd HH:mm')", "strptime": "to_timestamp(text, 'yyyy-MM-dd HH:mm')", "epoch": "unix_timestamp(ts)",
    "epoch_ms": "unix_millis(ts), or timestamp_millis(n) the other way", "epoch_us": "unix_micros(ts)", "to_epoch": "unix_timestamp(ts)",
    "date_bin": "time_bucket(INTERVAL '15' MINUTE, ts)", "tostartofminute": "date_trunc('minute', ts)", "tostartofhour": "date_trunc('hour', ts)",
    "tostartofday": "date_trunc('day', ts)", "tostartofweek": "date_trunc('week', ts)", "tostartofmonth": "date_trunc('month', ts)",
    "tostartofyear": "date_trunc('year', ts)", "tostartofinterval": "time_bucket(INTERVAL '15' MINUTE, ts)", "toyyyymm": "date_format(ts, 'yyyyMM')",
    "todate": "to_date(x)", "todatetime": "to_timestamp(x)", "age": "a - b, an interval, or timestampdiff(MONTH, b, a)",
    "clock_timestamp": "current_timestamp()", "statement_timestamp": "current_timestamp()", "today": "current_date()", "yesterday": "current_date() - 1",
    // Numbers
    "gen_random_uuid": "uuid()", "generateuuidv4": "uuid()", "random_uuid": "uuid()", "trunc_number": "bround(x, n)", "setseed": "rand(seed)",
    "toint32": "int(x)", "toint64": "bigint(x)", "tofloat64": "double(x)", "tostring": "string(x)",
    // Aggregates
    "countif": "count_if(condition)", "sumif": "sum(x) FILTER (WHERE condition)", "avgif": "avg(x) FILTER (WHERE condition)",
    "uniq": "approx_count_distinct(x)",
    "uniqexact": "count(DISTINCT x)", "grouparray": "collect_list(x)", "groupuniqarray": "collect_set(x)", "quantile": "percentile(x, 0.5)",
    "quantile_cont": "percentile(x, 0.5)", "quantile_disc": "percentile_disc(0.5) WITHIN GROUP (ORDER BY x)", "argmax": "max_by(x, y)",
    "argmin": "min_by(x, y)", "arg_max": "max_by(x, y)", "arg_min": "min_by(x, y)", "list": "collect_list(x)", "group_concat": "listagg(x, ',')",
    "histogram": "count(*) with GROUP BY width_bucket(x, min, max, n)", "json_agg": "to_json(collect_list(x))",
    "json_group_array": "to_json(collect_list(x))", "product": "exp(sum(ln(x)))",
    // Arrays and structs
    "list_transform": "transform(array, x -> …)", "list_apply": "transform(array, x -> …)", "arraymap": "transform(array, x -> …)",
    "list_filter": "filter(array, x -> …)", "arrayfilter": "filter(array, x -> …)", "list_reduce": "aggregate(array, start, (s, x) -> …)",
    "list_contains": "array_contains(array, x)", "list_has": "array_contains(array, x)", "has": "array_contains(array, x)", "list_value": "array(…)",
    "list_sort": "sort_array(array)", "list_distinct": "array_distinct(array)", "list_concat": "concat(a, b)", "list_slice": "slice(array, start, length)",
    "list_sum": "aggregate(array, 0, (s, x) -> s + x)", "array_length": "size(array)", "array_upper": "size(array)", "unnest": "explode(array)",
    "list_unique": "size(array_distinct(array))", "arrayjoin": "explode(array)",
    "generate_series": "explode(sequence(start, end)), or FROM range(start, end + 1)",
    "struct_pack": "named_struct('a', 1)", "struct_extract": "s.field", "row_to_json": "to_json(struct(t.*))",
    // JSON
    "json_extract": "get_json_object(x, '$.a'), which gives text", "json_extract_string": "get_json_object(x, '$.a')",
    "json_extract_path_text": "get_json_object(x, '$.a')", "json_value": "get_json_object(x, '$.a')", "json_query": "get_json_object(x, '$.a')",
    "jsonextractstring": "get_json_object(x, '$.a')", "json_exists": "get_json_object(x, '$.a') IS NOT NULL", "json_object": "to_json(named_struct('a', 1))",
    "json_build_object": "to_json(named_struct('a', 1))", "to_jsonb": "to_json(x)", "json_valid": "try_from_json, or get_json_object(x, '$') IS NOT NULL",
    // Of the system
    "pg_typeof": "typeof(x)", "pg_sleep": "a TRIGGER, or ADVANCE CLOCK under --clock virtual", "columns": "a star: SELECT * EXCEPT (a)",
  ]
}
