CREATE STREAM orders (id INT, product STRING, count INT) USING stdin OPTIONS (format 'json');
CREATE TABLE products (code STRING, name STRING, price DECIMAL(6, 2)) USING csv OPTIONS (path 'products.csv', header 'true');

START QUERY unknown INTO csv OPTIONS (path 'unknown.csv') AS
  SELECT o.id, o.product FROM orders o LEFT JOIN products p ON o.product = p.code WHERE p.code IS NULL;

SELECT o.id, p.name, o.count, o.count * p.price AS total
FROM orders o LEFT JOIN products p ON o.product = p.code;
