-- Bids of people who sell, with what they sell: a join of three streams.
CREATE TABLE result (bidder BIGINT, price BIGINT, person_id BIGINT, name VARCHAR, city VARCHAR, itemName VARCHAR, seller BIGINT, category BIGINT) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT bidder, price, P.id AS person_id, name, city, itemName, seller, category
FROM bid B JOIN person P ON P.id = B.bidder JOIN auction A ON A.seller = B.bidder;
