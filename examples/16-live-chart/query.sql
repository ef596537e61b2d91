CREATE STREAM thermometer (minute INT, celsius DOUBLE)
USING exec OPTIONS (command 'sh sensor.sh', format 'csv');

.chart line SELECT minute, celsius FROM thermometer

.chart bar SELECT concat(minute DIV 60, ' h') AS hour, round(avg(celsius), 1) AS celsius FROM thermometer GROUP BY 1
