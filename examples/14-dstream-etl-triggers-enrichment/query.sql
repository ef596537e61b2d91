-- ETL: clean, aggregate, store. A table with a PRIMARY KEY takes the latest row of each key.
CREATE STREAM raw (line STRING) USING memory;
CREATE TABLE sales_by_shop (shop STRING PRIMARY KEY, sales BIGINT, total DECIMAL(20, 2)) USING memory;
CREATE FUNCTION clean(s STRING) RETURNS STRING RETURN lower(trim(s));
CREATE TEMP VIEW parsed AS
  SELECT clean(split(line, ',')[0]) AS shop, try_cast(split(line, ',')[1] AS DECIMAL(10, 2)) AS amount FROM raw WHERE line LIKE '%,%';
INSERT INTO sales_by_shop
  SELECT shop, count(*), sum(amount) FROM parsed WHERE amount IS NOT NULL GROUP BY shop;

INSERT INTO raw VALUES (' North ,10.50'), ('south,3'), ('nonsense'), ('south,many');
PROCESS;
INSERT INTO raw VALUES ('NORTH,1.25');
PROCESS;
SELECT * FROM sales_by_shop ORDER BY shop;

-- Triggers: what is out of bounds, and who is silent.
CREATE STREAM readings (device STRING, celsius DOUBLE) USING memory;
START QUERY alerts INTO console OPTIONS (format 'jsonl') AS
  SELECT 'too hot' AS alert, device, celsius FROM readings WHERE celsius > 80;
INSERT INTO readings VALUES ('a', 20), ('b', 95);
PROCESS;
STOP QUERY alerts;
START QUERY heard INTO console OPTIONS (format 'jsonl') AS
  SELECT device, last(celsius) AS celsius FROM readings GROUP BY device TIMEOUT 1 MINUTE OUTPUT MODE CHANGELOG;
PROCESS;
ADVANCE CLOCK BY INTERVAL 50 SECONDS;
INSERT INTO readings VALUES ('a', 21);
PROCESS;
ADVANCE CLOCK BY INTERVAL 50 SECONDS;
STOP QUERY heard;

-- Enrichment: flights with the weather of their airport, as it is.
CREATE TABLE weather (airport STRING PRIMARY KEY, sky STRING) USING memory;
INSERT INTO weather VALUES ('SEA', 'rain'), ('JFK', 'clear');
CREATE STREAM flights (flight STRING, airport STRING) USING memory;
CREATE MATERIALIZED VIEW board AS SELECT flight, f.airport, sky FROM flights f LEFT JOIN weather w ON f.airport = w.airport;
START QUERY changes INTO console OPTIONS (format 'jsonl') AS SELECT * FROM board OUTPUT MODE CHANGELOG;
INSERT INTO flights VALUES ('AS1', 'SEA'), ('AS2', 'JFK'), ('AS3', 'ORD');
PROCESS;
UPDATE weather SET sky = 'fog' WHERE airport = 'JFK';
INSERT INTO weather VALUES ('ORD', 'snow');
PROCESS;
SELECT * FROM board ORDER BY flight;
