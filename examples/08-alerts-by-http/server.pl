# Serves readings as events on GET, and prints what is posted.
use strict;
use warnings;
use IO::Socket::INET;

my @readings = (
  ["oven", 80, "10:00:01"], ["oven", 95, "10:00:04"], ["fridge", 4, "10:00:05"],
  ["oven", 101, "10:00:12"], ["fridge", 5, "10:00:13"], ["oven", 97, "10:00:18"],
  ["oven", 85, "10:00:23"], ["fridge", 93, "10:00:24"], ["fridge", 92, "10:00:29"], ["oven", 20, "10:00:33"],
);
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "no port: $!";
$| = 1;
open(my $file, '>', 'port.tmp') or die $!;
print $file $listener->sockport, "\n";
close $file;
rename 'port.tmp', 'port.txt';

my $refused = 0;
while (my $client = $listener->accept) {
  my $head = '';
  while (my $line = <$client>) { last if $line =~ /^\r?$/; $head .= $line; }
  if ($head =~ /^GET/) {
    my $from = $head =~ /^Last-Event-ID: (\d+)/mi ? $1 + 1 : 0;
    print STDERR "readings from $from\n";
    if ($from >= @readings) {
      print $client "HTTP/1.1 204 No Content\r\n\r\n";
    } else {
      print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
      # The first connection breaks in the middle of an event.
      my $until = $from == 0 ? 5 : $#readings;
      for my $id ($from .. $until) {
        my ($sensor, $celsius, $time) = @{$readings[$id]};
        print $client "id: $id\ndata: {\"sensor\": \"$sensor\", \"celsius\": $celsius, \"ts\": \"2024-03-01 $time\"}\n\n";
      }
      print $client "data: {\"sens" if $from == 0;
    }
  } else {
    my ($length) = $head =~ /^Content-Length: (\d+)/mi;
    read($client, my $body, $length);
    if ($refused++ == 0) {
      print $client "HTTP/1.1 503 Service Unavailable\r\n\r\n";
    } else {
      print $body;
      print $client "HTTP/1.1 204 No Content\r\n\r\n";
    }
  }
  close $client;
}
