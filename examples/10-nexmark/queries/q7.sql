-- The highest bids of each window.
CREATE TABLE result (auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra VARCHAR) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT B.auction, B.bidder, B.price, B.dateTime, B.extra
FROM bid B JOIN (
  SELECT MAX(price) AS most, window_end AS ends
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) W
ON B.price = W.most
WHERE B.dateTime BETWEEN W.ends - INTERVAL '10' SECOND AND W.ends;
