MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.established > 0
WITH c, s, r.application AS application, sum(r.conversations) AS conversations, sum(r.bytes_up + r.bytes_down) AS bytes,
     min(r.valid_from) AS first, max(r.valid_to) AS last
MATCH (c)-[i:IN_ZONE]->(a:Zone)
WHERE i.valid_from < $to AND i.valid_to > $from AND ($all OR i.batch IN $batches) AND ($source = '' OR a.name = $source)
MATCH (e:Endpoint {id: s.endpoint})-[j:IN_ZONE]->(b:Zone)
WHERE j.valid_from < $to AND j.valid_to > $from AND ($all OR j.batch IN $batches) AND ($target = '' OR b.name = $target)
  AND a.name <> b.name
WITH DISTINCT a, b, c, s, application, conversations, bytes, first, last
WITH a, b, s, application, count(c) AS clients, sum(conversations) AS conversations, sum(bytes) AS bytes, min(first) AS first, max(last) AS last
OPTIONAL MATCH (a)-[x:REACHES]->(s)
WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches)
WITH a, b, s, application, clients, conversations, bytes, first, last, x.why AS rule ORDER BY rule
WITH a, b, s, application, clients, conversations, bytes, first, last, collect(DISTINCT rule) AS rules
RETURN a.name AS from_zone, b.name AS to_zone, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       application, clients, conversations, bytes, rules, first, last - duration({nanoseconds: 1}) AS last
ORDER BY from_zone, to_zone, server_context, server, transport, port, application
