MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND (r.packets_up > 0 AND coalesce(r.client_mac, '') <> '' OR r.packets_down > 0 AND coalesce(r.server_mac, '') <> '')
RETURN r.id AS id, c.id AS client, c.context AS context, c.address AS client_address, s.endpoint AS server, s.address AS server_address, s.transport AS transport, s.port AS port,
       coalesce(r.client_vlan, '') AS client_vlan, coalesce(r.server_vlan, '') AS server_vlan, coalesce(r.tunnel, '') AS tunnel, coalesce(r.client_mac, '') AS client_mac, coalesce(r.client_next, '') AS client_next,
       coalesce(r.server_mac, '') AS server_mac, coalesce(r.server_next, '') AS server_next, r.packets_up AS packets_up, r.packets_down AS packets_down,
       coalesce(r.ttl_up_max, 0) AS ttl_up_max, coalesce(r.ttl_down_max, 0) AS ttl_down_max, r.conversations AS conversations, r.established AS established, r.points AS points,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY client, server, first, id
