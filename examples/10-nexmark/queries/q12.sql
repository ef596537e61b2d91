-- Bids by windows of the clock on the wall.
CREATE VIEW B AS SELECT *, PROCTIME() AS p_time FROM bid;
CREATE TABLE result (bidder BIGINT, bid_count BIGINT) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT bidder, count(*) AS bid_count
FROM TABLE(TUMBLE(TABLE B, DESCRIPTOR(p_time), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end;
