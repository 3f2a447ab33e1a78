MATCH (gone:Service {address: $address})
WHERE ($context = '' OR gone.context = $context)
  AND EXISTS { MATCH (gone)-[x]-() WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) }
MATCH p = ANY SHORTEST (gone)
      (()<-[q:REQUIRES WHERE q.valid_from < $to AND q.valid_to > $from AND ($all OR q.batch IN $batches)]-()){0,10}
      (s:Service)
WITH s, min(length(p)) AS depth
WHERE depth <= $depth
OPTIONAL MATCH (c:Endpoint)-[r:USES]->(s)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
WITH depth, s, c, sum(r.conversations) AS conversations, max(r.valid_to) AS last
RETURN depth, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       coalesce(c.context, '') AS client_context, coalesce(c.address, '') AS client, conversations, last - duration({nanoseconds: 1}) AS last
ORDER BY depth, server_context, server, transport, port, client_context, client
