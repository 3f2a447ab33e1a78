MATCH (c:Endpoint)-[i:IN_VLAN]->(:VLAN {vlan: $vlan})
WHERE i.valid_from < $to AND i.valid_to > $from AND ($all OR i.batch IN $batches) AND i.local
WITH DISTINCT c
MATCH (c)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
WITH c, s, r ORDER BY r.application
WITH c, s, collect(DISTINCT r.application) AS applications, sum(r.conversations) AS conversations, sum(r.bytes_up + r.bytes_down) AS bytes,
     min(r.valid_from) AS first, max(r.valid_to) AS last
MATCH (e:Endpoint {id: s.endpoint})-[i:IN_VLAN]->(v:VLAN)
WHERE i.valid_from < $to AND i.valid_to > $from AND ($all OR i.batch IN $batches) AND i.local AND v.vlan <> $vlan AND ($other = '' OR v.vlan = $other)
WITH DISTINCT c, v, s, applications, conversations, bytes, first, last
RETURN c.context AS client_context, c.address AS client, v.domain AS other_domain, v.vlan AS other_vlan,
       s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port, applications, conversations, bytes,
       first, last - duration({nanoseconds: 1}) AS last
ORDER BY client_context, client, other_domain, other_vlan, server_context, server, transport, port
