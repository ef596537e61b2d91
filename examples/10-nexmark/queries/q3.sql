-- Who sells in category 10 in three states: a join of two streams.
CREATE TABLE result (name VARCHAR, city VARCHAR, state VARCHAR, id BIGINT) WITH ('connector' = '${SINK}');
INSERT INTO result
SELECT P.name, P.city, P.state, A.id
FROM auction AS A INNER JOIN person AS P ON A.seller = P.id
WHERE A.category = 10 AND (P.state = 'OR' OR P.state = 'ID' OR P.state = 'CA');
