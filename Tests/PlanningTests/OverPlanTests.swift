import Columnar
import Testing

@testable import Planning

/// How window functions, top-N and DISTINCT ON run, and what bounds their state.
struct OverPlanTests {
  @Test(arguments: [
    ("rn <= 3", "RankLimit row_number <= 3"), ("rn < 3", "RankLimit row_number <= 2"), ("2 >= rn", "RankLimit row_number <= 2"),
    ("rn = 1", "RankLimit row_number <= 1"), ("rn BETWEEN 1 AND 4", "RankLimit row_number <= 4"),
    ("rn IN (1, 3)", "RankLimit row_number <= 3"), ("rn <= 5 AND rn <= 2", "RankLimit row_number <= 2"),
    ("rn > 1", "Over by"), ("rn <= 0", "Over by"), ("rn <= 3 OR age > 1", "Over by"),
  ])
  func conditionOnRank(_ condition: String, _ expected: String) throws {
    let sql = """
      SELECT id FROM (SELECT id, age, row_number() OVER (PARTITION BY name ORDER BY age DESC) AS rn FROM endless) WHERE \(condition)
      """
    for optimizer in [Optimizer.standard, .off] {
      let plan = try Planning(optimizer: optimizer).physical(sql)
      #expect(plan.contains(expected), "\(plan)")
    }
  }

  @Test func rankIsNotKeptWhereNobodyLooks() throws {
    let sql = "SELECT id FROM endless QUALIFY row_number() OVER (PARTITION BY name ORDER BY age) <= 3"
    let plan = try Planning().physical(sql)
    #expect(!plan.contains("with the rank"), "\(plan)")
    #expect(plan.contains("state UNBOUNDED: 3 rows per distinct name"), "\(plan)")
  }

  @Test(arguments: [
    ("SELECT sum(v) OVER (PARTITION BY k ORDER BY v) FROM ev", "state UNBOUNDED: every row, since any may get another value"),
    (
      "SELECT count(*) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL 5 SECONDS PRECEDING AND CURRENT ROW) FROM ev OUTPUT MODE APPEND",
      "state bounded by rows whose ts is ahead of the watermark, those at most 5 s behind it"
    ),
    (
      "SELECT sum(v) OVER (ORDER BY ts), lag(v) OVER (ORDER BY ts) FROM ev OUTPUT MODE APPEND",
      "state bounded by rows whose ts is ahead of the watermark, 1 row behind it, 1 state"
    ),
    (
      "SELECT sum(v) OVER (PARTITION BY k ORDER BY ts) FROM ev OUTPUT MODE APPEND",
      "state UNBOUNDED: rows whose ts is ahead of the watermark, and one state per distinct k"
    ),
    (
      "SELECT v FROM ev QUALIFY row_number() OVER (PARTITION BY window(ts, '10 seconds') ORDER BY v) <= 2",
      "state bounded by 2 rows for each of the partitions whose"
    ),
    ("SELECT DISTINCT ON (k) WITHIN WATERMARK k, v FROM ev", "state bounded by 1 row per k, until the watermark is 5 s behind its first ts"),
    ("SELECT k, v FROM ev ORDER BY v LIMIT 3", "state bounded by 3 rows"),
  ])
  func stateBound(_ sql: String, _ expected: String) throws {
    let planning = Planning()
    let fields = [Field("ts", .timestamp), Field("k", .string), Field("v", .int)]
    planning.catalog.add("ev", Schema(fields), isBounded: false, canEnd: true)
    let timed = sql.split(separator: "FROM ev", omittingEmptySubsequences: false).joined(separator: "FROM ev WATERMARK ts DELAY OF INTERVAL 5 SECONDS")
    let plan = try planning.physical(timed)
    #expect(plan.contains(expected), "\(plan)")
  }
}
