MATCH (e:Endpoint)-[r:HAS_MAC]->(m:MAC) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN e.id AS endpoint, m.address AS mac, m.vendor AS vendor, max(CASE WHEN r.router THEN 1 ELSE 0 END) = 1 AS router, sum(r.claims) > 0 AS claimed, sum(r.packets) AS packets
ORDER BY endpoint, mac
