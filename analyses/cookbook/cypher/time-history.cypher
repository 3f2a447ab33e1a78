MATCH (c:Endpoint {address: $client})-[r:USES]->(s:Service {address: $server})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND ($port = 0 OR s.port = $port)
OPTIONAL MATCH (b:Batch {id: r.batch})
RETURN r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, s.context AS server_context, s.transport AS transport, s.port AS port,
       r.application AS application, coalesce(r.client_vlan, '') AS client_vlan, coalesce(r.server_vlan, '') AS server_vlan, r.conversations AS conversations,
       r.established AS established, r.bytes_up + r.bytes_down AS bytes, b.known AS known, r.id AS id
ORDER BY first, last, id
