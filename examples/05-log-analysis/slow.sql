-- Requests and their time by what was asked for; /item/42 and /item/7 are one.
WITH requests AS (
  SELECT regexp_replace(regexp_extract(value, '"\\w+ ([^ ]+)', 1), '\\d+', 'N') AS path,
         CAST(regexp_extract(value, '" (\\d+)', 1) AS INT) AS status,
         CAST(regexp_extract(value, '([\\d.]+)$', 1) AS DOUBLE) AS seconds
  FROM stdin
  WHERE value LIKE '%"%"%')
SELECT path, count(*) AS requests, count_if(status >= 500) AS failed, round(avg(seconds), 3) AS mean, max(seconds) AS slowest
FROM requests
GROUP BY path
ORDER BY slowest DESC;
