-- The winning bid of each auction.
CREATE TABLE result (id BIGINT, itemName VARCHAR, seller BIGINT, category BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3)) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT id, itemName, seller, category, auction, bidder, price, bid_dateTime
FROM (SELECT A.*, B.auction, B.bidder, B.price, B.dateTime AS bid_dateTime,
        ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime ASC) AS rownum
      FROM auction A, bid B WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires)
WHERE rownum <= 1;
