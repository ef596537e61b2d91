CREATE STREAM clicks (word STRING, n INT) USING memory;

-- reduceByKeyAndWindow(lambda x, y: x + y, lambda x, y: x - y, 30, 10)
CREATE AGGREGATE added(x BIGINT) RETURNS BIGINT
  INITIAL 0 UPDATE (s, x) -> s + x INVERSE (s, x) -> s - x MERGE (a, b) -> a + b;

START QUERY windows INTO console OPTIONS (format 'jsonl') AS
  SELECT date_format(w.end, 'mm:ss') AS till, word, own, built_in, count FROM (
    SELECT window(proctime(), '30 seconds', '10 seconds') AS w, word,
      added(n) AS own,        -- reduceByKeyAndWindow with a function of one's own
      sum(n) AS built_in,     -- and with a built-in one
      count(*) AS count       -- countByValueAndWindow
    FROM clicks GROUP BY window(proctime(), '30 seconds', '10 seconds'), word)
  OUTPUT MODE APPEND;

INSERT INTO clicks VALUES ('green', 3), ('blue', 5);
PROCESS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
INSERT INTO clicks VALUES ('green', 4);
PROCESS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
STOP QUERY windows;

-- window, countByWindow and reduceByWindow: no key.
CREATE STREAM taps (word STRING, n INT) USING memory;
START QUERY totals INTO console OPTIONS (format 'jsonl') AS
  SELECT date_format(w.end, 'mm:ss') AS till, rows, greatest, words FROM (
    SELECT window(proctime(), '30 seconds', '10 seconds') AS w, count(*) AS rows, max(n) AS greatest, collect_list(word) AS words
    FROM taps GROUP BY window(proctime(), '30 seconds', '10 seconds'))
  OUTPUT MODE APPEND;
INSERT INTO taps VALUES ('green', 3), ('blue', 5);
PROCESS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
INSERT INTO taps VALUES ('green', 4);
PROCESS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
ADVANCE CLOCK BY INTERVAL 10 SECONDS;
