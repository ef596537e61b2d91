-- Every bid, as it is.
CREATE TABLE result (auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra VARCHAR) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT auction, bidder, price, dateTime, extra FROM bid;
