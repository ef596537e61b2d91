-- The auctions with the most bids in each sliding window.
CREATE TABLE result (auction BIGINT, num BIGINT) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT mine.auction, mine.num
FROM (SELECT auction, count(*) AS num, window_start AS s, window_end AS e
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
      GROUP BY auction, window_start, window_end) AS mine
JOIN (SELECT max(every.num) AS most, every.s, every.e
      FROM (SELECT count(*) AS num, window_start AS s, window_end AS e
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
      GROUP BY auction, window_start, window_end) AS every
      GROUP BY every.s, every.e) AS best
ON mine.s = best.s AND mine.e = best.e AND mine.num >= best.most;
