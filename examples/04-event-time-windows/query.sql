-- Readings that come a little out of order: a window is shown once, when no more of it can come.
CREATE STREAM readings (ts TIMESTAMP, sensor STRING, celsius DOUBLE, WATERMARK FOR ts AS ts - INTERVAL 10 SECONDS) USING memory;

START QUERY per_window INTO console OPTIONS (truncate 'false') AS
  SELECT window.start AS `from`, window.end AS `to`, sensor, count(*) AS n, max(celsius) AS hottest
  FROM readings
  GROUP BY window(ts, '10 seconds'), sensor
  OUTPUT MODE APPEND;

INSERT INTO readings VALUES
  (TIMESTAMP '2024-03-01 10:00:01', 'a', 20.5), (TIMESTAMP '2024-03-01 10:00:04', 'b', 18), (TIMESTAMP '2024-03-01 10:00:12', 'a', 21);
PROCESS;
INSERT INTO readings VALUES (TIMESTAMP '2024-03-01 10:00:09', 'a', 22.5), (TIMESTAMP '2024-03-01 10:00:31', 'b', 19);
PROCESS;
INSERT INTO readings VALUES (TIMESTAMP '2024-03-01 10:00:02', 'b', 99), (TIMESTAMP '2024-03-01 10:00:33', 'b', 17);
PROCESS;

-- What came after its window had been shown.
SELECT sensor, celsius FROM late(per_window);
