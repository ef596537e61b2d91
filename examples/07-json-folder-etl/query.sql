CREATE STREAM events (user STRUCT<id: BIGINT, name: STRING>, kind STRING, tags ARRAY<STRING>, ts TIMESTAMP, _corrupt_record STRING)
USING json OPTIONS (path 'events/', maxFilesPerTrigger '1');

START QUERY clean INTO json OPTIONS (path 'clean/') AS
  SELECT user.id, user.name, kind, size(tags) AS tags, ts FROM events WHERE _corrupt_record IS NULL
  TRIGGER AVAILABLE NOW;
AWAIT QUERY clean;

INSERT INTO 'rejects.csv' SELECT file, line, reason, record FROM errors(events);

SELECT * FROM 'clean/*.json' ORDER BY id, ts;
SELECT file, line, reason FROM 'rejects.csv';
