import Testing

@testable import Planning

/// Plans as EXPLAIN shows them.
struct PlanTests {
  @Test func wordCount() throws {
    let sql = """
      SELECT word, count(*) AS count FROM (SELECT explode(split(value, ' ')) AS word FROM lines) GROUP BY word
      """
    #expect(
      try Planning(optimizer: .off).logical(sql) == """
        Project word, count(1) AS count
        └─ Aggregate by word: count(1)
           └─ Project word
              └─ Generate explode(split(value, ' ')) AS word beside value
                 └─ Scan lines [value] (fake)
        """)
  }
}
