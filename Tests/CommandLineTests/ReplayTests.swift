import ProcessTesting
import Testing

/// A script under a virtual clock prints the same bytes in every run (SEM-13).
struct ReplayTests {
  private static let script = """
    CREATE STREAM s (k STRING, n INT, t TIMESTAMP, WATERMARK FOR t AS t - INTERVAL 5 SECONDS) USING memory;
    CREATE STREAM u (k STRING, n BIGINT) USING memory;
    START QUERY a INTO console OPTIONS (format 'jsonl') AS SELECT 'a' AS q, k, sum(n) AS n FROM s GROUP BY k OUTPUT MODE UPDATE;
    START QUERY b INTO console AS SELECT window.start AS w, count(*) AS n FROM s GROUP BY window(t, '10 seconds') OUTPUT MODE APPEND;
    START QUERY c INTO console OPTIONS (format 'pprint') AS SELECT k, count(*) FROM s GROUP BY batch(), k TRIGGER EVERY 2 SECONDS;
    START QUERY d INTO console OPTIONS (format 'jsonl') AS SELECT 'd' AS q, timestamp, value FROM rate(rowsPerSecond => 3);
    START QUERY e INTO u AS SELECT k, n FROM s WHERE n > 1;
    START QUERY f INTO console OPTIONS (format 'jsonl') AS SELECT 'f' AS q, k, n, current_timestamp() AS now FROM u;
    INSERT INTO s VALUES ('x', 1, TIMESTAMP '2024-01-01 00:00:01'), ('y', 2, TIMESTAMP '2024-01-01 00:00:12');
    ADVANCE CLOCK BY INTERVAL 1 SECOND;
    INSERT INTO s VALUES ('x', 3, TIMESTAMP '2024-01-01 00:00:31');
    ADVANCE CLOCK BY INTERVAL 1 SECOND;
    PROCESS;
    INSERT INTO s VALUES ('y', 4, TIMESTAMP '2024-01-01 00:00:02');
    ADVANCE CLOCK BY INTERVAL 5 SECONDS;
    SELECT k, n FROM u;
    """

  @Test func theSameBytesInTwentyRuns() throws {
    let first = try streamsql("--clock", "virtual", "-m", "csv", input: Self.script)
    #expect(first.code == 0, "\(first.errors)")
    for q in ["\"a\"", "\"d\"", "\"f\"", "Time: ", "Batch: "] { #expect(first.output.contains(q), "\(first.output)") }
    for run in 1..<20 {
      let again = try streamsql("--clock", "virtual", "--workers", "\(1 + run % 2)", "-m", "csv", input: Self.script)
      #expect(again.output == first.output, "run \(run)")
      #expect(again.errors == first.errors)
    }
  }
}
