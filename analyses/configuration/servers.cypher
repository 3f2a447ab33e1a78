MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND (r.application IN ['dns', 'ntp', 'syslog'] AND coalesce(r.parent, '') = '' OR coalesce(r.fragments, 0) > 0)
RETURN r.id AS id, c.id AS client, c.address AS client_address, s.endpoint AS server, s.address AS server_address, s.transport AS transport,
       s.port AS port, r.application AS application, coalesce(r.client_vlan, '') AS client_vlan, coalesce(r.tunnel, '') AS tunnel, r.conversations AS conversations,
       r.established AS established, r.packets_up AS packets_up, r.packets_down AS packets_down, coalesce(r.fragments, 0) AS fragments, coalesce(r.fragments_up, 0) AS fragments_up,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY client, server, first, id
