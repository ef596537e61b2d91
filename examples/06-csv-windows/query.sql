SELECT * FROM 'bids.csv' WHERE channel LIKE '%"%' OR channel IS NULL;

INSERT INTO 'windows.csv'
  SELECT window.start AS `from`, auction, count(*) AS bids, max(price) AS highest
  FROM 'bids.csv'
  GROUP BY window(dateTime, '10 seconds'), auction
  ORDER BY `from`, auction;

SELECT * FROM 'windows.csv';

-- The same data, with columns and options of one's own: records that do not fit are left out, and counted.
CREATE TABLE cheap (auction BIGINT, bidder INT, price TINYINT, channel STRING, dateTime TIMESTAMP)
USING csv OPTIONS (path 'bids.csv', header 'true', nullValue 'Google', mode 'DROPMALFORMED');
SELECT auction, price, channel FROM cheap;
SELECT line, reason FROM errors(cheap);

-- A table over a file that is not there yet: the first INSERT makes it.
CREATE TABLE notes (auction BIGINT, note STRING) USING json OPTIONS (path 'notes.json');
INSERT INTO notes VALUES (1001, 'sold'), (1002, NULL);
SELECT * FROM notes;
