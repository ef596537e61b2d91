CREATE STREAM words (word STRING) USING memory;

-- updateStateByKey(updateFunc, initialRDD): counts that go on from where a table left them.
CREATE TABLE initial (word STRING, n BIGINT) USING memory;
INSERT INTO initial VALUES ('green', 10), ('red', 1);
CREATE AGGREGATE running_count() RETURNS BIGINT
  INITIAL FROM (SELECT word, n FROM initial) UPDATE s -> coalesce(s, 0) + 1;

START QUERY running INTO console OPTIONS (format 'jsonl') AS
  SELECT word, running_count() AS count FROM words GROUP BY word OUTPUT MODE COMPLETE;
INSERT INTO words VALUES ('green'), ('green'), ('green'), ('blue');
PROCESS;
INSERT INTO words VALUES ('gohawks');
PROCESS;
STOP QUERY running;

-- The most recent pages of each user (three here, to be short): the list is the state.
CREATE STREAM visits (user STRING, url STRING) USING memory;
CREATE AGGREGATE recent(url STRING) RETURNS ARRAY<STRING>
  INITIAL array() UPDATE (s, url) -> slice(concat(array(url), s), 1, 3);

START QUERY pages INTO console OPTIONS (format 'jsonl') AS
  SELECT user, recent(url) AS pages FROM visits GROUP BY user;
INSERT INTO visits VALUES ('ann', '/'), ('bob', '/'), ('ann', '/shop'), ('ann', '/cart');
PROCESS;
INSERT INTO visits VALUES ('ann', '/pay'), ('bob', '/help');
PROCESS;
STOP QUERY pages;

-- mapWithState with a timeout: who has not been seen for a minute is taken out of the result.
CREATE AGGREGATE visit_count(url STRING) RETURNS INT INITIAL 0 UPDATE (s, url) -> s + 1 TIMEOUT 1 MINUTE;
START QUERY online INTO console OPTIONS (format 'jsonl') AS
  SELECT user, visit_count(url) AS n FROM visits GROUP BY user OUTPUT MODE CHANGELOG;
PROCESS;
ADVANCE CLOCK BY INTERVAL 40 SECONDS;
INSERT INTO visits VALUES ('ann', '/bye');
PROCESS;
ADVANCE CLOCK BY INTERVAL 40 SECONDS;
ADVANCE CLOCK BY INTERVAL 40 SECONDS;
STOP QUERY online;

-- A state that becomes NULL drops its key: orders that are open.
CREATE STREAM orders (id INT, change INT) USING memory;
CREATE AGGREGATE open_items(change INT) RETURNS INT INITIAL 0 UPDATE (s, change) -> nullif(s + change, 0);
START QUERY open INTO console OPTIONS (format 'jsonl') AS
  SELECT id, open_items(change) AS items FROM orders GROUP BY id OUTPUT MODE CHANGELOG;
INSERT INTO orders VALUES (1, 2), (2, 1);
PROCESS;
INSERT INTO orders VALUES (1, -2), (2, 1);
PROCESS;
