MATCH (e:Endpoint)
WHERE (EXISTS { MATCH (e)-[x]-() WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) }
    OR EXISTS { MATCH (:Endpoint)-[x:USES]->(:Service {endpoint: e.id}) WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) })
WITH e.address AS address, e.context AS context ORDER BY context
WITH address, collect(DISTINCT context) AS contexts
WHERE size(contexts) > 1
RETURN address, contexts
ORDER BY address
