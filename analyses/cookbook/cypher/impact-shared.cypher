MATCH (app:Application)<-[m:PART_OF]-(own:Service)
WHERE app.name IN [$a, $b]
  AND m.valid_from < $to AND m.valid_to > $from AND ($all OR m.batch IN $batches)
MATCH (start:Endpoint {id: own.endpoint})
WHERE (EXISTS { MATCH (start)-[x]-() WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) }
    OR EXISTS { MATCH (:Endpoint)-[x:USES]->(:Service {endpoint: start.id}) WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) })
WITH DISTINCT app.name AS name, start
MATCH p = ANY SHORTEST (start)
      (()-[u:USES WHERE u.valid_from < $to AND u.valid_to > $from AND ($all OR u.batch IN $batches) AND u.established > 0]->
       (:Service)<-[o:OFFERS WHERE o.valid_from < $to AND o.valid_to > $from AND ($all OR o.batch IN $batches)]-()){0,9}
      (h:Endpoint)
WITH name, h, min(length(p)) / 2 + 1 AS depth
WHERE depth <= $depth
MATCH (h)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
  AND NOT EXISTS { MATCH (s)-[m:PART_OF]->(q:Application) WHERE m.valid_from < $to AND m.valid_to > $from AND ($all OR m.batch IN $batches) AND q.name IN [$a, $b] }
WITH name, depth, s, r.application AS application ORDER BY application
WITH s, collect(DISTINCT application) AS applications, min(CASE WHEN name = $a THEN depth END) AS depth_a, min(CASE WHEN name = $b THEN depth END) AS depth_b
WHERE depth_a IS NOT NULL AND depth_b IS NOT NULL
RETURN s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port, applications, depth_a, depth_b
ORDER BY depth_a + depth_b, server_context, server, transport, port
