streamsql -f errors.sql < access.log
echo
streamsql -m table -f slow.sql < access.log
