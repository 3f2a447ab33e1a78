MATCH p = ALL SHORTEST
      (:Zone {name: $source})<-[i:IN_ZONE WHERE i.valid_from < $to AND i.valid_to > $from AND ($all OR i.batch IN $batches)]-(:Endpoint)
      ((x:Endpoint)-[u:USES WHERE u.valid_from < $to AND u.valid_to > $from AND ($all OR u.batch IN $batches) AND u.established > 0]->
       (s:Service)<-[o:OFFERS WHERE o.valid_from < $to AND o.valid_to > $from AND ($all OR o.batch IN $batches)]-(:Endpoint)){1,10}
      (:Endpoint)-[j:IN_ZONE WHERE j.valid_from < $to AND j.valid_to > $from AND ($all OR j.batch IN $batches)]->(:Zone {name: $target})
WHERE $source <> $target
WITH x, s
WHERE size(x) <= $depth
UNWIND range(0, size(x) - 1) AS n
WITH DISTINCT n + 1 AS step, x[n] AS client, s[n] AS service
RETURN step, client.context AS client_context, client.address AS client, service.context AS server_context, service.address AS server,
       service.transport AS transport, service.port AS port
ORDER BY step, client_context, client, server_context, server, transport, port
