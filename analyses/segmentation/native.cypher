MATCH (d)-[r:STATES]->(x:Setting)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND x.name IN ['cdp.native_vlan', 'lldp.pvid', 'pvst.vlan']
WITH d, r ORDER BY r.id
WITH r.setting AS setting, r.speaker AS speaker, r.port AS port, r.value AS value, r.vlan AS vlan, r.tunnel AS tunnel, r.point AS point, sum(r.count) AS count,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
RETURN setting, speaker, port, value, vlan, tunnel, point, count, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY setting, point, vlan, tunnel, speaker, port, value
