-- flatMapGroupsWithState: sessions of users as Spark's example StructuredSessionization keeps them. The state is a struct,
-- the timeout goes by event time, and each change of a session comes out, its end as a row that goes (-D).
CREATE STREAM clicks (user STRING, at TIMESTAMP, page STRING, WATERMARK FOR at AS at - INTERVAL '5' SECOND) USING memory;
CREATE AGGREGATE session_of(at TIMESTAMP)
  RETURNS STRUCT<events: INT, first: TIMESTAMP, last: TIMESTAMP>
  UPDATE (s, at) -> named_struct(
    'events', coalesce(s.events, 0) + 1, 'first', least(s.first, at), 'last', greatest(s.last, at))
  TIMEOUT 10 SECONDS;

START QUERY updates INTO console OPTIONS (format 'jsonl') AS
  SELECT user, s.events, timestampdiff(SECOND, s.first, s.last) AS seconds
  FROM (SELECT user, session_of(at) AS s FROM clicks GROUP BY user) OUTPUT MODE CHANGELOG;
-- The same in append mode: each session once, when it has timed out.
START QUERY ended INTO console OPTIONS (format 'jsonl') AS
  SELECT user, s.events, s.last AS until
  FROM (SELECT user, session_of(at) AS s FROM clicks GROUP BY user) OUTPUT MODE APPEND;
INSERT INTO clicks VALUES ('ann', TIMESTAMP '2026-01-01 00:00:01', '/'), ('bob', TIMESTAMP '2026-01-01 00:00:03', '/'), ('ann', TIMESTAMP '2026-01-01 00:00:07', '/shop');
INSERT INTO clicks VALUES ('ann', TIMESTAMP '2026-01-01 00:00:12', '/cart');
INSERT INTO clicks VALUES ('eve', TIMESTAMP '2026-01-01 00:00:40', '/');
STOP QUERY updates;
STOP QUERY ended;

-- Any number of rows out of a group: FINAL gives an array, explode its elements. Here the steps from page to page.
CREATE STREAM visits (user STRING, page STRING) USING memory;
CREATE AGGREGATE steps(page STRING) RETURNS ARRAY<STRING>
  INITIAL named_struct('page', CAST(NULL AS STRING), 'steps', CAST(array() AS ARRAY<STRING>))
  UPDATE (s, page) -> named_struct('page', page, 'steps', IF(s.page IS NULL, s.steps, concat(s.steps, array(s.page || ' > ' || page))))
  FINAL s -> s.steps;
START QUERY paths INTO console OPTIONS (format 'jsonl') AS
  SELECT user, n, step FROM (SELECT user, steps(page) AS steps FROM visits GROUP BY user)
  LATERAL VIEW posexplode(steps) AS n, step OUTPUT MODE CHANGELOG;
INSERT INTO visits VALUES ('ann', 'home'), ('bob', 'home'), ('ann', 'shop');
INSERT INTO visits VALUES ('ann', 'cart');
STOP QUERY paths;

-- transformWithState: value, list and map state side by side in one struct, from an initial state in a table, with readings
-- that live for a minute (TTL) and a device that is forgotten after five minutes of silence (a timer).
CREATE TABLE known (device STRING, state STRUCT<total: BIGINT, recent: ARRAY<STRUCT<at: TIMESTAMP, v: INT>>, kinds: MAP<STRING, INT>>);
INSERT INTO known SELECT 'd1', named_struct(
  'total', 100L, 'recent', CAST(array() AS ARRAY<STRUCT<at: TIMESTAMP, v: INT>>), 'kinds', map('heat', 7));
CREATE STREAM readings (device STRING, at TIMESTAMP, kind STRING, v INT, WATERMARK FOR at AS at) USING memory;
CREATE AGGREGATE device_state(at TIMESTAMP, kind STRING, v INT)
  RETURNS STRUCT<total: BIGINT, recent: ARRAY<STRUCT<at: TIMESTAMP, v: INT>>, kinds: MAP<STRING, INT>>
  INITIAL FROM (SELECT device, state FROM known)
  UPDATE (s, at, kind, v) -> named_struct(
    'total', coalesce(s.total, 0L) + v,
    'recent', concat(filter(coalesce(s.recent, array()), r -> r.at > at - INTERVAL '1' MINUTE), array(named_struct('at', at, 'v', v))),
    'kinds', map_concat(
      map_filter(coalesce(s.kinds, map()), (k, n) -> k <> kind), map(kind, coalesce(s.kinds[kind], 0) + 1)))
  TIMEOUT 5 MINUTES;
START QUERY devices INTO console OPTIONS (format 'jsonl') AS
  SELECT device, s.total, transform(s.recent, r -> r.v) AS last_minute, s.kinds
  FROM (SELECT device, device_state(at, kind, v) AS s FROM readings GROUP BY device) OUTPUT MODE CHANGELOG;
INSERT INTO readings VALUES ('d1', TIMESTAMP '2026-01-01 00:00:00', 'heat', 1), ('d2', TIMESTAMP '2026-01-01 00:00:10', 'light', 5);
INSERT INTO readings VALUES ('d1', TIMESTAMP '2026-01-01 00:00:50', 'light', 2), ('d1', TIMESTAMP '2026-01-01 00:01:30', 'heat', 3);
INSERT INTO readings VALUES ('d1', TIMESTAMP '2026-01-01 00:06:00', 'heat', 4);
STOP QUERY devices;
