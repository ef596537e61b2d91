CREATE STREAM readings (sensor STRING, celsius DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL 2 SECONDS)
  USING http OPTIONS (url '${URL}/readings', reconnect 'true', retryDelay '10ms');

CREATE TABLE alerts (sensor STRING, since TIMESTAMP, celsius DOUBLE)
  WITH ('connector' = 'http', 'url' = '${URL}/alerts', 'format' = 'ndjson', 'retryDelay' = '10ms');

INSERT INTO alerts
  SELECT sensor, window.start, round(avg(celsius), 1)
  FROM readings
  GROUP BY sensor, window(ts, '10 seconds')
  HAVING avg(celsius) > 90
  EMIT ON WINDOW CLOSE;
