MATCH (e:Endpoint)-[r:HAS_MAC]->(m:MAC)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, m, r ORDER BY r.id
WITH m, e, r.vlan AS vlan, r.tunnel AS tunnel, r.point AS point, max(CASE WHEN r.router THEN 1 ELSE 0 END) = 1 AS router, max(r.virtual) AS virtual,
     max(CASE WHEN coalesce(r.service_tag, false) THEN 1 ELSE 0 END) = 1 AS service_tag,
     sum(r.packets) AS packets, sum(r.claims) AS claims, max(r.ttl_max) AS ttl_max, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
RETURN m.address AS mac, m.vendor AS vendor, vlan, tunnel, point, e.id AS endpoint, e.context AS context, e.address AS address, router, virtual, service_tag, packets, claims, ttl_max,
       first, last - duration({nanoseconds: 1}) AS last, reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY mac, vlan, tunnel, point, endpoint
