# A thermometer: a line of minute and °C now and then.
minute=0
for celsius in 18.0 18.4 19.1 20.3 21.9 23.4 24.6 25.2 25.1 24.4 23.2 21.8 20.5 19.4 18.7 18.3 18.2 18.6 19.5 20.9 22.6 24.1 25.3 26.0; do
  echo "$minute,$celsius"
  minute=$((minute + 10))
  sleep 0.05
done
