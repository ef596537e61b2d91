/// Calls that the binder makes of something else than a function of rows: they are documented here like all others.
package enum SpecialForms {
  package static let docs: [FunctionDoc] = [
    FunctionDoc(
      "coalesce", .conditional, "coalesce(expr1, expr2, …)", "The first value that is not NULL; the others are not computed.",
      shown: ["SELECT coalesce(NULL, 1, NULL)": "1"]),
    FunctionDoc(
      "nvl", aliases: ["ifnull"], .conditional, "nvl(expr1, expr2)", "The first value, or the second if it is NULL.",
      shown: ["SELECT nvl(NULL, array('2'))": "[2]"]),
    FunctionDoc(
      "nvl2", .conditional, "nvl2(expr1, expr2, expr3)", "The second value if the first is not NULL, else the third.",
      shown: ["SELECT nvl2(NULL, 2, 1)": "1"]),
    FunctionDoc(
      "nullif", .conditional, "nullif(expr1, expr2)", "NULL if both values are equal, else the first.",
      shown: ["SELECT nullif(2, 2)": "NULL"]),
    FunctionDoc(
      "nullifzero", .conditional, "nullifzero(expr)", "NULL for zero, else the number.", shown: ["SELECT nullifzero(0)": "NULL"]),
    FunctionDoc(
      "zeroifnull", .conditional, "zeroifnull(expr)", "Zero for NULL, else the number.", shown: ["SELECT zeroifnull(NULL)": "0"]),
    FunctionDoc(
      "nanvl", .conditional, "nanvl(expr1, expr2)", "expr1, or expr2 where expr1 is NaN; only that one is computed.",
      shown: ["SELECT nanvl(double('NaN'), 123)": "123.0"]),
    FunctionDoc(
      "if", aliases: ["iff"], .conditional, "if(condition, expr1, expr2)",
      "The first value if the condition holds, else the second; only that one is computed.",
      shown: ["SELECT if(1 < 2, 'a', 'b')": "a"]),
    FunctionDoc(
      "struct", .structure, "struct(expr1, expr2, …)", "A struct of the values; columns keep their names, others are col1, col2, ….",
      shown: ["SELECT struct(1, 2, 3)": "{1, 2, 3}"]),
    FunctionDoc(
      "current_timestamp", aliases: ["now", "proctime"], .datetime, "current_timestamp()",
      "The time of the step, the same for all its rows.", shown: ["SELECT current_timestamp() = now()": "true"]),
    FunctionDoc(
      "current_date", aliases: ["curdate"], .datetime, "current_date()", "The date of the step in the session's zone.",
      shown: ["SELECT current_date() = curdate()": "true"]),
    FunctionDoc(
      "localtimestamp", .datetime, "localtimestamp()", "The time of the step on the session's clock, without a zone.",
      shown: ["SELECT localtimestamp() = CAST(now() AS TIMESTAMP_NTZ)": "true"]),
    FunctionDoc(
      "batch", .stream, "batch()", "The number of the step that a row is in.", shown: ["SELECT batch() >= 0": "true"]),
    FunctionDoc(
      "input_file_name", .stream, "input_file_name()", "The file that a row was read from, as a URI; '' for other relations. `_metadata` tells more.",
      shown: ["SELECT input_file_name() FROM range(1)": ""]),
    FunctionDoc(
      "input_file_block_start", .stream, "input_file_block_start()", "Where the block of the file begins that a row was read from: 0; -1 for other relations.",
      shown: ["SELECT input_file_block_start() FROM range(1)": "-1"]),
    FunctionDoc(
      "input_file_block_length", .stream, "input_file_block_length()", "The size of the file that a row was read from, in bytes; -1 for other relations.",
      shown: ["SELECT input_file_block_length() FROM range(1)": "-1"]),
    FunctionDoc(
      "current_watermark", .stream, "current_watermark()", "The watermark in force, NULL before the first.",
      shown: ["SELECT current_watermark()": "NULL"]),
    FunctionDoc(
      "window", .window, "window(time, size[, slide[, start]])",
      "The windows of a fixed size that a time is in, as a struct of start and end; for GROUP BY.",
      shown: [
        "SELECT window(t, '10 minutes').start FROM VALUES (timestamp'2024-01-01 00:07:00') AS v(t)": "2024-01-01 00:00:00"
      ]),
    FunctionDoc(
      "session_window", .window, "session_window(time, gap)",
      "The session of a time, which ends when nothing comes for so long; for GROUP BY.",
      shown: [
        "SELECT session_window(t, '5 minutes').end FROM VALUES (timestamp'2024-01-01 00:07:00') AS v(t) GROUP BY session_window(t, '5 minutes')":
          "2024-01-01 00:12:00"
      ]),
    FunctionDoc(
      "window_time", .window, "window_time(window)", "The last microsecond of a window: the event time of its row.",
      shown: [
        "SELECT window_time(w) FROM (SELECT window(t, '10 minutes') AS w FROM VALUES (timestamp'2024-01-01 00:07:00') AS v(t))":
          "2024-01-01 00:09:59.999999"
      ]),
  ]
}
