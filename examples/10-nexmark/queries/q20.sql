-- Bids with what they are for, in one category.
CREATE TABLE result (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, bid_dateTime TIMESTAMP(3), itemName VARCHAR, expires TIMESTAMP(3), seller BIGINT, category BIGINT) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT auction, bidder, price, channel, url, B.dateTime, itemName, expires, seller, category
FROM bid AS B INNER JOIN auction AS A ON B.auction = A.id WHERE A.category = 10;
