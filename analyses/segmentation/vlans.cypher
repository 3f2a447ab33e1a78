MATCH (v:VLAN)
OPTIONAL MATCH (:Capture)-[r:CARRIED]->(v) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH v, sum(r.packets) AS packets, sum(r.bytes) AS bytes, count(r) AS carried
OPTIONAL MATCH (e:Endpoint)-[r:IN_VLAN]->(v) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.local
WITH v, packets, bytes, carried, count(DISTINCT e) AS endpoints, collect(DISTINCT e.id) AS ids
OPTIONAL MATCH (e:Endpoint)-[r:IN_SUBNET]->(s:Subnet) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND e.id IN ids
WITH v, packets, bytes, carried, endpoints, s.prefix AS prefix ORDER BY prefix
WITH v, packets, bytes, carried, endpoints, collect(DISTINCT prefix) AS prefixes
WHERE carried > 0 OR endpoints > 0
RETURN v.domain AS domain, v.vlan AS vlan, packets, bytes, endpoints, prefixes
ORDER BY domain, vlan
