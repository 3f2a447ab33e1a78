MATCH (e:Endpoint)
WHERE (e.address = $who
    OR EXISTS { MATCH (e)-[x:KNOWN_AS]->(n:Name {name: $who}) WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) }
    OR EXISTS { MATCH (e)-[x:HAS_MAC]->(m:MAC {address: $who}) WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) })
  AND (EXISTS { MATCH (e)-[x]-() WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) }
    OR EXISTS { MATCH (:Endpoint)-[x:USES]->(:Service {endpoint: e.id}) WHERE x.valid_from < $to AND x.valid_to > $from AND ($all OR x.batch IN $batches) })
OPTIONAL MATCH (e)-[r:KNOWN_AS]->(n:Name)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, n.name AS x ORDER BY x
WITH e, collect(DISTINCT x)[..16] AS names
OPTIONAL MATCH (e)-[r:HAS_MAC]->(m:MAC)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, names, CASE WHEN m.vendor = '' OR m.address = '' THEN m.address + m.vendor ELSE m.address + ' ' + m.vendor END AS x ORDER BY x
WITH e, names, collect(DISTINCT x)[..16] AS macs
OPTIONAL MATCH (e)-[r:IN_VLAN]->(v:VLAN)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, names, macs, CASE WHEN v.domain = '' OR v.vlan = '' THEN v.domain + v.vlan ELSE v.domain + ' ' + v.vlan END AS x ORDER BY x
WITH e, names, macs, collect(DISTINCT x)[..16] AS vlans
OPTIONAL MATCH (e)-[r:IN_ZONE]->(z:Zone)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, names, macs, vlans, z.name AS x ORDER BY x
WITH e, names, macs, vlans, collect(DISTINCT x)[..16] AS zones
OPTIONAL MATCH (e)-[r:IN_GROUP]->(g:Group)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, names, macs, vlans, zones, g.name AS x ORDER BY x
WITH e, names, macs, vlans, zones, collect(DISTINCT x)[..16] AS groups
OPTIONAL MATCH (:Endpoint)-[r:USES]->(s:Service {endpoint: e.id})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
WITH e, names, macs, vlans, zones, groups, s.transport + '/' + toString(s.port) + CASE WHEN r.application = '' THEN '' ELSE ' ' + r.application END AS x ORDER BY x
WITH e, names, macs, vlans, zones, groups, collect(DISTINCT x)[..16] AS services
OPTIONAL MATCH (:Endpoint)-[u:USES]->(:Service {endpoint: e.id})-[r:PART_OF]->(a:Application)
WHERE u.valid_from < $to AND u.valid_to > $from AND ($all OR u.batch IN $batches) AND u.established > 0
  AND r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, names, macs, vlans, zones, groups, services, a.name AS x ORDER BY x
WITH e, names, macs, vlans, zones, groups, services, collect(DISTINCT x)[..16] AS applications
RETURN e.context AS context, e.address AS address, names, macs, vlans, zones, groups, services, applications
ORDER BY context, address
