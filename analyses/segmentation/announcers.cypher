MATCH (d)-[r:STATES]->(x:Setting)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND x.name IN ['ra.lifetime', 'ra.prefixes', 'icmp.redirect', 'hsrp.state', 'vrrp.state', 'glbp.state', 'ospf.area', 'eigrp.as', 'isis.level', 'rip.version', 'pim.version']
WITH d, r ORDER BY r.id
WITH r.mac AS mac, r.setting AS setting, r.value AS value, r.vlan AS vlan, r.tunnel AS tunnel, r.point AS point, sum(r.count) AS count,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
RETURN mac, setting, value, vlan, tunnel, point, count, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY mac, vlan, tunnel, point, setting, value
