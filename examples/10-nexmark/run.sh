set -e
for query in q3 q4 q5 q7 cep0; do
  echo "-- $query"
  streamsql -m tsv -D TPS=20 -D EVENTS_NUM=600 -D NEXMARK_TABLE=datagen -D SINK=memory -D SIDE="$PWD" \
    -f ddl.sql -f queries/$query.sql -c 'SELECT * FROM result'
done
