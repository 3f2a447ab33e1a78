MATCH (h)-[r:IN_VLAN]->(v:VLAN)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH v, h, max(CASE WHEN r.local THEN 1 ELSE 0 END) = 1 AS living, sum(r.packets) AS packets, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN v.domain AS domain, v.vlan AS vlan, count(CASE WHEN h:Endpoint AND living THEN 1 END) AS living,
       count(CASE WHEN h:Endpoint AND NOT living THEN 1 END) AS seen, count(CASE WHEN NOT h:Endpoint THEN 1 END) AS devices,
       sum(packets) AS packets, min(first) AS first, max(last) - duration({nanoseconds: 1}) AS last
ORDER BY domain, vlan
