import Diagnostics
import Testing

@testable import SQLSyntax

/// The queries of the Nexmark benchmark in Flink's dialect, written anew (q6 is not valid SQL as published).
enum Nexmark {
  static let definitions = [
    """
    CREATE TABLE datagen (
      event_type INT,
      person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR,
        `dateTime` TIMESTAMP(3), extra VARCHAR>,
      auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,
        `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
      bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3),
        extra VARCHAR>,
      `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` WHEN event_type = 1 THEN auction.`dateTime`
        ELSE bid.`dateTime` END,
      WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
    ) WITH ('connector' = 'nexmark', 'first-event.rate' = '${TPS}', 'events.num' = '${EVENTS_NUM}')
    """,
    "CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, `dateTime`, bid.extra FROM ${NEXMARK_TABLE} WHERE event_type = 2",
    "CREATE FUNCTION count_char AS 'com.github.nexmark.flink.udf.CountChar'",
    "CREATE TABLE nexmark_q0 (auction BIGINT, bidder BIGINT, `dateTime` TIMESTAMP(3), extra VARCHAR) WITH ('connector' = 'blackhole')",
    "CREATE TABLE side_input (key BIGINT, `value` VARCHAR) WITH ('connector' = 'filesystem', 'path' = 'file://${FLINK_HOME}/data/side_input.txt', 'format' = 'csv')",
  ]

