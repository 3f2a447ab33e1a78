MATCH (d)-[r:STATES]->(x:Setting {name: 'vlan.invalid_tag'})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH r ORDER BY r.id
WITH r.mac AS mac, r.value AS value, r.point AS point, sum(r.count) AS count,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
RETURN mac, value, point, count, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY point, mac, value
