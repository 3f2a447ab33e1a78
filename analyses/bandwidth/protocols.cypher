MATCH (:Capture)-[r:CARRIED]->(p:Protocol)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN p.name AS name, sum(r.packets) AS packets, sum(r.bytes) AS bytes
ORDER BY name
