MATCH (e:Endpoint)-[r:IN_VLAN]->(v:VLAN) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN e.id AS endpoint, v.domain AS domain, v.vlan AS vlan, max(CASE WHEN r.local THEN 1 ELSE 0 END) = 1 AS local, sum(r.packets) AS packets
ORDER BY endpoint, domain, vlan
