-- Bids beside a table of a file, looked up as it is at the moment.
CREATE TABLE side_input (key BIGINT, `value` VARCHAR)
  WITH ('connector.type' = 'filesystem', 'connector.path' = 'file://${SIDE}/side_input.txt', 'format.type' = 'csv');
CREATE TABLE result (auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), `value` VARCHAR) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT B.auction, B.bidder, B.price, B.dateTime, S.`value`
FROM (SELECT *, PROCTIME() AS p_time FROM bid) B
JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON mod(B.auction, 10000) = S.key;
