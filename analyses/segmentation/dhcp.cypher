MATCH (e:Endpoint)-[r:STATES]->(x:Setting {name: 'dhcp.server'})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, r ORDER BY r.id
WITH e, r.vlan AS vlan, r.mac AS mac, sum(r.count) AS count, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
RETURN e.id AS endpoint, e.context AS context, e.address AS address, vlan, mac, count, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY endpoint, vlan, mac