  static let queries = [
    "INSERT INTO nexmark_q0 SELECT auction, bidder, price, `dateTime`, extra FROM bid",
    "INSERT INTO nexmark_q1 SELECT auction, bidder, 0.908 * price as price, `dateTime`, extra FROM bid",
    "INSERT INTO nexmark_q2 SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0",
    """
    INSERT INTO nexmark_q3 SELECT P.name, P.city, P.state, A.id FROM auction AS A INNER JOIN person AS P on A.seller = P.id
    WHERE A.category = 10 and (P.state = 'OR' OR P.state = 'ID' OR P.state = 'CA')
    """,
    """
    INSERT INTO nexmark_q4 SELECT Q.category, AVG(Q.final) FROM (
      SELECT MAX(B.price) AS final, A.category FROM auction A, bid B
      WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.category) Q
    GROUP BY Q.category
    """,
    """
    INSERT INTO nexmark_q5 SELECT AuctionBids.auction, AuctionBids.num FROM (
      SELECT auction, count(*) AS num, window_start AS starttime, window_end AS endtime
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
      GROUP BY auction, window_start, window_end) AS AuctionBids
    JOIN (SELECT max(CountBids.num) AS maxn, CountBids.starttime, CountBids.endtime FROM (
      SELECT count(*) AS num, window_start AS starttime, window_end AS endtime
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
      GROUP BY auction, window_start, window_end) AS CountBids GROUP BY CountBids.starttime, CountBids.endtime) AS MaxBids
    ON AuctionBids.starttime = MaxBids.starttime AND AuctionBids.endtime = MaxBids.endtime AND AuctionBids.num >= MaxBids.maxn
    """,
    """
    INSERT INTO nexmark_q7 SELECT B.auction, B.price, B.bidder, B.`dateTime`, B.extra from bid B JOIN (
      SELECT MAX(price) AS maxprice, window_end as `dateTime`
      FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) B1
    ON B.price = B1.maxprice WHERE B.`dateTime` BETWEEN B1.`dateTime` - INTERVAL '10' SECOND AND B1.`dateTime`
    """,
    """
    INSERT INTO nexmark_q8 SELECT P.id, P.name, P.starttime FROM (
      SELECT id, name, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end) P
    JOIN (SELECT seller, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY seller, window_start, window_end) A
    ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime
    """,
    """
    INSERT INTO nexmark_q9 SELECT id, itemName, description, auction, bidder, price, bid_dateTime, bid_extra FROM (
      SELECT A.*, B.auction, B.bidder, B.price, B.`dateTime` AS bid_dateTime, B.extra AS bid_extra,
        ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.`dateTime` ASC) AS rownum
      FROM auction A, bid B WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires) WHERE rownum <= 1
    """,
    "INSERT INTO nexmark_q10 SELECT auction, bidder, price, `dateTime`, extra, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), DATE_FORMAT(`dateTime`, 'HH:mm') FROM bid",
    """
    INSERT INTO nexmark_q11 SELECT B.bidder, count(*) as bid_count, SESSION_START(B.`dateTime`, INTERVAL '10' SECOND) as starttime,
    SESSION_END(B.`dateTime`, INTERVAL '10' SECOND) as endtime FROM bid B GROUP BY B.bidder, SESSION(B.`dateTime`, INTERVAL '10' SECOND)
    """,
    """
    INSERT INTO nexmark_q12 SELECT bidder, count(*) as bid_count, window_start AS starttime, window_end AS endtime
    FROM TABLE(TUMBLE(TABLE (SELECT *, PROCTIME() as p_time FROM bid), DESCRIPTOR(p_time), INTERVAL '10' SECOND))
    GROUP BY bidder, window_start, window_end
    """,
    """
    INSERT INTO nexmark_q13 SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value`
    FROM (SELECT *, PROCTIME() as p_time FROM bid) B JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON mod(B.auction, 10000) = S.key
    """,
    """
    INSERT INTO nexmark_q14 SELECT auction, bidder, 0.908 * price as price,
      CASE WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime'
           WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
      `dateTime`, extra, count_char(extra, 'c') AS c_counts
    FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000
    """,
    """
    INSERT INTO nexmark_q15 SELECT DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') as `day`, count(*) AS total_bids,
      count(*) filter (where price < 10000) AS rank1_bids,
      count(*) filter (where price >= 10000 and price < 1000000) AS rank2_bids,
      count(distinct bidder) AS total_bidders, count(distinct bidder) filter (where price < 10000) AS rank1_bidders
    FROM bid GROUP BY DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')
    """,
    """
    INSERT INTO nexmark_q16 SELECT channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') as `day`, max(DATE_FORMAT(`dateTime`, 'HH:mm')) as `minute`,
      count(*) AS total_bids, count(distinct auction) filter (where price >= 1000000) AS rank3_auctions
    FROM bid GROUP BY channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')
    """,
    """
    INSERT INTO nexmark_q17 SELECT auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') as `day`, min(price) AS min_price,
      avg(price) AS avg_price, sum(price) AS sum_price FROM bid GROUP BY auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')
    """,
    """
    INSERT INTO nexmark_q18 SELECT auction, bidder, price, channel, url, `dateTime`, extra FROM (
      SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY `dateTime` DESC) AS rank_number FROM bid)
    WHERE rank_number <= 1
    """,
    """
    INSERT INTO nexmark_q19 SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number FROM bid)
    WHERE rank_number <= 10
    """,
    """
    INSERT INTO nexmark_q20 SELECT auction, bidder, B.price, channel, A.itemName FROM bid AS B INNER JOIN auction AS A on B.auction = A.id
    WHERE A.category = 10
    """,
    """
    INSERT INTO nexmark_q21 SELECT auction, bidder, price, channel, CASE
        WHEN lower(channel) = 'apple' THEN '0' WHEN lower(channel) = 'google' THEN '1'
        ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id
    FROM bid where REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) is not null or lower(channel) in ('apple', 'google', 'facebook', 'baidu')
    """,
    """
    INSERT INTO nexmark_q22 SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3) as dir1, SPLIT_INDEX(url, '/', 4) as dir2 FROM bid
    """,
    """
    INSERT INTO nexmark_q23 SELECT B.auction, B.bidder, P.name, A.itemName FROM bid B JOIN person P ON B.bidder = P.id JOIN auction A ON B.auction = A.id
    """,
    """
    SELECT * FROM bid MATCH_RECOGNIZE (
      PARTITION BY bidder ORDER BY `dateTime`
      MEASURES FIRST(A.price) AS first_price, LAST(C.price) AS last_price, COUNT(B.price) AS n
      ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A B+? C) WITHIN INTERVAL '10' SECOND
      DEFINE A AS A.price > 100, B AS B.price < PREV(B.price), C AS C.price > A.price)
    """,
  ]
}

struct NexmarkTests {
  @Test(arguments: Nexmark.definitions + Nexmark.queries)
  func parsesAndRoundTrips(_ text: String) throws {
    let variables = ["TPS": "1", "EVENTS_NUM": "10", "NEXMARK_TABLE": "datagen", "FLINK_HOME": "/opt"]
    let tree = try Parser.parseStatement(SourceText(name: "nexmark", text: text).substituting(variables))
    #expect(try parse(tree.sql) == tree)
  }
}
