MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND coalesce(r.carries, '') <> ''
WITH coalesce(r.carries, '') AS kind, c, s, sum(r.packets_up + r.packets_down) AS packets, sum(r.bytes_up + r.bytes_down) AS bytes,
     min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN kind, c.context AS client_context, c.address AS client, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       packets, bytes, first, last - duration({nanoseconds: 1}) AS last
ORDER BY kind, client_context, client, server_context, server, transport, port
