MATCH (x:Endpoint {address: $address})
WHERE $context = '' OR x.context = $context
MATCH p = ANY SHORTEST (x)
      (()-[u:USES WHERE u.valid_from < $to AND u.valid_to > $from AND ($all OR u.batch IN $batches) AND u.established > 0]->
       (:Service)<-[o:OFFERS WHERE o.valid_from < $to AND o.valid_to > $from AND ($all OR o.batch IN $batches)]-()){0,9}
      (h:Endpoint)
WITH h, min(length(p)) / 2 + 1 AS depth
WHERE depth <= $depth
MATCH (h)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
WITH s, depth, h, r ORDER BY r.application
WITH s, depth, collect(DISTINCT r.application) AS applications, count(DISTINCT h) AS hosts, sum(r.conversations) AS conversations
ORDER BY depth
WITH s, collect({depth: depth, applications: applications, hosts: hosts, conversations: conversations})[0] AS nearest
RETURN nearest.depth AS depth, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       nearest.applications AS applications, nearest.hosts AS hosts, nearest.conversations AS conversations
ORDER BY depth, server_context, server, transport, port
