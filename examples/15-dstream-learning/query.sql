-- Sessions: events of a player at most ten seconds apart.
CREATE STREAM actions (player STRING, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL 0 SECONDS) USING memory;
CREATE STREAM sessions (player STRING, seconds DOUBLE, actions DOUBLE) USING memory;
INSERT INTO sessions
  SELECT player, timestampdiff(SECOND, w.start, w.end) - 10, n FROM (
    SELECT player, session_window(ts, '10 seconds') AS w, count(*) AS n FROM actions GROUP BY player, session_window(ts, '10 seconds'))
  OUTPUT MODE APPEND;

-- Two kinds of players, found while sessions come: the model is a table of one row.
CREATE MATERIALIZED VIEW kinds AS SELECT kmeans(array(seconds, actions), 2) AS model FROM sessions;

INSERT INTO actions VALUES ('ann', TIMESTAMP '2024-03-01 10:00:00'), ('bob', TIMESTAMP '2024-03-01 10:00:01'),
  ('ann', TIMESTAMP '2024-03-01 10:00:04'), ('ann', TIMESTAMP '2024-03-01 10:00:08'), ('ann', TIMESTAMP '2024-03-01 10:00:15');
PROCESS;
INSERT INTO actions VALUES ('cat', TIMESTAMP '2024-03-01 10:01:00'), ('cat', TIMESTAMP '2024-03-01 10:01:02');
PROCESS;
INSERT INTO actions VALUES ('dan', TIMESTAMP '2024-03-01 10:02:00');
PROCESS;
SELECT model.centers, model.rows FROM kinds;
SELECT player, seconds, actions, CAST(predict(model, seconds, actions) AS INT) AS kind FROM sessions CROSS JOIN kinds;

-- Regression: y = 2 x + 1 is learnt row by row, and asked in between.
CREATE STREAM samples (x DOUBLE, y DOUBLE) USING memory;
CREATE MATERIALIZED VIEW line AS SELECT linear_sgd(y, array(x), 0.2D) AS model FROM samples;
INSERT INTO samples SELECT id % 4, 2 * (id % 4) + 1 FROM range(8);
PROCESS;
SELECT model.rows, round(predict(model, 10D), 2) AS at_ten FROM line;
INSERT INTO samples SELECT id % 4, 2 * (id % 4) + 1 FROM range(2000);
PROCESS;
SELECT model.rows, round(predict(model, 10D), 2) AS at_ten FROM line;
