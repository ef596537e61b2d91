import Testing

@testable import Planning

/// What each rule makes of a plan that shows it.
struct OptimizerTests {
  private func optimized(_ sql: String, _ rules: any OptimizerRule...) throws -> String {
    try Planning(optimizer: Optimizer(rules: rules)).optimized(sql)
  }

  @Test func constantsAreFolded() throws {
    #expect(
      try optimized("SELECT age + (1 + 2) AS a, CASE WHEN 1 > 2 THEN age ELSE id END AS b FROM people", FoldConstants())
        == """
        Project (age + 3) AS a, id AS b
        └─ Scan people [id, name, age] (fake)
        """)
  }

  /// The error belongs to the rows that ask for the value.
  @Test func whatFailsIsNotFolded() throws {
    #expect(
      try optimized("SELECT 1 div 0 AS a, CASE WHEN age > 0 THEN 2 ELSE 1 div 0 END AS b FROM people", FoldConstants())
        == """
        Project (1L div 0L) AS a, CASE WHEN (age > 0) THEN 2L ELSE (1L div 0L) END AS b
        └─ Scan people [id, name, age] (fake)
        """)
  }

  @Test func filtersMoveDown() throws {
    let sql = """
      SELECT * FROM (SELECT id, tag, upper(tag) AS big FROM orders LATERAL VIEW explode(tags) AS tag)
      WHERE id > 3 AND tag <> 'x' AND big = 'Y'
      """
    #expect(
      try optimized(sql, FoldConstants(), PushFilters()) == """
        Project id, tag, big
        └─ Filter (big = 'Y')
           └─ Project id, col AS tag, upper(col) AS big
              └─ Filter (col != 'x')
                 └─ Generate explode(tags) AS col beside id, customer_id, price, tags, at, address, extra
                    └─ Filter (id > 3L)
                       └─ Scan orders [id, customer_id, price, tags, at, address, extra] (fake)
        """)
  }

  @Test func filtersOnKeysMoveBelowGrouping() throws {
    let sql = "SELECT name, count(*) AS n FROM people GROUP BY name HAVING n > 1 AND name = 'x'"
    #expect(
      try Planning().optimized(sql) == """
        Project name, count(1) AS n
        └─ Filter (count(1) > 1L)
           └─ Aggregate by name: count(1)
              └─ Filter (name = 'x')
                 └─ Scan people [name] (fake)
        """)
  }

  /// A group that is there without rows must not vanish.
  @Test func filtersStayAboveTheOneGroup() throws {
    #expect(
      try Planning().optimized("SELECT count(*) AS n FROM people HAVING false") == """
        Project count(1) AS n
        └─ Filter false
           └─ Aggregate: count(1)
              └─ Scan people [id] (fake)
        """)
  }

  /// 10 / age would be computed for rows without tags.
  @Test func conditionsThatFailDoNotOvertake() throws {
    let sql = """
      SELECT tag FROM (SELECT customer_id, explode(tags) AS tag FROM orders) WHERE 10 div customer_id > 1
      """
    #expect(
      try Planning().optimized(sql) == """
        Project tag
        └─ Filter ((10L div cast(customer_id AS bigint)) > 1L)
           └─ Generate explode(tags) AS tag beside customer_id
              └─ Scan orders [customer_id, tags] (fake)
        """)
  }

  @Test func limitsAreNotPassed() throws {
    #expect(
      try Planning().optimized("SELECT * FROM (SELECT id FROM people LIMIT 3) WHERE id > 1") == """
        Filter (id > 1)
        └─ Limit 3
           └─ Scan people [id] (fake)
        """)
  }

  @Test func projectionsMerge() throws {
    #expect(
      try optimized("SELECT a + a AS b, c FROM (SELECT id + 1 AS a, age AS c FROM people)", MergeProjects()) == """
        Project (a + a) AS b, c
        └─ Project (id + 1) AS a, age AS c
           └─ Scan people [id, name, age] (fake)
        """)
    #expect(
      try optimized("SELECT a * 2 AS b, c + c AS d FROM (SELECT id + 1 AS a, age AS c FROM people)", MergeProjects()) == """
        Project ((id + 1) * 2) AS b, (age + age) AS d
        └─ Scan people [id, name, age] (fake)
        """)
  }

  @Test func diceAreRolledOnce() throws {
    #expect(
      try optimized("SELECT r + 1 AS a FROM (SELECT rand() AS r FROM people)", MergeProjects()) == """
        Project (r + 1.0D) AS a
        └─ Project rand() AS r
           └─ Scan people [id, name, age] (fake)
        """)
  }

  @Test func onlyNeededColumnsAreRead() throws {
    #expect(
      try optimized("SELECT n FROM (SELECT name AS n, age FROM people WHERE id > 1)", PruneColumns()) == """
        Project n
        └─ Project name AS n
           └─ Filter (id > 1)
              └─ Scan people [id, name] (fake)
        """)
    #expect(
      try Planning().optimized("SELECT id FROM people UNION ALL SELECT age FROM people WHERE name = 'x'") == """
        Union of 2
        ├─ Scan people [id] (fake)
        └─ Project age
           └─ Filter (name = 'x')
              └─ Scan people [name, age] (fake)
        """)
  }

  @Test func limitsMerge() throws {
    #expect(
      try Planning().optimized("SELECT id FROM (SELECT id FROM people LIMIT 10 OFFSET 1) LIMIT 20 OFFSET 4") == """
        Limit 6 OFFSET 5
        └─ Scan people [id] (fake)
        """)
  }

  // MARK: Joins

  private func joined(_ sql: String) throws -> String {
    try optimized(sql, FactorDisjunctions(), PushFilters(), JoinOrder(), PruneColumns())
  }

  /// `people` and `p2` have nothing in common but the orders between them.
  @Test func relationsMeetThoseTheyAreEqualTo() throws {
    #expect(
      try joined(
        "SELECT p.name FROM people p, people p2, orders o WHERE p.id = o.customer_id AND p2.age = o.id AND p.age < p2.age") == """
          Project name
          └─ Project name
             └─ Join inner on ((age < age) AND (cast(age AS bigint) = id))
                ├─ Join inner on (id = customer_id)
                │  ├─ Scan people [id, name, age] (fake)
                │  └─ Scan orders [id, customer_id] (fake)
                └─ Scan people [age] (fake)
          """)
  }

  @Test func joinsByEqualityKeepTheirOrder() throws {
    #expect(
      try joined("SELECT p.name FROM people p, orders o, people p2 WHERE p.id = o.customer_id AND p2.id = p.id") == """
        Project name
        └─ Join inner on (id = id)
           ├─ Join inner on (id = customer_id)
           │  ├─ Scan people [id, name] (fake)
           │  └─ Scan orders [customer_id] (fake)
           └─ Scan people [id] (fake)
        """)
  }

  @Test func whatCanFailIsAskedLast() throws {
    #expect(
      try joined(
        """
        SELECT p.name FROM people p, orders o, people p2, orders o2
        WHERE p.id = p2.id AND o.id = o2.id AND p.age = o2.customer_id AND 10 div p.age > o2.customer_id
        """) == """
          Project name
          └─ Project name
             └─ Join inner on ((id = id) AND ((10L div cast(age AS bigint)) > cast(customer_id AS bigint)))
                ├─ Join inner on (age = customer_id)
                │  ├─ Join inner on (id = id)
                │  │  ├─ Scan people [id, name, age] (fake)
                │  │  └─ Scan people [id] (fake)
                │  └─ Scan orders [id, customer_id] (fake)
                └─ Scan orders [id] (fake)
          """)
  }

  @Test func whatAllWaysAskForIsFactoredOut() throws {
    #expect(
      try joined(
        """
        SELECT p.name FROM people p, orders o
        WHERE (p.id = o.customer_id AND p.name = 'a' AND o.id > 1) OR (o.customer_id = p.id AND o.id < 7 AND p.name = 'b')
        """) == """
          Project name
          └─ Join inner on ((id = customer_id) AND (((name = 'a') AND (id > 1L)) OR ((id < 7L) AND (name = 'b'))))
             ├─ Filter ((name = 'a') OR (name = 'b'))
             │  └─ Scan people [id, name] (fake)
             └─ Filter ((id > 1L) OR (id < 7L))
                └─ Scan orders [id, customer_id] (fake)
          """)
    #expect(
      try joined("SELECT * FROM people WHERE (id = 1 AND age > 2) OR id = 1") == """
        Project id, name, age
        └─ Filter (id = 1)
           └─ Scan people [id, name, age] (fake)
        """)
  }

  /// 10 / id is asked for only where its way has asked for id > 0 before.
  @Test func whatCanFailIsNotFactoredOut() throws {
    #expect(
      try joined("SELECT * FROM people WHERE (id > 0 AND 10 div id > 2) OR (id < 0 AND 10 div id > 2)") == """
        Project id, name, age
        └─ Filter (((id > 0) AND ((10L div cast(id AS bigint)) > 2L)) OR ((id < 0) AND ((10L div cast(id AS bigint)) > 2L)))
           └─ Scan people [id, name, age] (fake)
        """)
  }

  /// Rows of the outer side stay, whatever the condition says of them.
  @Test func onlySidesThatMayLoseRowsAreToldWhatIsImplied() throws {
    #expect(
      try joined(
        """
        SELECT p.name FROM people p LEFT JOIN orders o
        ON p.id = o.customer_id AND ((p.name = 'a' AND o.id > 1) OR (p.name = 'b' AND o.id < 7))
        """) == """
          Project name
          └─ Join left on ((id = customer_id) AND (((name = 'a') AND (id > 1L)) OR ((name = 'b') AND (id < 7L))))
             ├─ Scan people [id, name] (fake)
             └─ Filter ((id > 1L) OR (id < 7L))
                └─ Scan orders [id, customer_id] (fake)
          """)
  }
}
