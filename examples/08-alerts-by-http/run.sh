perl server.pl > alerts.jsonl 2> log.txt &
while [ ! -f port.txt ]; do sleep 0.05; done
streamsql -D URL=http://127.0.0.1:$(cat port.txt) -f query.sql
code=$?
kill $!
cat alerts.jsonl
exit $code
