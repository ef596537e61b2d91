-- Failed requests, as they come.
SELECT regexp_extract(value, '\\[([^ ]+)', 1) AS time, regexp_extract(value, '"(\\w+ [^ ]+)', 1) AS request,
       CAST(regexp_extract(value, '" (\\d+)', 1) AS INT) AS status
FROM stdin
WHERE value RLIKE '" [45]\\d\\d ';
